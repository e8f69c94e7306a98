"""The five terms of a dealer for a lead, and their weighted sum (rules of the trade, section 8).

.35 distance + .25 quality + .15 grade + .15 fairness + .10 load
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cloudstore.routing.rules.dealers import Dealer

DISTANCE_ZERO_KM = Decimal(50)
GRADE: Mapping[str, Decimal] = {
    "S": Decimal("1.0"),
    "A": Decimal("0.8"),
    "B": Decimal("0.6"),
    "C": Decimal("0.4"),
    "D": Decimal("0.2"),
}
#: A dealer that has no grade yet (new, unrated) is neither rewarded nor punished for it (our default).
UNGRADED = GRADE["B"]
WEIGHTS: Mapping[str, Decimal] = {
    "d": Decimal("0.35"),
    "q": Decimal("0.25"),
    "g": Decimal("0.15"),
    "f": Decimal("0.15"),
    "l": Decimal("0.10"),
}
_W_D, _W_Q, _W_G, _W_F, _W_L = WEIGHTS.values()
_ZERO, _ONE, _TWO = Decimal(0), Decimal(1), Decimal(2)
_PLACES = Decimal("0.0001")


class Terms(NamedTuple):
    """The five terms, each from 0 to 1: distance, quality, grade, fairness, load."""

    d: Decimal
    q: Decimal
    g: Decimal
    f: Decimal
    l: Decimal  # noqa: E741 - the rule's own letter

    def score(self) -> Decimal:
        """The weighted sum, rounded half-up to four places."""
        return rounded(_W_D * self.d + self.standing())

    def standing(self) -> Decimal:
        """The part of the sum that is the same for every lead."""
        return _W_Q * self.q + _W_G * self.g + _W_F * self.f + _W_L * self.l


def rounded(share: Decimal) -> Decimal:
    """A share to four places, half-up."""
    return share.quantize(_PLACES, ROUND_HALF_UP)


class Way(NamedTuple):
    """The way from a lead to a dealer: kilometres (None: not known), the distance term, and its part of the score."""

    km: Decimal | None
    near: Decimal
    part: Decimal


def way_of(km: Decimal | None) -> Way:
    """The distance term is 1 at the door, and 0 from 50 km on or when the distance is not known."""
    near = max(_ZERO, _ONE - km / DISTANCE_ZERO_KM) if km is not None else _ZERO
    return Way(km, near, _W_D * near)


def terms_of(dealer: Dealer, km: Decimal | None, arrival_p90: Decimal) -> Terms:
    """The five terms of a dealer for a lead `km` away."""
    q = min(_ONE, dealer.arrival_rate / arrival_p90) if arrival_p90 else _ZERO
    f = _ZERO
    if dealer.target_share:
        gap = (dealer.target_share - dealer.actual_share) / dealer.target_share
        f = (min(_ONE, max(-_ONE, gap)) + _ONE) / _TWO
    load = max(_ZERO, _ONE - Decimal(dealer.open) / dealer.capacity_open) if dealer.capacity_open else _ZERO
    return Terms(way_of(km).near, q, GRADE.get(dealer.tier, UNGRADED), f, load)
