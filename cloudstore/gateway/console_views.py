"""The gateway in the console: what came in, what was put aside, what was turned away, what goes out, and the account of it all."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cloudstore.gateway import queries, services
from cloudstore.gateway.forms import DeliveryFilterForm, EventFilterForm, PeriodForm
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.rules import DeliveryState, EventState, Outcome, without_personal_data
from cloudstore.gateway.switchboard import body_of
from cloudstore.kit.clock import business_day, now
from cloudstore.kit.crypto import CannotUnseal
from cloudstore.network.scope import Scope, one, required
from cloudstore.users.rules import Role

#: Who looks after the connections of a brand.
KEEPERS = (Role.ADMINISTRATOR, Role.BRAND_MANAGER)
PAGE = 50
MOST_AT_ONCE = 10_000
SHOWN_DAYS, MOST_DAYS = 14, 92


def _page(request: HttpRequest, scope: Scope, name: str, tab: str, **context: Any) -> HttpResponse:
    frame = {"scope": scope, "tab": tab, "open_matters": queries.open_matters(scope)}
    return TemplateResponse(request, f"gateway/console/{name}.html", frame | context)


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """What came in, newest first."""
    scope = required(request, *KEEPERS)
    form = EventFilterForm(request.GET, queries.sources(scope))
    rows = queries.events(scope, form.wanted())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return _page(request, scope, "events", "events", form=form, page=page, all_url=reverse("messages:replay"))


@require_safe
def put_aside(request: HttpRequest) -> HttpResponse:
    """The quarantine: signed, but not understood or not handled."""
    scope = required(request, *KEEPERS)
    rows = queries.events(scope, queries.EventFilter(state=EventState.QUARANTINED))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return _page(request, scope, "put_aside", "put_aside", page=page)


@require_safe
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event with its body, personal data hidden."""
    scope = required(request, *KEEPERS)
    row = one(InboundEvent.objects.all(), scope, pk=pk)
    try:
        body, size = without_personal_data(raw := body_of(row)), len(raw)
    except CannotUnseal:
        body, size = "", 0
    again = row.state == EventState.QUARANTINED or row.outcome == Outcome.REJECTED
    return _page(request, scope, "event", "events", event=row, body=body, size=size, may_replay=again)


@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    """Have chosen events handled again, or with `all=1` everything that was put aside."""
    scope = required(request, *KEEPERS)
    chosen = _numbers(request, "id")
    if request.POST.get("all"):
        aside = queries.events(scope, queries.EventFilter(state=EventState.QUARANTINED))
        chosen = list(aside.values_list("pk", flat=True)[:MOST_AT_ONCE])
    number = services.replay(brand_id=scope.brand_id, event_ids=chosen)
    notes.success(
        request,
        ngettext("%(number)d event is handled again.", "%(number)d events are handled again.", number)
        % {"number": number},
    )
    return _back(request, "messages:put_aside")


@require_safe
def turned_away(request: HttpRequest) -> HttpResponse:
    """What the door refused: counts, for nothing else is kept of it."""
    scope = required(request, *KEEPERS)
    form, first, last = _period(request)
    rows = queries.turned_away(scope, first, last)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return _page(request, scope, "turned_away", "turned_away", form=form, page=page)


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """What goes out, newest first."""
    scope = required(request, *KEEPERS)
    form = DeliveryFilterForm(request.GET, queries.kinds(scope))
    page = Paginator(queries.deliveries(scope, **form.wanted()), PAGE).get_page(request.GET.get("page"))
    return _page(request, scope, "deliveries", "deliveries", form=form, page=page, dead=DeliveryState.DEAD)


@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Send given-up deliveries again."""
    scope = required(request, *KEEPERS)
    number = services.resend(brand_id=scope.brand_id, delivery_ids=_numbers(request, "id"), now=now())
    notes.success(
        request,
        ngettext("%(number)d delivery is sent again.", "%(number)d deliveries are sent again.", number)
        % {"number": number},
    )
    return _back(request, "messages:deliveries")


@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Every event accounted for, by day and source."""
    scope = required(request, *KEEPERS)
    form, first, last = _period(request)
    rows = queries.reconciliation(scope, first, last)
    return _page(request, scope, "reconciliation", "reconciliation", form=form, rows=rows, total=queries.total(rows))


def _period(request: HttpRequest) -> tuple[PeriodForm, date, date]:
    """The days asked for; without any, the last two weeks."""
    today = business_day(now())
    form = PeriodForm(request.GET or None)
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    last = min(given.get("last") or today, today)
    first = given.get("first") or last - timedelta(days=SHOWN_DAYS - 1)
    first = max(min(first, last), last - timedelta(days=MOST_DAYS - 1))
    return PeriodForm(initial={"first": first, "last": last}), first, last


def _numbers(request: HttpRequest, name: str) -> list[int]:
    """Row numbers from check boxes; anything else is nobody's row."""
    given = [value for value in request.POST.getlist(name) if value.isascii() and value.isdigit() and len(value) < 19]
    return [int(value) for value in given[:MOST_AT_ONCE]]


def _back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To the list the person came from."""
    target = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None) or not target.startswith("/admin/"):
        target = reverse(otherwise)
    return redirect(target)
