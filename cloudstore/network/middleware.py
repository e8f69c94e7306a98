"""The door of the console."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from cloudstore.network.scope import scope_of
from cloudstore.users.rules import CONSOLE_ROLES

Handler = Callable[[HttpRequest], HttpResponse]


def console_door(get_response: Handler) -> Handler:
    """Nobody but the console's roles sees anything below /admin/, whatever permissions they hold: for others it does not exist.

    Wagtail asks permissions only; a role that ended a minute ago must not open anything. Visitors go on to the sign-in.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/admin/") and request.user.is_authenticated:
            scope = scope_of(request.user)
            if scope is None or scope.role not in CONSOLE_ROLES:
                raise Http404
            request._scope = scope  # type: ignore[attr-defined]
        return get_response(request)

    return respond
