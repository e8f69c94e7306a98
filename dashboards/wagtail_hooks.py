"""The board's place in the console: an entry in the menu, and today's numbers on the first page."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from cloudstore.kit.clock import now
from cloudstore.network.scope import Scope, scope_of
from cloudstore.users.rules import CONSOLE_ROLES
from dashboards.queries.board import read_board


class BoardEntry(MenuItem):
    """Seen by those who have a place in a network."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the person works for a brand here."""
        scope = scope_of(request.user)
        return scope is not None and scope.role in CONSOLE_ROLES


@hooks.register("register_admin_menu_item")
def board_entry() -> MenuItem:
    """The way to the board."""
    return BoardEntry(_("Board"), reverse("dashboards:network"), name="board", icon_name="clipboard-list", order=150)


class TodayPanel(Component):
    """The headline numbers of the brand, each the way to its rows."""

    order = 50

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def render_html(self, parent_context: Any = None) -> SafeString:
        """Plain HTML, read when the page is drawn."""
        context = {"board": read_board(self.scope, now=now())}
        return SafeString(render_to_string("dashboards/parts/console_panel.html", context))


@hooks.register("construct_homepage_panels")
def today_panel(request: HttpRequest, panels: list[Component]) -> None:
    """First on the console's first page."""
    scope = scope_of(request.user)
    if scope is not None and scope.role in CONSOLE_ROLES:
        panels.append(TodayPanel(scope))
