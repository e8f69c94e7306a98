"""The gateway's place in the console: `/admin/messages/`, namespace `messages`."""

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cloudstore.gateway import console_views as views
from cloudstore.network.scope import scope_of

_ADDRESSES = [
    path("", views.events, name="events"),
    path("<int:pk>/", views.event, name="event"),
    path("replay/", views.replay, name="replay"),
    path("aside/", views.put_aside, name="put_aside"),
    path("door/", views.turned_away, name="turned_away"),
    path("out/", views.deliveries, name="deliveries"),
    path("out/resend/", views.resend, name="resend"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
]


@hooks.register("register_admin_urls")
def addresses() -> list[URLResolver]:
    """Inside the console's frame."""
    return [path("messages/", include((_ADDRESSES, "messages")))]


class MessagesEntry(MenuItem):
    """For those who look after the connections."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Only to them."""
        scope = scope_of(request.user)
        return scope is not None and scope.role in views.KEEPERS


@hooks.register("register_admin_menu_item")
def entry() -> MenuItem:
    """The way to the lists."""
    return MessagesEntry(_("Messages"), reverse("messages:events"), name="messages", icon_name="mail", order=800)
