"""Reading leads: the store's list, one lead's story, and the daily numbers for the facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext

from cloudstore.customers.models import Touch
from cloudstore.facts.rules import FactRow
from cloudstore.facts.rules.leads import DealerMark, LeadFacts, LeadVerdict, Ruling, is_matured, is_valid, verdict
from cloudstore.kit.clock import business_day, day_start
from cloudstore.kit.clock import now as clock_now
from cloudstore.kit.labels import label
from cloudstore.kit.wording import full
from cloudstore.leads.models import FollowAction, Lead, LeadEvent, Round
from cloudstore.leads.rules.reasons import Invalid, Opening
from cloudstore.leads.rules.sla import kept
from cloudstore.leads.rules.states import CLOSED, State
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.models import StaffMember
from cloudstore.network.scope import Scope, scoped
from cloudstore.users.rules import Role

SOURCE = "leads"

#: The three tabs of a store's list.
TO_CALL = (State.ASSIGNED.value,)
DONE = tuple(sorted(state.value for state in CLOSED | {State.DORMANT}))
TABS = ("call", "open", "done")


def of_store(scope: Scope) -> QuerySet[Lead]:
    """The leads a person of a store may see, with what the list shows of them; consultants only their own."""
    rows = Lead.objects.select_related("customer", "series", "dealer", "consultant", "source_account")
    return scoped(rows, scope).filter(dealer__isnull=False).exclude(state=State.MERGED.value)


def tab(rows: QuerySet[Lead], name: str) -> QuerySet[Lead]:
    """The rows of one tab in its order: by deadline while there is one, the last closed first."""
    if name == "done":
        return rows.filter(state__in=DONE).order_by(F("closed_at").desc(nulls_last=True), "-pk")
    if name == "open":
        rows = rows.exclude(state__in=(*DONE, *TO_CALL))
    else:
        rows = rows.filter(state__in=TO_CALL)
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def tab_counts(rows: QuerySet[Lead]) -> dict[str, int]:
    """How many leads each tab holds, in one query."""
    found = rows.aggregate(
        call=Count("pk", filter=Q(state__in=TO_CALL), distinct=True),
        done=Count("pk", filter=Q(state__in=DONE), distinct=True),
        total=Count("pk", distinct=True),
    )
    return {"call": found["call"], "open": found["total"] - found["call"] - found["done"], "done": found["done"]}


def waiting_count(scope: Scope) -> int:
    """How many leads of this person's store wait for their first call: the number on the bottom bar."""
    return of_store(scope).filter(state__in=TO_CALL).count()


def consultants(dealer_id: int | None, at: datetime) -> QuerySet[StaffMember]:
    """The consultants of a store who work there now."""
    if dealer_id is None:
        return StaffMember.objects.none()
    return StaffMember.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=at),
        dealer_id=dealer_id,
        role=Role.CONSULTANT.value,
        valid_from__lte=at,
    ).order_by("name", "pk")


