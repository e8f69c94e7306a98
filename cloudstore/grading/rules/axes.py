"""Two axes: what a dealer can do (the smoothed score) and what it brings in (natural leads against its peers)."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median

AVERAGE_YIELD = 100


class Quadrant(StrEnum):
    """Where ability and yield put a dealer, and so what helps it."""

    STAR = "star"
    BOOST = "boost"  # able, but few come: a traffic or market problem
    WINDFALL = "windfall"  # much comes without ability: train, and look for fraud
    RESCUE = "rescue"


def yield_index(natural_leads: int | Decimal | Fraction, peers: Sequence[int | Decimal | Fraction]) -> Fraction | None:
    """Valid natural leads over the median of the peer group (itself included) × 100; None when the median is 0."""
    middle = median(Fraction(one) for one in peers) if peers else Fraction(0)
    return Fraction(natural_leads) / middle * AVERAGE_YIELD if middle else None


def quadrant(smoothed: Decimal, yields: Fraction, able_from: Decimal) -> Quadrant:
    """`able_from` is a score, by default of callers the cut of A; a yield of 100, the median of the peers, is high."""
    if smoothed >= able_from:
        return Quadrant.STAR if yields >= AVERAGE_YIELD else Quadrant.BOOST
    return Quadrant.WINDFALL if yields >= AVERAGE_YIELD else Quadrant.RESCUE
