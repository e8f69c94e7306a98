"""Making public pages."""

from django.contrib.auth.models import Permission
from django.db import transaction
from wagtail.models import GroupPagePermission, Page, Site

from cloudstore.network.library import editors_group
from cloudstore.network.models import Brand, Dealer
from cloudstore.storefront.models import BrandPage, DealerPage

#: What the brand's editors may do in its page tree; pages come and go with their dealers, not by hand.
_EDITORS_MAY = ("change_page", "publish_page")


@transaction.atomic
def publish_brand(*, brand: Brand, intro: str) -> BrandPage:
    """The brand's page below the site root, made once; its editors may change it and what lies below it."""
    existing = BrandPage.objects.filter(brand=brand).first()
    if existing is not None:
        return existing
    site = Site.objects.select_related("root_page").get(is_default_site=True)
    page = BrandPage(title=brand.name_zh, slug=brand.slug, brand=brand, intro=intro)
    site.root_page.add_child(instance=page)
    for codename in _EDITORS_MAY:
        right = Permission.objects.get(content_type__app_label="wagtailcore", codename=codename)
        GroupPagePermission.objects.get_or_create(group=editors_group(brand), page=page, permission=right)
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
