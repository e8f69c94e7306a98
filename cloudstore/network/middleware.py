"""The door of the console."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils.translation import get_language
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.users.models import UserProfile

from cloudstore.network.library import collection_name
from cloudstore.network.scope import Scope, scope_of
from cloudstore.users.rules import CONSOLE_ROLES

Handler = Callable[[HttpRequest], HttpResponse]

ROOT = "/admin/"
#: What of Wagtail's own console our people use. Everything else of it does not exist here: its users, groups, reports,
#: history and bulk actions know no brands. Our own views and guarded viewsets pass by themselves.
WAGTAIL_NAMES = frozenset(
    {
        "wagtailadmin_home",
        "wagtailadmin_logout",
        "wagtailadmin_sprite",
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_block_preview",
    }
)
#: Pages keep their own rights by page tree; the choosers of pictures and papers are narrowed to the brand's library.
WAGTAIL_SPACES = frozenset({"wagtailimages_chooser", "wagtaildocs_chooser", "wagtailadmin_editing_sessions"})
#: The brand's public pages: editing one, and choosing one for a link. Never the explorer, which shows the whole tree.
PAGE_NAMES = frozenset(
    {
        "wagtailadmin_pages:edit",
        "wagtailadmin_pages:preview_on_edit",
        "wagtailadmin_pages:view_draft",
        "wagtailadmin_choose_page",
        "wagtailadmin_choose_page_child",
        "wagtailadmin_choose_page_search",
        "wagtailadmin_choose_page_external_link",
    }
)
_LIBRARY = {"wagtailimages_chooser": get_image_model, "wagtaildocs_chooser": get_document_model}
_OURS = ("cloudstore.", "tasks.", "media.", "dashboards.")


class ConsoleDoor:
    """Nobody but the console's roles sees anything below /admin/, whatever permissions they hold; and of the console
    only what was made for them. For everybody else there is nothing at these addresses.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Visitors go on and are sent to the sign-in by Wagtail."""
        if request.path.startswith(ROOT) and request.user.is_authenticated:
            scope = scope_of(request.user)
            if scope is None or scope.role not in CONSOLE_ROLES:
                raise Http404
            request._scope = scope  # type: ignore[attr-defined]
            _same_choices(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Pass what is ours or named above."""
        match = request.resolver_match
        scope: Scope | None = getattr(request, "_scope", None)
        if match is None or scope is None or not request.path.startswith(ROOT):
            return
        if not allowed(match, view):
            raise Http404
        if match.view_name in PAGE_NAMES:
            _only_own_pages(request, kwargs)
        if match.namespace in _LIBRARY:
            _only_own_library(request, scope, _LIBRARY[match.namespace](), kwargs)


def _same_choices(request: HttpRequest) -> None:
    """Language and theme are chosen in one place for all surfaces; the console reads them from this profile."""
    theme = request.COOKIES.get("theme", "system")
    request.user.wagtail_userprofile = UserProfile(  # type: ignore[union-attr]
        user=request.user,
        preferred_language=get_language() or "en",
        current_time_zone=settings.TIME_ZONE,
        theme=theme if theme in {"light", "dark"} else "system",
    )
    request.user.first_name = request.user.get_full_name()  # type: ignore[union-attr]  # what the sidebar shows


def allowed(match: ResolverMatch, view: Any) -> bool:
    """Whether an address of the console was made for our people."""
    return (
        getattr(view, "guarded", False)
        or view.__module__.startswith(_OURS)
        or match.view_name in WAGTAIL_NAMES | PAGE_NAMES
        or match.namespace in WAGTAIL_SPACES
    )


def _only_own_library(request: HttpRequest, scope: Scope, model: Any, kwargs: dict[str, Any]) -> None:
    """Wagtail gives out a chosen picture to anyone who knows its number; here it must lie in the brand's collection."""
    asked = [str(value) for name, value in kwargs.items() if name in {"pk", "image_id", "document_id"}]
    asked += request.GET.getlist("id")
    if not asked:
        return
    numbers = {int(value) for value in asked if value.isascii() and value.isdigit() and len(value) < 18}
    own = model.objects.filter(pk__in=numbers, collection__name=collection_name(scope.staff.brand)).count()
    if own != len(set(asked)):
        raise Http404


def _only_own_pages(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """Wagtail answers for a foreign page with a refusal, which says that it exists; here there is nothing."""
    own = PagePermissionPolicy().instances_user_has_permission_for(request.user, "change")
    asked = [kwargs[name] for name in ("page_id", "parent_page_id") if name in kwargs]
    if not (own.filter(pk__in=asked) if asked else own).exists():
        raise Http404
