"""Template context that depends on who is signed in. Everything is lazy: a page that does not look costs nothing."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cloudstore.kit.labels import Words
from cloudstore.network.scope import Scope, scope_of
from cloudstore.users.rules import BOARD_ROLES, CONSOLE_ROLES, DEALER_ROLES, Role


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a navigation bar. `badge`: address of a fragment with its count, fetched after the page."""

    name: str
    url: str
    text: Words
    icon: str = ""
    badge: str = ""


_EVERYBODY = frozenset(Role)
#: name in the template variable `nav`, URL name, words, icon, roles
_WORKSPACE = (
    ("tasks", "tasks:inbox", _("Tasks"), "clipboard-list", DEALER_ROLES - {Role.CONSULTANT}),
    ("live", "live:list", pgettext_lazy("live streaming", "Live"), "radio", DEALER_ROLES - {Role.CONSULTANT}),
    ("leads", "leads:list", _("Leads"), "users", DEALER_ROLES),
    ("messages", "inbox:list", _("Messages"), "message-circle", DEALER_ROLES),
    ("console", "wagtailadmin_home", _("Console"), "layout-dashboard", CONSOLE_ROLES),
    ("board", "dashboards:network", _("Board"), "chart-no-axes-column", BOARD_ROLES - DEALER_ROLES),
    ("me", "users:me", _("Me"), "circle-user-round", _EVERYBODY),
)
_BOARD = (
    ("network", "dashboards:network", _("Board"), "", BOARD_ROLES),
    ("workspace", "tasks:inbox", _("Workspace"), "", DEALER_ROLES - {Role.CONSULTANT}),
    ("console", "wagtailadmin_home", _("Console"), "", CONSOLE_ROLES),
)


def person(request: HttpRequest) -> dict[str, object]:
    """`scope` of the signed-in person, `workspace_nav` and `board_nav`: the places their role may open."""
    return {
        "scope": SimpleLazyObject(lambda: _scope(request)),
        "workspace_nav": SimpleLazyObject(lambda: _places(_WORKSPACE, _scope(request))),
        "board_nav": SimpleLazyObject(lambda: _places(_BOARD, _scope(request))),
    }


def _scope(request: HttpRequest) -> Scope | None:
    """Read once for a request; `network.scope.required` keeps its own answer in the same place."""
    if not hasattr(request, "_scope"):
        user = getattr(request, "user", None)
        request._scope = scope_of(user) if user is not None else None  # type: ignore[attr-defined]
    scope: Scope | None = request._scope  # type: ignore[attr-defined]
    return scope


def _places(rows: tuple[tuple[str, str, Words, str, frozenset[Role]], ...], scope: Scope | None) -> list[Place]:
    if not scope:
        return []
    places = []
    for name, url_name, text, icon, roles in rows:
        if scope.role not in roles:
            continue
        if url := _address(url_name):
            places.append(Place(name, url, text, icon, _address(f"{url_name.partition(':')[0]}:badge")))
    return places


def _address(name: str) -> str:
    """Empty for what a room does not offer."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
