"""From a raw value to points: shrinkage, absolute points from anchors, mid-rank percentile among peers.

Each rule stands here twice: as it is written in the design, over exact fractions, and over whole columns with NumPy. A
property test holds the two together.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cloudstore.grading.rules.rounding import GRID, to_grid

LEVELS = (0, 60, 85, 100)
"""Absolute points that the four anchors of an indicator earn."""

Value = Fraction | Decimal | int
Anchors = Sequence[Decimal] | Sequence[Fraction]


def shrink(numerator: Value, denominator: Value, k: int, prior: Value) -> Fraction:
    """A rate pulled towards the `prior` of the peer group as if `k` more cases had behaved like it.

    (num + k·p0) / (den + k): 3 of 6 with k 20 and p0 .72 -> .6692. Raises ZeroDivisionError when there is neither base
    nor shrinkage.
    """
    return (Fraction(numerator) + k * Fraction(prior)) / (Fraction(denominator) + k)


def pooled_rate(pairs: Iterable[tuple[Value, Value]]) -> Fraction | None:
    """Σ numerators / Σ denominators of a peer group; None when the group has no base at all."""
    above = below = Fraction(0)
    for numerator, denominator in pairs:
        above += Fraction(numerator)
        below += Fraction(denominator)
    return above / below if below else None


def absolute_points(value: Value, anchors: Anchors) -> Fraction:
    """0 to 100 points: 0 / 60 / 85 / 100 at the four rising anchors, linear between, flat beyond."""
    exact = Fraction(value)
    if exact <= anchors[0]:
        return Fraction(LEVELS[0])
    for at in range(3):
        low, high = Fraction(anchors[at]), Fraction(anchors[at + 1])
        if exact <= high:
            return LEVELS[at] + (LEVELS[at + 1] - LEVELS[at]) * (exact - low) / (high - low)
    return Fraction(LEVELS[-1])


def absolute_column(values: NDArray[np.int64], anchors: Anchors) -> NDArray[np.float64]:
    """Absolute points of a column of grid values, good to about twelve digits."""
    return np.interp(values.astype(np.float64), [float(to_grid(anchor)) for anchor in anchors], LEVELS)


def mid_rank(value: int, peers: Sequence[int]) -> int:
    """Twice the mid-rank of `value` in sorted `peers`: twice the smaller ones plus the equal ones (itself included)."""
    return bisect_left(peers, value) + bisect_right(peers, value)


def mid_rank_column(values: NDArray[np.int64], peers: NDArray[np.int64]) -> NDArray[np.int64]:
    """`mid_rank` of every entry of `values` in sorted `peers`."""
    return np.searchsorted(peers, values, "left") + np.searchsorted(peers, values, "right")


def relative_points(twice_rank: int, size: int) -> Fraction:
    """Mid-rank percentile 100·(less + ½·equal)/n: the best of twelve 95.83, the worst 4.17, a pair at the top 91.67."""
    return Fraction(50 * twice_rank, size)


def score(absolute: Fraction, relative: Fraction | None, share: Decimal | Fraction) -> Fraction:
    """One indicator's score: `share` of absolute points and the rest of the percentile; absolute alone without peers.

    A pure percentile punishes a good network; pure thresholds stop telling dealers apart.
    """
    if relative is None:
        return absolute
    return Fraction(share) * absolute + (1 - Fraction(share)) * relative


def grid_of_counts(totals: NDArray[np.float64], per: int, window: int, days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Counts as grid values, scaled to a full window when a dealer had fewer `days` in it.

    Totals may have up to three decimals (a verbatim post counts half). Rounded half-up on the grid, in whole numbers.
    """
    thousandths = np.rint(totals * 1000).astype(np.int64)
    above = thousandths * (GRID // 1000) * window
    below = per * np.maximum(days, 1)
    return (2 * above + below) // (2 * below)


def grid_of_rates(
    numerators: NDArray[np.int64], denominators: NDArray[np.int64], k: int, priors: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Shrunk rates as grid values; `priors` are grid values per row. Rows without base and shrinkage give 0.

    Raises OverflowError when a numerator passes 400 million, where 64-bit whole numbers would end.
    """
    if len(numerators) and int(numerators.max()) > 400_000_000:
        raise OverflowError("a numerator passes 400 million in one window")
    above = numerators * GRID + k * priors
    below = np.maximum(denominators + k, 1)
    return (2 * above + below) // (2 * below)
