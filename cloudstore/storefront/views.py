"""The list of homepages in the console."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cloudstore.network.scope import required
from cloudstore.network.services import PAGE_ROLES
from cloudstore.storefront import queries


@require_safe
def homepages(request: HttpRequest) -> HttpResponse:
    """Each dealer's homepage, with the way to edit it and to see it as visitors do."""
    scope = required(request, *PAGE_ROLES)
    words = request.GET.get("q", "").strip()[:60]
    page = Paginator(queries.homepages(scope, words=words), 50).get_page(request.GET.get("page"))
    return render(request, "storefront/homepages.html", {"page": page, "words": words})
