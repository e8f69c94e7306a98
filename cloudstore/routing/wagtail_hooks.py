"""The lead desk in the console's menu, with how many leads wait."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from cloudstore.network.console import person_scope
from cloudstore.routing.queries.queue import at_desk
from cloudstore.routing.views import DESK_ROLES


class DeskMenuItem(MenuItem):
    """For those who work there, with the number of leads that wait."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Only to them."""
        scope = person_scope(request.user)
        return scope is not None and scope.role in DESK_ROLES

    def render_component(self, request: HttpRequest) -> Any:
        """Counted anew for every page; the item itself is shared by everybody."""
        waiting = at_desk(person_scope(request.user)).count()
        words = f"{self.label} ({waiting})" if waiting else self.label
        return LinkMenuItem(self.name, words, self.url, icon_name=self.icon_name, classname=self.classname)


@hooks.register("register_admin_menu_item")
def desk_entry() -> Any:
    """Next to the review queue."""
    return DeskMenuItem(_("Lead desk"), reverse("routing:desk"), name="desk", icon_name="group", order=110)
