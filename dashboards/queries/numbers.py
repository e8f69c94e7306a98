"""The numbers of the boards: counted once per dealer, then only added up, so that every level agrees with the one below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from cloudstore.facts.queries import Period, sums_by_dealer
from cloudstore.kit.clock import day_start, last_full_days
from cloudstore.leads.models import Lead
from cloudstore.network.scope import Scope, scoped

PERIOD_DAYS = 28

#: A lead that a rule or the OEM has ruled out; the dealer's own word is a claim and alone rules nothing out.
RULED_OUT = Q(state="invalid") & ~Q(invalid_by="dealer")
NATURAL = Q(source_class__startswith="natural")
PAID = Q(source_class__startswith="paid")

#: The counts of leads on a board. `located`: the region of the customer is known; `away`: it is not the dealer's.
LEAD_COUNTS: dict[str, Q] = {
    "leads": Q(),
    "valid": ~RULED_OUT,
    "natural": NATURAL,
    "paid": PAID,
    "located": Q(local__isnull=False),
    "away": Q(local=False),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Sums over one period. Counts; `minutes` of airtime; `posts` may have halves. Shares are None without a base."""

    leads: int = 0
    valid: int = 0
    natural: int = 0
    paid: int = 0
    located: int = 0
    away: int = 0
    posts: float = 0
    minutes: int = 0
    dm: int = 0
    dm_in_time: int = 0
    due: int = 0
    followed: int = 0

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Numbers)))

    @property
    def hours(self) -> float:
        """Effective live hours."""
        return self.minutes / 60

    @property
    def natural_share(self) -> float | None:
        return _share(self.natural, self.leads)

    @property
    def valid_share(self) -> float | None:
        return _share(self.valid, self.leads)

    @property
    def away_share(self) -> float | None:
        return _share(self.away, self.located)

    @property
    def reply_share(self) -> float | None:
        return _share(self.dm_in_time, self.dm)

    @property
    def follow_share(self) -> float | None:
        return _share(self.followed, self.due)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Pair:
    """The same numbers of the period and of the equally long time before it."""

    now: Numbers = Numbers()
    before: Numbers = Numbers()

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.now + other.now, self.before + other.before)


def total(pairs: Iterable[Pair]) -> Pair:
    """All of them together."""
    found = Pair()
    for pair in pairs:
        found = found + pair
    return found


def period_at(now: datetime) -> Period:
    """The 28 full days that ended yesterday, and the 28 before them."""
    first, last = last_full_days(now, PERIOD_DAYS)
    return Period(first, last, first - timedelta(days=PERIOD_DAYS), first - timedelta(days=1))


def ruled_out(lead: Lead) -> bool:
    """`RULED_OUT` for one row."""
    return lead.state == "invalid" and lead.invalid_by != "dealer"


def board_leads(scope: Scope) -> QuerySet[Lead]:
    """The leads that boards count: all that the person may see, those merged into another left out."""
    return scoped(Lead.objects.all(), scope).exclude(state="merged")


def pairs_by_dealer(scope: Scope, period: Period) -> dict[int | None, Pair]:
    """Numbers by the id of the dealer who owns them; None holds the leads that are with no dealer yet. Two queries."""
    facts = {row["dealer_id"]: row for row in sums_by_dealer(scope, period)}
    leads = {row["dealer_id"]: row for row in _lead_sums(scope, period)}
    return {
        dealer: Pair(
            _numbers("now", facts.get(dealer, {}), leads.get(dealer, {})),
            _numbers("before", facts.get(dealer, {}), leads.get(dealer, {})),
        )
        for dealer in facts.keys() | leads.keys()
    }


def _lead_sums(scope: Scope, period: Period) -> Iterable[Mapping[str, Any]]:
    middle, end = day_start(period.first), day_start(period.last + timedelta(days=1))
    rows = board_leads(scope).filter(created_at__gte=day_start(period.before_first), created_at__lt=end)
    wanted = {f"now_{name}": Count("pk", filter=Q(created_at__gte=middle) & what) for name, what in LEAD_COUNTS.items()}
    wanted |= {
        f"before_{name}": Count("pk", filter=Q(created_at__lt=middle) & what) for name, what in LEAD_COUNTS.items()
    }
    return rows.order_by().values("dealer_id").annotate(**wanted)


def _numbers(when: str, facts: Mapping[str, Any], leads: Mapping[str, Any]) -> Numbers:
    values = {**facts, **leads}
    read = {one.name: values.get(f"{when}_{one.name}") or 0 for one in fields(Numbers)}
    return Numbers(**read | {"posts": float(read["posts"])})
