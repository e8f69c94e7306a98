"""The public form of a lead widget. Works without script and without cookies."""

import secrets
from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cloudstore.capture import queries, rules, services
from cloudstore.capture.forms import LeadForm
from cloudstore.capture.models import Widget
from cloudstore.kit.clock import now


def _widget(code: str) -> Widget:
    widget = queries.open_widget(code)
    if widget is None:
        raise Http404
    return widget


def _token(request: HttpRequest) -> str:
    """A name for this one display of the form, with the platform's ids from the address."""
    shown = {
        "nonce": secrets.token_urlsafe(18),
        "at": now().timestamp(),
        "item": rules.platform_id(request.GET.get("item", "")),
        "room": rules.platform_id(request.GET.get("room", "")),
    }
    return signing.dumps(shown, salt="capture.form")


def _consent_words(widget: Widget) -> str:
    chinese = (get_language() or "").startswith("zh")
    words = widget.consent.text_zh if chinese else widget.consent.text_en
    brand, dealer = widget.brand, widget.dealer
    return words.format(
        brand=brand.name_zh if chinese else brand.name_en,
        brand_legal=brand.legal_name,
        dealer=dealer.name,
        dealer_legal=dealer.legal_name or dealer.name,
    )


# No session and no cookie here: the signed, single-use token in the form takes the place of the CSRF cookie, which
# in-app browsers and embedded frames often refuse.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def widget_form(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form, or keep what was filled in and say thank you."""
    widget = _widget(code)
    if request.method != "POST":
        services.count(widget=widget, what="clicked", now=now())
        return _page(request, widget, LeadForm(source=widget, initial={"token": _token(request)}))
    form = LeadForm(request.POST, source=widget)
    if not form.is_valid():
        return _page(request, widget, _again(request, form), status=422)
    shown = form.cleaned_data["token"]
    at = datetime.fromtimestamp(shown["at"], tz=UTC)
    if form.cleaned_data["website"] or rules.too_fast(at, now()):
        # A script: it gets the same thanks as a person, and nothing is kept.
        return redirect("capture:thanks", code=code)
    if rules.too_old(at, now()):
        return _page(request, widget, _again(request, form), problem="old", status=422)
    return _keep(request, widget, form, shown)


def _keep(request: HttpRequest, widget: Widget, form: LeadForm, shown: dict[str, Any]) -> HttpResponse:
    words = form.cleaned_data
    filled = services.Filled(
        phone=words["phone"],
        nonce=shown["nonce"],
        name=words["name"],
        city_adcode=words["city"],
        series_code=words["series"],
        item_id=shown["item"],
        room_id=shown["room"],
    )
    try:
        services.submit(widget=widget, filled=filled, address=request.META.get("REMOTE_ADDR", ""), now=now())
    except services.TooOften:
        return _page(request, widget, _again(request, form), problem="often", status=429)
    return redirect("capture:thanks", code=widget.code)


def _again(request: HttpRequest, form: LeadForm) -> LeadForm:
    """The same form with what was typed and, where the old one is spent, a fresh token."""
    if "token" in form.errors or not form.errors:
        form.data = form.data.copy()
        form.data["token"] = _token(request)
    return form


def _page(
    request: HttpRequest, widget: Widget, form: LeadForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"widget": widget, "form": form, "consent": _consent_words(widget), "problem": problem}
    return render(request, "capture/form.html", context, status=status)


@require_safe
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    """What happens next."""
    return render(request, "capture/thanks.html", {"widget": _widget(code)})
