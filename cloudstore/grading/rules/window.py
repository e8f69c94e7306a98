"""From window totals to a sheet: zero or missing, scaling of short windows, peer groups, shrinkage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloudstore.grading.indicators.scheme import Scheme, Weighted
from cloudstore.grading.rules.missing import Status, status_column
from cloudstore.grading.rules.peers import PeerGroups, PeerKey, peer_groups
from cloudstore.grading.rules.points import grid_of_counts, grid_of_rates
from cloudstore.grading.rules.rounding import GRID
from cloudstore.grading.rules.sheet import Sheet

Column = NDArray[np.float64]
Days = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class WindowFacts:
    """Totals of a network over one window, a row per dealer.

    totals: one column per key of `indicators.registry.WINDOW_KEYS` (halves allowed in posts, whole numbers elsewhere).
    missing_days: per source of `SOURCES`, days whose data the platform or we owe (stale, absent). lapsed: per source,
    does the dealer's own lapsed authorisation cost points (`missing.unauthorised`). active_days: days of the window on
    which the dealer was open for business with us. leave_days: of these, days of approved leave.
    """

    dealers: tuple[str, ...]
    peers: tuple[PeerKey, ...]
    totals: Mapping[str, Column]
    missing_days: Mapping[str, Days]
    lapsed: Mapping[str, Flags]
    active_days: Days
    leave_days: Days


def in_order(facts: WindowFacts) -> WindowFacts:
    """The same facts with rows in the order of dealer ids: the order in which a database answers must not matter."""
    order = sorted(range(len(facts.dealers)), key=facts.dealers.__getitem__)
    return WindowFacts(
        dealers=tuple(facts.dealers[row] for row in order),
        peers=tuple(facts.peers[row] for row in order),
        totals={name: column[order] for name, column in facts.totals.items()},
        missing_days={name: column[order] for name, column in facts.missing_days.items()},
        lapsed={name: column[order] for name, column in facts.lapsed.items()},
        active_days=facts.active_days[order],
        leave_days=facts.leave_days[order],
    )


def sheet_of(scheme: Scheme, facts: WindowFacts) -> Sheet:
    """The sheet that `facts` give under `scheme`, rows in the order of dealer ids.

    Dealers with fewer active days than the window are new, those with long leave are unrated; both are scaled for a
    preview and neither is ranked against. Raises ValueError when a dealer stands twice.
    """
    if len(set(facts.dealers)) != len(facts.dealers):
        raise ValueError("a dealer stands twice in the window")
    ordered = in_order(facts)
    fresh = ordered.active_days < scheme.window_days
    away = ordered.leave_days > scheme.max_leave_days
    counted = ~(fresh | away)
    groups = peer_groups(ordered.peers, counted.tolist(), scheme.min_peers)
    columns = [_column(scheme, one, ordered, groups) for one in scheme.weighted]
    return Sheet(
        dealers=ordered.dealers,
        values=np.column_stack([value for value, _, _ in columns]),
        raws=np.column_stack([raw for _, raw, _ in columns]),
        status=np.column_stack([status for _, _, status in columns]),
        groups=groups,
        counted=counted,
        fresh=fresh,
        away=away,
    )


def _column(scheme: Scheme, one: Weighted, facts: WindowFacts, groups: PeerGroups) -> tuple[Days, Days, Days]:
    """Values, unshrunk values and statuses of one indicator."""
    own = one.indicator
    status = status_column(own, scheme, facts.totals, facts.missing_days[own.source], facts.lapsed[own.source])
    known = status == int(Status.OK)
    if own.denominator is None:
        days = np.maximum(facts.active_days - facts.leave_days, 1)
        raw = values = grid_of_counts(facts.totals[own.numerator], own.per, scheme.window_days, days)
    else:
        above = np.rint(facts.totals[own.numerator]).astype(np.int64)
        below = np.rint(facts.totals[own.denominator]).astype(np.int64)
        raw = grid_of_rates(above, below, 0, np.zeros_like(above))
        values = grid_of_rates(above, below, one.shrink, _priors(above, below, known, groups))
    return np.where(known, values, 0), np.where(known, raw, 0), status


def _priors(above: Days, below: Days, known: Flags, groups: PeerGroups) -> Days:
    """The pooled rate of every dealer's group as grid values; 0 where nobody in the group has a base."""
    pooled = {group: _pooled(above, below, known, rows) for group, rows in groups.members.items()}
    return np.array([pooled[group] for group in groups.pools], dtype=np.int64)


def _pooled(above: Days, below: Days, known: Flags, rows: Sequence[int]) -> int:
    """Σ above / Σ below over the rows whose indicator is known, as a grid value. Python's whole numbers never overflow."""
    inside = np.array([row for row in rows if known[row]], dtype=np.int64)
    top, base = int(above[inside].sum()), int(below[inside].sum())
    return (2 * top * GRID + base) // (2 * base) if base else 0
