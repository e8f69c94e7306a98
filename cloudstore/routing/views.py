"""The OEM CRM desk in the console: the queue left, one lead right, what the desk decides as buttons and keys."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cloudstore.customers.errors import NoPhone, TooManyReveals
from cloudstore.kit.clock import now
from cloudstore.kit.labels import choices, label
from cloudstore.kit.phone import BadPhone, normalise
from cloudstore.kit.wording import full as moment
from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import Lead
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.scope import Scope, brand_of, one, required, scoped
from cloudstore.routing.acts import ACTS, LEAVING, PlaceUnclear
from cloudstore.routing.errors import DeskRefused
from cloudstore.routing.exports import queue_file
from cloudstore.routing.forms import LEVELS, DeskForm, QueueFilter
from cloudstore.routing.queries import queue as queues
from cloudstore.routing.queries import sheet as sheets
from cloudstore.routing.services import claim
from cloudstore.routing.services.opening import look_at_numbers, open_lead
from cloudstore.users.rules import Role

#: Who works at the desk, or looks over its shoulder.
DESK_ROLES = (Role.OEM_DESK, Role.BRAND_MANAGER, Role.ADMINISTRATOR)


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The queue with nothing open: looking at it takes no lead in hand."""
    return _show(request, required(request, *DESK_ROLES), None, now())


