"""The dealers' homepages in the console: an own short list instead of the page explorer, which knows no brands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page

from cloudstore.network.scope import scope_of
from cloudstore.network.services import PAGE_ROLES
from cloudstore.storefront.queries import only_own_tree
from cloudstore.storefront.views import homepages

hooks.register("construct_page_chooser_queryset", fn=only_own_tree)


class _HomepagesItem(MenuItem):
    """Shown to those who may edit pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Brand managers and administrators."""
        scope = scope_of(request.user)
        return scope is not None and scope.role in PAGE_ROLES


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    """The list of homepages."""
    return [path("homepages/", homepages, name="storefront_homepages")]


@hooks.register("register_admin_menu_item")
def entry() -> MenuItem:
    """Beside the lead forms."""
    return _HomepagesItem(_("Homepages"), reverse("storefront_homepages"), icon_name="globe", order=330)


@hooks.register("construct_main_menu")
def no_explorer(request: HttpRequest, items: list[MenuItem]) -> None:
    """The explorer's entry leads to what does not exist here."""
    items[:] = [item for item in items if item.name != "explorer"]


@hooks.register("after_publish_page")
def back_to_the_list(request: HttpRequest, page: Page) -> HttpResponse:
    """Wagtail would go on to the explorer."""
    return redirect("storefront_homepages")
