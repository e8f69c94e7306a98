"""Making public pages."""

from wagtail.models import Page, Site

from cloudstore.network.models import Brand, Dealer
from cloudstore.storefront.models import BrandPage, DealerPage


def publish_brand(*, brand: Brand, intro: str) -> BrandPage:
    """The brand's page below the site root, made once."""
    existing = BrandPage.objects.filter(brand=brand).first()
    if existing is not None:
        return existing
    site = Site.objects.select_related("root_page").get(is_default_site=True)
    page = BrandPage(title=brand.name_zh, slug=brand.slug, brand=brand, intro=intro)
    site.root_page.add_child(instance=page)
    return page


def publish_dealer(*, dealer: Dealer, parent: Page, intro: str, cars: list[tuple[str, str]]) -> DealerPage:
    """A dealer's homepage below its brand's page, made once. `cars` are (model, offer)."""
    existing = DealerPage.objects.filter(dealer=dealer).first()
    if existing is not None:
        return existing
    body: list[tuple[str, object]] = [("car", {"name": name, "offer": offer, "picture": None}) for name, offer in cars]
    body.append(("lead_widget", {"heading": ""}))
    page = DealerPage(title=dealer.name, slug=dealer.code.lower(), dealer=dealer, intro=intro, body=body)
    parent.add_child(instance=page)
    return page