def place_of(lead: Lead) -> str:
    """Where the customer is taken to live, from the province down; empty when nobody knows."""
    book = gazetteer()
    names = [book.name(link) for link in reversed(book.chain(lead.adcode))] if lead.adcode else []
    return "".join(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the lead's story: the event, the action behind it where there is one, and what to say beside it."""

    event: LeadEvent
    action: FollowAction | None
    facts: list[str]


def story(lead: Lead, scope: Scope, limit: int = 200) -> list[Line]:
    """What happened to a lead, the newest first, as this person may read it.

    A store reads what its own people and the desk wrote; of another store's turn it sees that there was one.
    """
    events = list(LeadEvent.objects.select_related("actor__dealer").filter(lead=lead).order_by("-at", "-pk")[:limit])
    own = scoped(FollowAction.objects.all(), scope).values("pk")
    rows = FollowAction.objects.filter(lead=lead)
    if not scope.whole_brand:
        rows = rows.filter(Q(pk__in=own) | Q(round__isnull=True))
    actions = {one.pk: one for one in rows}
    return [_line(one, actions.get(one.detail.get("action")), _shown_actor(one, lead, scope)) for one in events]


#: Verb that needs a reason -> the label group of its reasons.
REASONS = {
    "ask_lost": "lost_reason",
    "ask_transfer": "transfer_reason",
    "mark_invalid": "invalid_reason",
    "sleep": "sleep_reason",
}
#: Detail of an event -> the label group of its codes, in the order in which they are said.
_CODES = (("level", "lead_level"), ("purpose", "reveal_purpose"), ("scene", "lead_scene"))


def _line(event: LeadEvent, action: FollowAction | None, actor: str) -> Line:
    """Who, where, and the few facts that make the line worth reading; nothing is said that is not known."""
    detail = event.detail
    facts = [actor, detail.get("dealer", "")]
    facts += [str(label(group, detail[name]).words) for name, group in _CODES if detail.get(name)]
    if event.kind == "assigned" and detail.get("reason"):
        facts.append(str(label("round_reason", detail["reason"]).words))
    if detail.get("reason") and detail.get("verb") in REASONS:
        facts.append(str(label(REASONS[detail["verb"]], detail["reason"]).words))
    if detail.get("other_dealer"):
        facts.append(gettext("through store %(code)s") % {"code": detail["other_dealer"]})
    if action is not None and action.connected is not None:
        answered = gettext("answered, %(seconds)s s") % {"seconds": action.call_seconds}
        facts.append(answered if action.connected else gettext("no answer"))
    if action is not None and action.appointment_at:
        facts.append(full(action.appointment_at))
    return Line(event, action, [fact for fact in facts if fact])


def _shown_actor(event: LeadEvent, lead: Lead, scope: Scope) -> str:
    """Who it was: people of the car maker and of one's own store by name, of another store not."""
    actor = event.actor
    if actor is None:
        return ""
    foreign = not scope.whole_brand and actor.dealer_id and actor.dealer_id != lead.dealer_id
    return "" if foreign else actor.name


def touches(lead: Lead, scope: Scope) -> list[Touch]:
    """The customer's contacts with the brand that this person may see, newest first."""
    rows = Touch.objects.select_related("account__dealer").filter(customer_id=lead.customer_id)
    return list(scoped(rows, scope).order_by("-at", "-pk")[:50])


# --- daily numbers ------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class _Days:
    """Numbers by (dealer, account, day) while they are added up."""

    rows: dict[tuple[int, int | None, date], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, dealer_id: int | None, account_id: int | None, day: date, name: str, number: bool | int = 1) -> None:
        if dealer_id is not None and number:
            self.rows[dealer_id, account_id, day][name] += int(number)


def fact_rows(brand_id: int, first: date, last: date) -> Iterator[FactRow]:
    """Lead numbers of a brand for the days from `first` to `last`, as of now.

    A round counts on the day its first-follow deadline fell, for the dealer that had it. A lead counts on the day it
    came: for quality (matured, valid) with the dealer that has it, for origin (natural, paid, local, live, homepage)
    with the dealer whose account brought it.
    """
    as_of = clock_now()
    start, end = day_start(first), day_start(last + timedelta(days=1))
    days = _Days()
    _count_rounds(days, brand_id, start, end, as_of)
    _count_leads(days, brand_id, start, end, as_of)
    for (dealer_id, account_id, day), values in days.rows.items():
        yield FactRow(dealer_id, account_id, day, dict(values), {SOURCE: "ok"})


def _count_rounds(days: _Days, brand_id: int, start: datetime, end: datetime, as_of: datetime) -> None:
    """Deadlines that have passed, and those that were kept. Who walked into the store needed no call."""
    rows = (
        Round.objects.filter(dealer__brand_id=brand_id, sla_due_at__gte=start, sla_due_at__lt=min(end, as_of))
        .exclude(reason=Opening.WALK_IN.value)
        .values_list(
            "dealer_id", "lead__source_account_id", "lead__source_account__dealer_id", "sla_due_at", "first_follow_at"
        )
    )
    for dealer_id, account_id, account_dealer, due_at, followed_at in rows.iterator(chunk_size=5000):
        own = account_id if account_dealer == dealer_id else None
        day = business_day(due_at)
        days.add(dealer_id, own, day, "leads_assigned_due")
        days.add(dealer_id, own, day, "leads_followed_in_sla", kept(followed_at, due_at))


def _count_leads(days: _Days, brand_id: int, start: datetime, end: datetime, as_of: datetime) -> None:
    leads = Lead.objects.filter(brand_id=brand_id, created_at__gte=start, created_at__lt=end).exclude(
        state=State.MERGED.value
    )
    calls = _proof_calls(leads)
    rows = leads.select_related("source_account").only(
        "created_at", "state", "invalid_by", "invalid_reason", "scene", "source_class", "local", "dealer_id",
        "source_dealer_id", "source_account_id", "source_account__dealer_id",
    )  # fmt: skip
    for lead in rows.iterator(chunk_size=2000):
        _count_lead(days, lead, facts_of(lead, calls.get(lead.pk, ())), as_of)


def _count_lead(days: _Days, lead: Lead, facts: LeadFacts, as_of: datetime) -> None:
    day, account = business_day(lead.created_at), lead.source_account
    owner = lead.dealer_id or lead.source_dealer_id
    own = account.pk if account and account.dealer_id == owner else None
    days.add(owner, own, day, "leads_matured", is_matured(facts, as_of))
    days.add(owner, own, day, "leads_valid", is_valid(facts, as_of))
    source, through = lead.source_dealer_id, account.pk if account else None
    standing = verdict(facts, as_of) in {LeadVerdict.PENDING, LeadVerdict.VALID}
    days.add(source, through, day, "natural_leads", lead.source_class.startswith("natural-"))
    days.add(source, through, day, "paid_leads", lead.source_class.startswith("paid-"))
    days.add(source, through, day, "local_leads", lead.local is True)
    days.add(source, through, day, "live_widget_leads_valid", lead.scene == "LIVE_VIDEO" and standing)
    days.add(source, through, day, "homepage_leads", lead.scene == "HOME_PAGE")


def facts_of(lead: Lead, failed_calls: Iterable[datetime]) -> LeadFacts:
    """What the valid-lead rule needs to know of a lead. A store's own "invalid" is a claim; anybody else's settles it."""
    claimed = lead.state == State.INVALID.value
    by_dealer = lead.invalid_by == "dealer"
    mark = DealerMark.NONE
    if claimed and by_dealer:
        mark = DealerMark.NO_ANSWER if lead.invalid_reason == Invalid.NO_ANSWER.value else DealerMark.INVALID
    return LeadFacts(
        created_at=lead.created_at,
        ruling=Ruling.INVALID if claimed and not by_dealer else Ruling.NONE,
        mark=mark,
        call_records=tuple(failed_calls),
    )


def _proof_calls(leads: QuerySet[Lead]) -> dict[UUID, list[datetime]]:
    """Times of the unanswered calls of leads that their store calls invalid for want of an answer."""
    marked = leads.filter(state=State.INVALID.value, invalid_by="dealer", invalid_reason=Invalid.NO_ANSWER.value)
    calls: dict[UUID, list[datetime]] = defaultdict(list)
    rows = FollowAction.objects.filter(lead__in=marked, kind="call", connected=False)
    for lead_id, at in rows.values_list("lead_id", "at"):
        calls[lead_id].append(at)
    return calls
