"""The slow figures of matching, worked out ahead: how many of a dealer's leads came to the store."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, Sum, When

from cloudstore.leads.models import LeadEvent, Round
from cloudstore.leads.rules.states import State
from cloudstore.network.models import Brand, Dealer
from cloudstore.routing.models import DealerFigures

WINDOW = timedelta(days=90)
#: Weight of the brand's own rate against a dealer's few leads, as for the rates of grading.
SHRINK = 20
CAME = [State.ARRIVED.value, State.TEST_DRIVEN.value, State.ORDERED.value, State.DELIVERED.value]
_PLACES = Decimal("0.0001")


def rebuild_figures(*, now: datetime) -> int:
    """Work out every brand's figures anew. Returns how many dealers."""
    return sum(rebuild_brand(brand_id, now=now) for brand_id in Brand.objects.values_list("pk", flat=True))


@transaction.atomic
def rebuild_brand(brand_id: int, *, now: datetime) -> int:
    """Work out one brand's figures: arrivals per round of the last 90 days, drawn towards the brand's own rate."""
    visited = Exists(LeadEvent.objects.filter(lead=OuterRef("lead"), kind="moved", to_state=State.ARRIVED.value))
    counted = (
        Round.objects.filter(dealer__brand_id=brand_id, opened_at__gt=now - WINDOW, opened_at__lte=now)
        .annotate(came=Case(When(Q(lead__state__in=CAME) | visited, then=1), default=0))
        .values("dealer_id")
        .annotate(n=Count("pk"), arrived=Sum("came"))
    )
    found = {row["dealer_id"]: (row["n"], row["arrived"]) for row in counted}
    rounds, arrivals = (sum(pair[at] for pair in found.values()) for at in (0, 1))
    base = Decimal(arrivals) / rounds if rounds else Decimal(0)
    rows = []
    for dealer_id in Dealer.objects.filter(brand_id=brand_id).values_list("pk", flat=True):
        own_rounds, own_arrivals = found.get(dealer_id, (0, 0))
        rate = (own_arrivals + SHRINK * base) / (own_rounds + SHRINK)
        rows.append(
            DealerFigures(
                dealer_id=dealer_id,
                rounds=own_rounds,
                arrivals=own_arrivals,
                arrival_rate=rate.quantize(_PLACES, ROUND_HALF_UP),
                computed_at=now,
            )
        )
    DealerFigures.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["dealer"],
        update_fields=["rounds", "arrivals", "arrival_rate", "computed_at"],
    )
    return len(rows)
