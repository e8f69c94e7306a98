"""The store's leads on the phone: who is to be called first, one tap to the number, one form for what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cloudstore.customers.errors import NoPhone, TooManyReveals
from cloudstore.customers.queries import find_by_digits
from cloudstore.customers.rules.masks import readable
from cloudstore.kit.clock import now
from cloudstore.kit.labels import choices, label
from cloudstore.leads import queries, services
from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.forms import ACTIONS, ReasonForm
from cloudstore.leads.models import Lead
from cloudstore.leads.queries import REASONS
from cloudstore.leads.rules.hands import Hand, verbs_of
from cloudstore.leads.rules.levels import HORIZON_DAYS, Level
from cloudstore.leads.rules.states import State, Verb
from cloudstore.network.models import StaffMember
from cloudstore.network.scope import Scope, dealers_of, one, required
from cloudstore.users.rules import Role

_HERE = (Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR, Role.CONSULTANT)
_PER_PAGE = 30
#: Levels that people choose, in their order.
LEVELS = [*HORIZON_DAYS, Level.N]
#: Steps shown as buttons of their own, in the order of the trade; the others ask for a reason.
_STEPS = (Verb.ARRIVE, Verb.TEST_DRIVE, Verb.ORDER, Verb.DELIVER, Verb.REFUND, Verb.REOPEN)


def topics(scope: Scope) -> str:
    """What an open list of this person listens to."""
    ids = [scope.dealer_id] if scope.dealer_id else dealers_of(scope).values_list("pk", flat=True)
    return " ".join(f"dealer:{pk}" for pk in ids)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """One of three tabs, the most urgent first."""
    scope = required(request, *_HERE)
    rows = _filtered(queries.of_store(scope), request)
    tab = request.GET.get("tab", "call")
    tab = tab if tab in queries.TABS else "call"
    page = Paginator(queries.tab(rows, tab), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "leads/list.html", _list_context(scope, rows, page=page, tab=tab, chosen=request.GET))


def _filtered(rows: QuerySet[Lead], request: HttpRequest) -> QuerySet[Lead]:
    scene, level, who = (request.GET.get(name, "") for name in ("scene", "level", "who"))
    if scene:
        rows = rows.filter(scene=scene)
    if level:
        rows = rows.filter(level=level)
    if who == "nobody":
        rows = rows.filter(consultant__isnull=True)
    elif who.isascii() and who.isdigit() and len(who) < 19:
        rows = rows.filter(consultant_id=int(who))
    return rows


def _list_context(scope: Scope, rows: QuerySet[Lead], **more: Any) -> dict[str, Any]:
    consultants = queries.consultants(scope.dealer_id, now()) if scope.role is not Role.CONSULTANT else []
    return {
        "scope": scope,
        "counts": queries.tab_counts(rows),
        "topics": topics(scope),
        "scenes": choices("lead_scene"),
        "levels": choices("lead_level"),
        "consultants": consultants,
        "many_stores": scope.dealer_id is None,
        "nav": "leads",
        **more,
    }


@login_required
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Leads of a whole number, or of its last four digits. The number comes in the body, never in the address."""
    scope = required(request, *_HERE)
    typed = request.POST.get("digits", "")
    rows = find_by_digits(queries.of_store(scope), scope.brand_id, typed)
    page = Paginator(rows.order_by("-last_touch_at", "-pk"), _PER_PAGE).get_page(1)
    return render(
        request,
        "leads/list.html",
        _list_context(scope, queries.of_store(scope), page=page, tab="", typed=typed, chosen={}),
    )


@login_required
@require_safe
def badge(request: HttpRequest) -> HttpResponse:
    """The number on the bottom bar, re-read when a lead moves."""
    scope = required(request, *_HERE)
    return render(request, "leads/badge.html", {"count": queries.waiting_count(scope), "topics": topics(scope)})


def _own(request: HttpRequest, pk: UUID) -> tuple[Scope, Lead]:
    scope = required(request, *_HERE)
    return scope, one(queries.of_store(scope), scope, pk=pk)


def _page(request: HttpRequest, scope: Scope, row: Lead, status: int = 200, **more: Any) -> HttpResponse:
    """The lead's page; `bound` is a form that was refused, shown with what was typed, `open` its name."""
    bound, opened = more.pop("bound", None), more.pop("opened", "")
    start = {"version": row.state_version}
    forms: dict[str, Form] = {name: form(initial=start, auto_id=f"{name}_%s") for name, form in ACTIONS.items()}
    verbs = verbs_of(Hand.DEALER, State(row.state))
    reasons: dict[str, Form] = {
        verb: ReasonForm(group=group, initial=start, auto_id=f"{verb}_%s")
        for verb, group in REASONS.items()
        if Verb(verb) in verbs
    }
    if bound is not None:
        (forms if opened in forms else reasons)[opened] = bound
    context = {
        "scope": scope,
        "row": row,
        "forms": forms,
        "reasons": reasons,
        "steps": [verb for verb in _STEPS if verb in verbs and _fits(verb, State(row.state))],
        "levels": LEVELS,
        "lines": queries.story(row, scope),
        "touches": queries.touches(row, scope),
        "round": services.open_round_of(row),
        "place": queries.place_of(row),
        "consultants": _may_assign(scope, row),
        "opened": opened,
        "has_action": True,
        "nav": "leads",
        **more,
    }
    return render(request, "leads/lead.html", context, status=status)


