"""The queue of the OEM desk: who waits longest first, and the neighbours of a lead in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Left

from cloudstore.customers.queries import by_phone
from cloudstore.leads.models import FollowAction, Lead
from cloudstore.leads.rules.hands import AT_DESK
from cloudstore.network.gazetteer import gazetteer
from cloudstore.network.scope import Scope, scoped
from cloudstore.routing.models import DeskClaim

PER_PAGE = 50
_AT_DESK = sorted(state.value for state in AT_DESK)
_FREE = Q(claim__isnull=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One lead of the queue: since when it waits, where the customer is, who has it in hand, how often nobody answered."""

    lead: Lead
    since: datetime
    city: str
    held: DeskClaim | None
    mine: bool
    tries: int


def at_desk(scope: Scope | None) -> QuerySet[Lead]:
    """The leads that wait for the desk of this person's brand."""
    return scoped(Lead.objects.filter(state__in=_AT_DESK), scope)


def queue(scope: Scope, chosen: dict[str, str], now: datetime) -> QuerySet[Lead]:
    """The queue with its filters (`scene`, `level`, `province`, `hand`), who waits longest first."""
    tries = (
        FollowAction.objects.filter(lead=OuterRef("pk"), kind="call", connected=False)
        .order_by()
        .values("lead")
        .annotate(number=Count("pk"))
        .values("number")
    )
    rows = at_desk(scope).select_related("customer", "series", "claim__staff")
    rows = rows.annotate(waits_since=Coalesce("queued_at", "created_at"), tries=Coalesce(Subquery(tries), 0))
    return rows.filter(_wanted(scope, chosen, now)).order_by("waits_since", "pk")


def _wanted(scope: Scope, chosen: dict[str, str], now: datetime) -> Q:
    wanted = Q()
    if scene := chosen.get("scene"):
        wanted &= Q(scene=scene)
    if level := chosen.get("level"):
        wanted &= Q(level=level)
    if province := chosen.get("province"):
        wanted &= Q(adcode__startswith=province[:2]) if province.isdigit() else Q(adcode="")
    if chosen.get("hand") == "mine":
        wanted &= Q(claim__staff=scope.staff, claim__until__gt=now)
    if chosen.get("hand") == "free":
        wanted &= _FREE | Q(claim__until__lte=now)
    return wanted


def provinces(scope: Scope) -> list[tuple[str, str]]:
    """The provinces of which leads wait, by code."""
    found = at_desk(scope).exclude(adcode="").order_by().values_list(Left("adcode", 2), flat=True).distinct()
    return [(f"{code}0000", gazetteer().name(f"{code}0000")) for code in sorted(found)]


def place_name(adcode: str) -> str:
    """A place with its city before it (`苏州市 昆山市`); empty when nothing is known."""
    book = gazetteer()
    if not adcode:
        return ""
    city = book.city_of(adcode)
    return book.name(adcode) if city in (None, adcode) else f"{book.name(city)} {book.name(adcode)}"


def held_by(lead: Lead, now: datetime) -> DeskClaim | None:
    """Who has a lead in hand now; a lease that ran out counts as nothing."""
    claim: DeskClaim | None = getattr(lead, "claim", None)
    return claim if claim and claim.until > now else None


def rows_of(leads: QuerySet[Lead] | Page[Lead], scope: Scope, now: datetime) -> Iterator[Row]:
    """Leads of `queue` as the list and the file show them."""
    for lead in leads:
        held = held_by(lead, now)
        mine = held is not None and held.staff_id == scope.staff.pk
        yield Row(lead, lead.waits_since, place_name(lead.adcode), held, mine, lead.tries)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Desk:
    """One page of the queue around the open lead, and the neighbours for J and K."""

    rows: list[Row]
    page: Page[Lead]
    previous: Lead | None
    following: Lead | None

    @property
    def length(self) -> int:
        """How many leads the filters leave."""
        return self.page.paginator.count


def desk(scope: Scope, chosen: dict[str, str], *, number: str, current: Lead | None, now: datetime) -> Desk:
    """Page `number` of the queue; without a number the page that the open lead is on."""
    leads = queue(scope, chosen, now)
    before, after = _around(leads, current)
    if not number and before is not None:
        number = str(before.count() // PER_PAGE + 1)
    page = Paginator(leads, PER_PAGE).get_page(number or 1)
    previous = before.reverse().first() if before is not None else None
    following = after.first() if after is not None else leads.first()
    return Desk(list(rows_of(page, scope, now)), page, previous, following)


def _around(leads: QuerySet[Lead], current: Lead | None) -> tuple[QuerySet[Lead] | None, QuerySet[Lead] | None]:
    """What stands before and after a lead in the order of the queue, also when it has just left it."""
    if current is None:
        return None, None
    since = current.queued_at or current.created_at
    before = leads.filter(Q(waits_since__lt=since) | Q(waits_since=since, pk__lt=current.pk))
    after = leads.filter(Q(waits_since__gt=since) | Q(waits_since=since, pk__gt=current.pk))
    return before, after


def next_free(scope: Scope, chosen: dict[str, str], after: Lead, now: datetime) -> Lead | None:
    """The lead to open next: the one behind `after` that nobody else has in hand, otherwise the first such one."""
    others = Q(claim__until__gt=now) & ~Q(claim__staff=scope.staff)
    leads = queue(scope, chosen, now).exclude(pk=after.pk).exclude(pk__in=at_desk(scope).filter(others).values("pk"))
    _, behind = _around(leads, after)
    return (behind.first() if behind is not None else None) or leads.first()


def find_by_phone(scope: Scope, phone_e164: str) -> Lead | None:
    """The lead of the person with exactly this number: the one that waits at the desk, otherwise the latest one."""
    customer = by_phone(scope.brand_id, phone_e164)
    if customer is None:
        return None
    rows = scoped(Lead.objects.filter(customer=customer), scope)
    return rows.filter(state__in=_AT_DESK).order_by("-created_at").first() or rows.order_by("-created_at").first()
