"""Reading public pages for the people who look after them."""

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail.models import Page

from cloudstore.network.scope import Scope, scope_of, scoped
from cloudstore.storefront.models import BrandPage, DealerPage


def homepages(scope: Scope, *, words: str = "") -> QuerySet[DealerPage]:
    """Homepages of the dealers a person may see; with `words` those whose title or dealer code contains them."""
    rows = scoped(DealerPage.objects.select_related("dealer__region"), scope).order_by("dealer__code")
    return rows.filter(title__icontains=words) | rows.filter(dealer__code__icontains=words) if words else rows


def only_own_tree(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Of pages to choose from, those of the person's brand."""
    scope = scope_of(request.user)
    root = BrandPage.objects.filter(brand_id=scope.brand_id).first() if scope else None
    return pages.filter(path__startswith=root.path) if root else pages.none()
