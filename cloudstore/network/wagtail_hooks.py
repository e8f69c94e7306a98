"""The network in the console, and who may open a paper of the brand's library."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from wagtail import hooks
from wagtail.documents.models import AbstractDocument

from cloudstore.network.library import collection_name
from cloudstore.network.scope import scope_of
from cloudstore.network.viewsets import DealerChooser, DivisionChooser, NetworkViewSetGroup

hooks.register("register_admin_viewset", fn=NetworkViewSetGroup)
hooks.register("register_admin_viewset", fn=lambda: DealerChooser())
hooks.register("register_admin_viewset", fn=lambda: DivisionChooser())


@hooks.register("construct_image_chooser_queryset")
@hooks.register("construct_document_chooser_queryset")
def only_own_library(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Choosers list the brand's own collection; Wagtail's chooser of documents would list everybody's."""
    scope = scope_of(request.user)
    return rows.filter(collection__name=collection_name(scope.staff.brand)) if scope else rows.none()


@hooks.register("before_serve_document")
def only_own_papers(document: AbstractDocument, request: HttpRequest) -> None:
    """A brand's papers (briefs, logos, rights) are for its people and its dealers; for others they do not exist."""
    scope = scope_of(request.user)
    if scope is None or document.collection.name != collection_name(scope.staff.brand):
        raise Http404