def _fits(verb: Verb, state: State) -> bool:
    """Whether a button for this step makes sense here: nobody drives home in a car before they have seen it."""
    return verb is not Verb.DELIVER or state in {State.ARRIVED, State.TEST_DRIVEN, State.ORDERED}


def _may_assign(scope: Scope, row: Lead) -> list[StaffMember]:
    """Whom the store's manager can give this lead to."""
    return list(queries.consultants(row.dealer_id, now())) if scope.role is Role.DEALER_MANAGER else []


@login_required
@require_safe
def lead(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One lead: the deadline, the number behind one tap, what can be done, what was done."""
    scope, row = _own(request, pk)
    return _page(request, scope, row)


@login_required
@require_POST
def number(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The number in clear, to call it; the look is kept. As a fragment for the list and the page, or the whole page."""
    scope, row = _own(request, pk)
    try:
        numbers = services.reveal(lead=row, scope=scope, purpose="call", now=now())
    except (TooManyReveals, NoPhone) as refused:
        code = "no_phone" if isinstance(refused, NoPhone) else "too_many_reveals"
        found: dict[str, Any] = {"problem": code}
    else:
        found = {"numbers": [(one_number, readable(one_number)) for one_number in numbers]}
    if getattr(request, "htmx", False):
        return render(request, "leads/number.html", {"row": row, **found})
    return _page(request, scope, row, **found)


def _refused(request: HttpRequest, scope: Scope, pk: UUID, refused: LeadRefused, **more: Any) -> HttpResponse:
    """Say why, show where the lead stands now, and keep what was typed."""
    row = one(queries.of_store(scope), scope, pk=pk)
    bound = more.get("bound")
    if bound is not None:
        # What was typed stays; sent again it will have been decided on the state that is shown now.
        bound.data = bound.data.copy()
        bound.data["version"] = row.state_version
    return _page(request, scope, row, status=409, problem=refused.code, **more)


@login_required
@require_POST
def follow(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """A call, a contact on WeCom, a message, an appointment, a note."""
    scope, row = _own(request, pk)
    if kind not in ACTIONS:
        raise Http404
    form = ACTIONS[kind](request.POST, auto_id=f"{kind}_%s")
    if not form.is_valid():
        return _page(request, scope, row, status=422, bound=form, opened=kind)
    try:
        services.follow(lead=row, by=scope.staff, version=form.cleaned_data["version"], now=now(), **form.values)
    except LeadRefused as refused:
        return _refused(request, scope, pk, refused, bound=form, opened=kind)
    messages.success(request, _("Kept."))
    return redirect("leads:lead", pk=pk)


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


@login_required
@require_POST
def level(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How soon the customer means to buy."""
    scope, row = _own(request, pk)
    try:
        chosen = Level(request.POST.get("level", ""))
        services.set_level(lead=row, level=chosen, by=scope.staff, version=_version(request), now=now())
    except ValueError:
        raise Http404
    except LeadRefused as refused:
        return _refused(request, scope, pk, refused)
    return redirect("leads:lead", pk=pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """The next step of the trade, or an end with its reason."""
    scope, row = _own(request, pk)
    if verb not in verbs_of(Hand.DEALER, State(row.state)):
        return _refused(request, scope, pk, LeadRefused("not_allowed_from_here", row.state))
    form: ReasonForm | None = None
    if verb in REASONS:
        form = ReasonForm(request.POST, group=REASONS[verb], auto_id=f"{verb}_%s")
        if not form.is_valid():
            return _page(request, scope, row, status=422, bound=form, opened=verb)
    reason = form.cleaned_data["reason"] if form else ""
    try:
        services.act(lead=row, verb=Verb(verb), by=scope.staff, version=_version(request), reason=reason, now=now())
    except LeadRefused as refused:
        return _refused(request, scope, pk, refused, bound=form, opened=verb if form else "")
    messages.success(request, str(label("lead_verb", verb).words))
    return redirect("leads:lead", pk=pk)


@login_required
@require_POST
def consultant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The store's manager gives the lead to one of its consultants, or to nobody."""
    scope, row = _own(request, pk)
    if scope.role is not Role.DEALER_MANAGER:
        raise Http404
    given = request.POST.get("consultant", "")
    chosen = one(queries.consultants(row.dealer_id, now()), scope, pk=given) if given else None
    services.assign_consultant(lead=row, consultant=chosen, by=scope.staff, now=now())
    return redirect("leads:lead", pk=pk)
