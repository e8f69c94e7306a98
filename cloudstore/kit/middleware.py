"""Small request middleware of our own."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

Handler = Callable[[HttpRequest], HttpResponse]

_STRICT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
# The console's own widgets carry inline scripts (a known limit of Wagtail); the exception stays inside /admin/.
_CONSOLE = _STRICT.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'").replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)


def content_security_policy(get_response: Handler) -> Handler:
    """Send a strict policy everywhere and a slightly wider one to the console."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = _CONSOLE if request.path.startswith("/admin/") else _STRICT
        response.headers.setdefault("Content-Security-Policy", getattr(response, "csp", policy))
        return response

    return respond


def person_preferences(get_response: Handler) -> Handler:
    """Use the signed-in person's language and the business time zone for the whole request."""

    def respond(request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "") if request.user.is_authenticated else ""
        if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language() or "en"
        timezone.activate(ZoneInfo(settings.TIME_ZONE))
        response = get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response

    return respond
