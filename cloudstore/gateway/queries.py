"""Reading the gateway: what waits, what came in, what it came to, what was turned away, what goes out."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from cloudstore.gateway.models import Delivery, DoorCount, InboundEvent, PlatformApp
from cloudstore.gateway.rules import COUNTED, EventState, Outcome
from cloudstore.gateway.services.digest import waiting
from cloudstore.kit.clock import BUSINESS_ZONE, day_start
from cloudstore.kit.clock import now as clock_now
from cloudstore.network.scope import Scope, scoped
from cloudstore.users.rules import Role

LARGEST_ID = 2**63 - 1


def events_wait() -> bool:
    """Whether the digest has something to do: the door writes events without asking for a job."""
    return waiting(clock_now()).exists()


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a person looks for; empty means all. `text` is a message id (or its beginning), a row number or a lead's id."""

    source: str = ""
    state: str = ""
    outcome: str = ""
    day: date | None = None
    text: str = ""


def events(scope: Scope, wanted: EventFilter) -> QuerySet[InboundEvent]:
    """The events a person may see, the newest first, without their bodies."""
    rows = scoped(InboundEvent.objects.defer("body"), scope).order_by("-pk")
    for name in ("source", "state", "outcome"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.day:
        rows = rows.filter(received_at__gte=day_start(wanted.day), received_at__lt=day_start(wanted.day + timedelta(1)))
    return rows.filter(_named(wanted.text)) if wanted.text else rows


def _named(text: str) -> Q:
    found = Q(dedupe_key__startswith=text)
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID:
        found |= Q(pk=int(text))
    with suppress(ValueError):
        found |= Q(lead_id=UUID(text))
    return found


def sources(scope: Scope) -> list[str]:
    """The sources from which anything has come."""
    return list(scoped(InboundEvent.objects.all(), scope).order_by().values_list("source", flat=True).distinct())


@dataclass(slots=True)
class Tally:
    """The events of one source (and day) by what they came to. `raw` is counted by itself, not added up."""

    source: str
    day: date | None = None
    raw: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {outcome.value: 0 for outcome in (*COUNTED, Outcome.NONE)})
    put_aside: int = 0

    @property
    def adds_up(self) -> bool:
        """raw = pending + created + joined + duplicate + rejected."""
        return self.raw == sum(self.counts[outcome] for outcome in COUNTED)


_COUNTING = {
    "raw": Count("pk", filter=~Q(outcome=Outcome.NONE)),
    "put_aside": Count("pk", filter=Q(state=EventState.QUARANTINED)),
    **{f"n_{outcome.value}": Count("pk", filter=Q(outcome=outcome)) for outcome in (*COUNTED, Outcome.NONE)},
}


def _tally(row: Mapping[str, object]) -> Tally:
    counts = {name.removeprefix("n_"): value for name, value in row.items() if name.startswith("n_")}
    return Tally(row["source"], row.get("day"), row["raw"], counts, row["put_aside"])  # type: ignore[arg-type]


def reconcile(brand_slug: str = "") -> list[Tally]:
    """One tally per source, of one brand or of all; one statement, so that all figures are of the same moment."""
    rows = InboundEvent.objects.filter(brand__slug=brand_slug) if brand_slug else InboundEvent.objects.all()
    return [_tally(row) for row in rows.order_by("source").values("source").annotate(**_COUNTING)]


def total(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    whole = Tally("")
    for one in tallies:
        whole.raw += one.raw
        whole.put_aside += one.put_aside
        for name, number in one.counts.items():
            whole.counts[name] += number
    return whole


def reconciliation(scope: Scope, first: date, last: date) -> list[Tally]:
    """One tally per day and source, the newest day first; both days are included."""
    rows = scoped(InboundEvent.objects.all(), scope).filter(
        received_at__gte=day_start(first), received_at__lt=day_start(last + timedelta(1))
    )
    by_day = rows.annotate(day=TruncDate("received_at", tzinfo=BUSINESS_ZONE)).values("day", "source")
    return [_tally(row) for row in by_day.annotate(**_COUNTING).order_by("-day", "source")]


def turned_away(scope: Scope, first: date, last: date) -> QuerySet[DoorCount]:
    """What the door refused at the brand's own addresses; administrators also see knocks at addresses that do not exist."""
    keys = list(scoped(PlatformApp.objects.all(), scope).values_list("client_key", flat=True))
    keys += [""] if scope.role is Role.ADMINISTRATOR else []
    return DoorCount.objects.filter(day__gte=first, day__lte=last, client_key__in=keys).order_by("-day", "-number")


def deliveries(scope: Scope, *, kind: str = "", state: str = "", text: str = "") -> QuerySet[Delivery]:
    """What goes out, the newest first. `text` is a row number or the beginning of a key."""
    rows = scoped(Delivery.objects.select_related("account"), scope).order_by("-pk")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if text:
        numbered = text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
        rows = rows.filter(Q(key__startswith=text) | (Q(pk=int(text)) if numbered else Q()))
    return rows


def kinds(scope: Scope) -> list[str]:
    """The kinds of deliveries there are."""
    return list(scoped(Delivery.objects.all(), scope).order_by().values_list("kind", flat=True).distinct())


def open_matters(scope: Scope) -> dict[str, int]:
    """How many events are put aside and how many deliveries are given up: what waits for a person."""
    return {
        "put_aside": scoped(InboundEvent.objects.all(), scope).filter(state=EventState.QUARANTINED).count(),
        "dead": scoped(Delivery.objects.all(), scope).filter(state="dead").count(),
    }
