"""The language of a public page when its address says so (`?lang=zh`): no cookie, so it works in frames and in-app browsers."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils import translation

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

#: what an address may say -> our language code
ASKED = {"zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans", "en": "en"}


def speak_as_asked(request: HttpRequest) -> str:
    """Use the language that the address asks for, if it names one of ours. Returns the code in use."""
    code = ASKED.get(request.GET.get("lang", "").lower(), "")
    if code:
        translation.activate(code)
        request.LANGUAGE_CODE = code
    return translation.get_language() or "en"


def language_of_address(view: "View[P]") -> "View[P]":
    """Let `?lang=` choose the language of a view's page."""

    @wraps(view)
    def respond(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        speak_as_asked(request)
        return view(request, *args, **kwargs)

    return respond
