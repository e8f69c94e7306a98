"""The sheet a run is graded from: one row per dealer, one column per active indicator, and how rows compare.

A sheet is made either from window totals (`rules.window`) or, on paper, from a rehearsal document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cloudstore.grading.indicators.scheme import Scheme
from cloudstore.grading.rules.missing import Status
from cloudstore.grading.rules.peers import PeerGroups
from cloudstore.grading.rules.points import mid_rank_column
from cloudstore.grading.rules.rounding import of_grid

ZEROED = (int(Status.INACTIVE), int(Status.UNAUTHORISED))
LEFT_OUT = (int(Status.NO_BASE), int(Status.NO_DATA))


@dataclass(frozen=True)
class Sheet:
    """What is known before any score.

    dealers: n distinct ids. values: (n, 8) grid values after shrinkage and scaling, 0 where there is none. raws: the
    same before shrinkage. status: (n, 8) `Status`. counted: rows that others are ranked against. fresh: rows of dealers
    active for less than a window (tier N); away: rows on long leave (tier U).
    """

    dealers: tuple[str, ...]
    values: NDArray[np.int64]
    raws: NDArray[np.int64]
    status: NDArray[np.int64]
    groups: PeerGroups
    counted: NDArray[np.bool_]
    fresh: NDArray[np.bool_]
    away: NDArray[np.bool_]

    @property
    def zeroed(self) -> NDArray[np.bool_]:
        """(n, 8): cells that count with 0 points."""
        return np.isin(self.status, ZEROED)

    @property
    def included(self) -> NDArray[np.bool_]:
        """(n, 8): cells whose weight counts."""
        return ~np.isin(self.status, LEFT_OUT)

    def standing_values(self) -> NDArray[np.int64]:
        """(n, 8) values as others see them in a ranking: a dealer with 0 points stands at zero."""
        return np.where(self.zeroed, 0, self.values)


@dataclass(frozen=True)
class Ranks:
    """Mid-ranks of a sheet: twice the rank and the number ranked, both (n, 8); size 0 where there is no ranking.

    columns[group][j]: the sorted values that group is ranked by in column j.
    """

    twice: NDArray[np.int64]
    size: NDArray[np.int64]
    columns: Mapping[str, tuple[NDArray[np.int64], ...]]


def rank(sheet: Sheet) -> Ranks:
    """Every included cell's mid-rank in its dealer's peer group.

    A dealer who is looked at but not counted (new, on leave) is ranked as if it joined the group.
    """
    standing, included = sheet.standing_values(), sheet.included
    twice = np.zeros(sheet.values.shape, dtype=np.int64)
    size = np.zeros(sheet.values.shape, dtype=np.int64)
    columns: dict[str, tuple[NDArray[np.int64], ...]] = {}
    of = np.array(sheet.groups.of)
    for group in sorted(set(sheet.groups.of) - {""}):
        members = np.array(sheet.groups.members[group], dtype=np.int64)
        rows = np.flatnonzero(of == group)
        guests = (~sheet.counted[rows]).astype(np.int64)
        columns[group] = tuple(
            np.sort(standing[members[included[members, column]], column]) for column in range(standing.shape[1])
        )
        for column, peers in enumerate(columns[group]):
            twice[rows, column] = mid_rank_column(standing[rows, column], peers) + guests
            size[rows, column] = len(peers) + guests
    return Ranks(np.where(included, twice, 0), np.where(included, size, 0), columns)


@dataclass(frozen=True, slots=True)
class Cell:
    """One indicator of one dealer, exact. Points and score are None when it is left out, `relative` also without peers."""

    status: Status
    value: Fraction | None
    absolute: Fraction | None
    relative: Fraction | None
    score: Fraction | None


@dataclass(frozen=True, slots=True)
class ExactRow:
    """One dealer's cells, exact, in the order of the scheme, with what they add up to."""

    cells: tuple[Cell, ...]
    score: Fraction | None
    contributions: tuple[Fraction | None, ...]
    families: Mapping[str, Fraction | None]


def value_at(sheet: Sheet, row: int, column: int) -> Fraction | None:
    """The exact value in a cell; None when it is left out or was never known."""
    status = Status(int(sheet.status[row, column]))
    return None if status.excluded else of_grid(0 if status.zero else int(sheet.values[row, column]))


def excluded_weight(sheet: Sheet, scheme: Scheme) -> NDArray[np.float64]:
    """(n,) percent of weight that is left out per dealer."""
    weights = np.array([float(one.weight) for one in scheme.weighted])
    missing: NDArray[np.float64] = (~sheet.included).astype(np.float64) @ weights
    return missing
