"""Tasks, campaigns and the review desk in the console."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cloudstore.network.console import person_scope
from tasks import review_views
from tasks.panels import WorkPanel
from tasks.viewsets import ContentViewSetGroup

hooks.register("register_admin_viewset", fn=ContentViewSetGroup)

_REVIEW = [
    path("", review_views.queue, name="queue"),
    path("<uuid:pk>/", review_views.sheet, name="sheet"),
    path("<uuid:pk>/decide/", review_views.decide, name="decide"),
    path("<uuid:pk>/publish/", review_views.publish_anew, name="publish_anew"),
]


@hooks.register("register_admin_urls")
def review_addresses() -> list[URLResolver]:
    """`/admin/review/`, namespace `review`."""
    return [path("review/", include((_REVIEW, "review")))]


class ReviewMenuItem(MenuItem):
    """For those who decide."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Only to them."""
        scope = person_scope(request.user)
        return scope is not None and scope.role in review_views.REVIEWERS


@hooks.register("register_admin_menu_item")
def review_entry() -> Any:
    """The queue, above everything else."""
    return ReviewMenuItem(_("Review"), reverse("review:queue"), name="review", icon_name="check", order=100)


@hooks.register("construct_homepage_panels")
def work_first(request: HttpRequest, panels: list[Any]) -> None:
    """What waits for a decision stands on the first page of those who decide."""
    scope = person_scope(request.user)
    if scope is not None and scope.role in review_views.REVIEWERS:
        panels.append(WorkPanel())
