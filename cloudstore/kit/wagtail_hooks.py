"""How the console looks, and what is left out of it: a general CMS offers much that nobody here needs."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.search import admin_search_areas

#: Entries of the stock menu that have no place here; rooms add their own.
_NOT_HERE = frozenset({"images", "documents", "help", "reports", "settings", "snippets"})

# The stock search finds pages, images and users; every list of ours has its own search.
admin_search_areas.registered_search_areas = []


@hooks.register("insert_global_admin_css")
def console_styles() -> SafeString:
    """Tokens, components and the mapping of the console's variables."""
    names = ("kit/tokens.css", "kit/parts.css", "kit/console.css")
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((static(name),) for name in names))


@hooks.register("construct_main_menu")
def only_our_menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """Leave what people of a brand work with."""
    items[:] = [item for item in items if item.name not in _NOT_HERE]


@hooks.register("construct_homepage_summary_items")
def no_summary(request: HttpRequest, items: list[Any]) -> None:
    """'1 page, 0 images' tells nobody here anything."""
    items.clear()


@hooks.register("construct_homepage_panels")
def only_our_panels(request: HttpRequest, panels: list[Any]) -> None:
    """Panels about page workflows go; rooms append theirs, the most urgent with the lowest `order`."""
    panels[:] = [panel for panel in panels if not type(panel).__module__.startswith("wagtail.")]
