"""The public form of a lead widget: no script, no cookie. And the list of a store's own links."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cloudstore.capture import queries, rules, services
from cloudstore.capture.forms import LeadForm, token_salt
from cloudstore.capture.models import Widget
from cloudstore.kit.clock import now
from cloudstore.kit.language import language_of_address
from cloudstore.network.scope import one, required
from cloudstore.users.rules import Role

#: A filled form is a few hundred bytes.
LARGEST_BODY = 16 * 1024


def _widget(code: str) -> Widget:
    widget = queries.open_widget(code)
    if widget is None:
        raise Http404
    return widget


def _token(request: HttpRequest, code: str, shown_at: datetime) -> str:
    """A name for this one display of the form, with the platform's ids from the address."""
    shown = {
        "nonce": secrets.token_urlsafe(18),
        "at": shown_at.timestamp(),
        "item": rules.platform_id(request.GET.get("item", "")),
        "room": rules.platform_id(request.GET.get("room", "")),
    }
    return signing.dumps(shown, salt=token_salt(code))


def _in_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _consent_words(widget: Widget) -> str:
    chinese = _in_chinese()
    brand, dealer = widget.brand, widget.dealer
    names = {
        "brand": brand.name_zh if chinese else brand.name_en,
        "brand_legal": brand.legal_name or brand.name_zh,
        "dealer": dealer.name,
        "dealer_legal": dealer.legal_name or dealer.name,
    }
    return rules.fill(widget.consent.text_zh if chinese else widget.consent.text_en, names)


# Exempt from the CSRF cookie, which in-app browsers and embedded frames often refuse: nobody is signed in here, so a
# foreign site gains nothing by sending this form for somebody. The signed token in it names one display at one widget.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@language_of_address
def widget_form(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form, or keep what was filled in and say thank you."""
    widget = _widget(code)
    if request.method == "POST":
        return _filled(request, widget)
    if request.method == "GET":
        services.count(widget=widget, what="clicked", now=now())
    return _page(request, widget, LeadForm(source=widget, initial={"token": _token(request, code, now())}))


def _filled(request: HttpRequest, widget: Widget) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return _page(request, widget, _fresh(request, widget, LeadForm({}, source=widget)), status=413)
    form = LeadForm(request.POST, source=widget)
    if not form.is_valid():
        return _page(request, widget, _fresh(request, widget, form) if "token" in form.errors else form, status=422)
    if form.cleaned_data["website"]:
        # Only a script fills what nobody sees: it gets the same thanks as a person, and nothing is kept.
        return _thanked(request, widget)
    shown = form.cleaned_data["token"]
    at = datetime.fromtimestamp(shown["at"], tz=UTC)
    if rules.too_fast(at, now()):
        # Perhaps a browser that fills in for its person, so it is not thanked in vain: a second press is enough.
        return _page(request, widget, form, problem="fast", status=422)
    if rules.too_old(at, now()):
        return _page(request, widget, _fresh(request, widget, form), problem="old", status=422)
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
        return _page(request, widget, form, problem="often", status=429)
    return _thanked(request, widget)


def _thanked(request: HttpRequest, widget: Widget) -> HttpResponse:
    """To the page of thanks by a redirect, so that a reload sends nothing; in the language of the form."""
    language = "zh" if _in_chinese() else "en"
    chosen = f"?lang={language}" if "lang" in request.GET else ""
    return HttpResponseRedirect(reverse("capture:thanks", args=[widget.code]) + chosen)


def _fresh(request: HttpRequest, widget: Widget, form: LeadForm) -> LeadForm:
    """The same form with what was typed and a fresh token, which may be sent at once."""
    typed: Any = form.data
    fresh = typed.copy()
    fresh["token"] = _token(request, widget.code, now() - rules.FASTEST - timedelta(seconds=1))
    form.data = fresh
    return form


def _page(
    request: HttpRequest, widget: Widget, form: LeadForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "widget": widget,
        "form": form,
        "consent": _consent_words(widget),
        "problem": problem or ("old" if form.is_bound and "token" in form.errors else ""),
        "in_chinese": _in_chinese(),
    }
    return render(request, "capture/form.html", context, status=status)


@require_safe
@language_of_address
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    """What happens next."""
    return render(request, "capture/thanks.html", {"widget": _widget(code)})


@login_required
@require_safe
def own_links(request: HttpRequest) -> HttpResponse:
    """The links of a store's own widgets, to be put below videos and on posters, with their numbers of the last days."""
    scope = required(request, Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR)
    context = {"scope": scope, "links": queries.links(scope, now=now()), "nav": "me", "in_chinese": _in_chinese()}
    return render(request, "capture/links.html", context)


@login_required
@require_safe
def qr_code(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code of a widget that the person may see, to look at or to print."""
    widget = one(Widget.objects.all(), required(request), code=code)
    return HttpResponse(queries.qr_code(widget), content_type="image/svg+xml")