@never_cache
@require_safe
def lead(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One lead, taken in hand by opening it unless somebody else has it."""
    scope, at = required(request, *DESK_ROLES), now()
    return _open(request, scope, one(Lead.objects.all(), scope, pk=pk), at)


def _open(request: HttpRequest, scope: Scope, row: Lead, at: datetime, said: str = "") -> HttpResponse:
    with suppress(DeskRefused):  # the page says who has it
        open_lead(lead=row, by=scope.staff, now=at)
    return _show(request, scope, row.pk, at, said=said)


def _show(request: HttpRequest, scope: Scope, pk: UUID | None, at: datetime, **more: Any) -> HttpResponse:
    said = more.pop("said", "")
    filters = QueueFilter(request.GET, queues.provinces(scope))
    chosen = filters.chosen()
    opened = sheets.sheet(one(sheets.full(Lead.objects.all()), scope, pk=pk), scope, at) if pk else None
    context: dict[str, Any] = {
        "scope": scope,
        "brand": brand_of(scope),
        "filters": filters,
        "chosen": chosen,
        "keep": f"?{request.GET.urlencode()}" if request.GET else "",
        "desk": queues.desk(
            scope, chosen, number=request.GET.get("page", ""), current=opened.lead if opened else None, now=at
        ),
        "opened": opened,
        "levels": LEVELS,
        "invalid_reasons": choices("invalid_reason"),
        "purposes": choices("reveal_purpose"),
        "typed": {},
        **more,
    }
    return _tell(request, TemplateResponse(request, _template(request), context), said)


def _template(request: HttpRequest) -> str:
    return "routing/desk/desk.html" if getattr(request, "htmx", False) else "routing/desk/page.html"


def _tell(request: HttpRequest, response: HttpResponse, said: str) -> HttpResponse:
    """What was done, as a toast: with the answer to htmx, otherwise on the page that follows."""
    if said and getattr(request, "htmx", False):
        response.headers["HX-Trigger"] = json.dumps({"toast": said})
    elif said:
        messages.success(request, said)
    return response


@never_cache
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The rows alone, for a page that heard of a change. Takes nothing in hand and renews no lease."""
    scope, at = required(request, *DESK_ROLES), now()
    chosen = QueueFilter(request.GET, queues.provinces(scope)).chosen()
    wanted = _uuid(request.GET.get("open", ""))
    current = scoped(Lead.objects.filter(pk=wanted), scope).first() if wanted else None
    around = queues.desk(scope, chosen, number=request.GET.get("page", ""), current=current, now=at)
    params = request.GET.copy()
    params.pop("open", None)
    keep = f"?{params.urlencode()}" if params else ""
    context = {"scope": scope, "desk": around, "chosen": chosen, "keep": keep, "current": current}
    return TemplateResponse(request, "routing/desk/rows.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@never_cache
@require_safe
def standing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether the open lead still is as the page shows it; what was typed on the page stays."""
    scope, at = required(request, *DESK_ROLES), now()
    row = one(sheets.full(Lead.objects.all()), scope, pk=pk)
    seen = request.GET.get("version", "")
    context = {
        "lead": row,
        "held": queues.held_by(row, at),
        "scope": scope,
        "seen": seen,
        "changed": seen != str(row.state_version),
        "change": sheets.last_change(row),
    }
    return TemplateResponse(request, "routing/desk/standing.html", context)


@never_cache
@require_POST
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One button. When it cannot be done, the page says what changed meanwhile and keeps what was typed."""
    scope, at = required(request, *DESK_ROLES), now()
    row = one(Lead.objects.all(), scope, pk=pk)
    name, _colon, reason = request.POST.get("do", "").partition(":")
    form = DeskForm(request.POST)
    chosen = QueueFilter(request.GET, queues.provinces(scope)).chosen()
    try:
        if name not in ACTS or not form.is_valid():
            raise DeskRefused("unknown_act")
        following = queues.next_free(scope, chosen, row, at) if name in LEAVING else row
        said = ACTS[name](row, form.cleaned_data | {"reason": reason}, scope, at)
    except (DeskRefused, LeadRefused) as refused:
        return _refused(request, scope, row, refused, at)
    return _go_on(request, scope, following, said, at)


def _refused(
    request: HttpRequest, scope: Scope, row: Lead, refused: DeskRefused | LeadRefused, at: datetime
) -> HttpResponse:
    group = "lead_problem" if isinstance(refused, LeadRefused) else "desk_problem"
    words = str(label(group, refused.code).words)
    if isinstance(refused, DeskRefused) and refused.code == "claimed":
        words = _("%(name)s is working on this lead. Nothing was changed.") % {"name": refused.holder}
    places = refused.options if isinstance(refused, PlaceUnclear) else ()
    options = [(code, queues.place_name(code)) for code in places if gazetteer().city_of(code)]
    return _show(request, scope, row.pk, at, problem=words, code=refused.code, typed=request.POST, places=options)


def _go_on(request: HttpRequest, scope: Scope, following: Lead | None, said: str, at: datetime) -> HttpResponse:
    params = request.GET.copy()
    params.pop("page", None)
    keep = f"?{params.urlencode()}" if params else ""
    where = reverse("routing:desk_lead", args=[following.pk]) if following else reverse("routing:desk")
    if not getattr(request, "htmx", False):
        messages.success(request, said)
        return redirect(where + keep)
    request.GET = params  # type: ignore[assignment]  # the next one opens on the page of the list that it is on
    if following is None:
        response = _show(request, scope, None, at, said=said)
    else:
        response = _open(request, scope, following, at, said=said)
    response.headers["HX-Push-Url"] = where + keep
    return response


@never_cache
@require_POST
def reveal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The numbers in clear, for a purpose, to who has the lead in hand; the answer is kept by no cache."""
    scope, at = required(request, *DESK_ROLES), now()
    row = one(Lead.objects.select_related("customer"), scope, pk=pk)
    numbers: list[str] = []
    problem = ""
    try:
        numbers = look_at_numbers(lead=row, scope=scope, purpose=request.POST.get("purpose", ""), now=at)
    except DeskRefused as refused:
        claimed = _("%(name)s is working on this lead. Nothing was changed.") % {"name": refused.holder}
        problem = claimed if refused.code == "claimed" else str(label("desk_problem", refused.code).words)
    except TooManyReveals:
        problem = str(label("lead_problem", "too_many_reveals").words)
    except NoPhone:
        problem = str(label("lead_problem", "no_phone").words)
    except ValueError:
        problem = str(label("lead_problem", "unknown_purpose").words)
    if getattr(request, "htmx", False):
        lines = sheets.lines_of(row, scope)
        context = {"numbers": numbers, "number_problem": problem, "lines": lines, "oob": True}
        return TemplateResponse(request, "routing/desk/numbers.html", context)
    return _show(request, scope, pk, at, typed=request.POST, numbers=numbers, number_problem=problem)


@require_POST
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody is typing or reading: the lease goes on."""
    scope, at = required(request, *DESK_ROLES), now()
    row = one(sheets.full(Lead.objects.all()), scope, pk=pk)
    held = queues.held_by(row, at)
    if held is not None and held.staff_id == scope.staff.pk:
        claim(lead=row, by=scope.staff, now=at)
    return HttpResponse(status=204)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The lead of exactly one number. The number is in the body alone: never in an address, never shown again."""
    scope = required(request, *DESK_ROLES)
    try:
        found = queues.find_by_phone(scope, normalise(request.POST.get("phone", "")))
    except BadPhone:
        messages.error(request, _("This is not a phone number. Type all of its digits."))
        return redirect("routing:desk")
    if found is None:
        messages.error(request, _("No lead has this number."))
        return redirect("routing:desk")
    return redirect("routing:desk_lead", pk=found.pk)


@never_cache
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The queue as the page shows it, every page of it, with numbers masked and the mark of who took it out."""
    scope, at = required(request, *DESK_ROLES), now()
    chosen = QueueFilter(request.GET, queues.provinces(scope)).chosen()
    rows = queues.rows_of(queues.queue(scope, chosen, at), scope, at)
    return queue_file(kind, rows, f"{scope.staff.name} ({scope.staff.user.username}) {moment(at)}")
