"""Scores of a whole network at once: columns of floats, with exact arithmetic wherever a rounding would hang on them.

`exact_row` is the rule as it is written. `Scores` computes the same for thousands of dealers with NumPy and asks
`exact_row` again for those few rows whose figure lies within a hair of a half (95.345 must print 95.35).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cloudstore.grading.indicators.scheme import Scheme
from cloudstore.grading.indicators.shape import Family
from cloudstore.grading.rules.missing import Status
from cloudstore.grading.rules.points import absolute_column, absolute_points, relative_points, score
from cloudstore.grading.rules.rounding import half_up_whole
from cloudstore.grading.rules.sheet import Cell, ExactRow, Ranks, Sheet, rank, value_at

HAIR = 1e-4
"""Distance from a half, in units of the last place, below which a float is not trusted; floats here are good to 1e-5."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Points and scores of a sheet as floats: absolute, relative, cells (n, 8); total (n,), NaN where nothing counts."""

    scheme: Scheme
    sheet: Sheet
    ranks: Ranks
    absolute: Floats
    relative: Floats
    cells: Floats
    contributions: Floats
    total: Floats
    families: dict[str, Floats]

    def exact(self, row: int) -> ExactRow:
        """The row again in exact fractions."""
        return exact_row(self.scheme, self.sheet, self.ranks, row)


def score_sheet(scheme: Scheme, sheet: Sheet) -> Scores:
    """All points and scores of `sheet`."""
    ranks = rank(sheet)
    zeroed, included = sheet.zeroed, sheet.included
    absolute = np.column_stack(
        [absolute_column(sheet.values[:, at], one.anchors) for at, one in enumerate(scheme.weighted)]
    )
    ranked = ranks.size > 0
    relative = np.where(ranked, 50.0 * ranks.twice / np.maximum(ranks.size, 1), 0.0)
    share = float(scheme.absolute_share)
    cells = np.where(ranked, share * absolute + (1 - share) * relative, absolute)
    absolute, relative, cells = (np.where(zeroed | ~included, 0.0, grid) for grid in (absolute, relative, cells))
    weights = np.where(included, np.array([float(one.weight) for one in scheme.weighted]), 0.0)
    every = range(len(scheme.weighted))
    counted = _added(weights, every)
    return Scores(
        scheme=scheme,
        sheet=sheet,
        ranks=ranks,
        absolute=absolute,
        relative=relative,
        cells=cells,
        contributions=_quotient(weights * cells, counted[:, None]),
        total=_quotient(_added(weights * cells, every), counted),
        families={
            family.value: _quotient(_added(weights * cells, at), _added(weights, at))
            for family, at in _family_columns(scheme).items()
        },
    )


def exact_row(scheme: Scheme, sheet: Sheet, ranks: Ranks, row: int) -> ExactRow:
    """One dealer's points, scores and sums by the rules as written, in fractions."""
    cells = tuple(_exact_cell(scheme, sheet, ranks, row, column) for column in range(len(scheme.weighted)))
    return row_of_cells(scheme, cells)


def row_of_cells(scheme: Scheme, cells: tuple[Cell, ...]) -> ExactRow:
    """S = Σ w·s / Σ w over what is included, what each indicator brings to it, and the same within each family."""
    weights = [Fraction(one.weight) for one in scheme.weighted]
    counted = sum((w for w, cell in zip(weights, cells, strict=True) if cell.score is not None), Fraction(0))
    contributions = tuple(
        None if cell.score is None else weight * cell.score / counted
        for weight, cell in zip(weights, cells, strict=True)
    )
    families = {
        family.value: _mean([(weights[at], cells[at].score) for at in columns])
        for family, columns in _family_columns(scheme).items()
    }
    total = _mean([(weight, cell.score) for weight, cell in zip(weights, cells, strict=True)])
    return ExactRow(cells, total, contributions, families)


def settle(approximate: Floats, places: int, exact: Callable[[int], Fraction]) -> NDArray[np.int64]:
    """Floats rounded half-up to whole units of the last of `places` decimals; `exact(i)` decides close calls.

    NaN gives -1.
    """
    scaled = np.where(np.isnan(approximate), 0.0, approximate) * 10.0**places
    low = np.floor(scaled)
    rest = scaled - low
    units = (low + (rest >= 0.5)).astype(np.int64)
    close = (np.abs(rest - 0.5) < HAIR) & ~np.isnan(approximate)
    for at in np.flatnonzero(close):
        units[at] = half_up_whole(exact(int(at)) * 10**places)
    units[np.isnan(approximate)] = -1
    return units


def _exact_cell(scheme: Scheme, sheet: Sheet, ranks: Ranks, row: int, column: int) -> Cell:
    status = Status(int(sheet.status[row, column]))
    value = value_at(sheet, row, column)
    if value is None:
        return Cell(status, None, None, None, None)
    size = int(ranks.size[row, column])
    if status.zero:
        return Cell(status, value, Fraction(0), Fraction(0) if size else None, Fraction(0))
    absolute = absolute_points(value, scheme.weighted[column].anchors)
    relative = relative_points(int(ranks.twice[row, column]), size) if size else None
    return Cell(status, value, absolute, relative, score(absolute, relative, scheme.absolute_share))


def _mean(parts: list[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    weight = sum((w for w, part in parts if part is not None), Fraction(0))
    return sum((w * part for w, part in parts if part is not None), Fraction(0)) / weight if weight else None


def _family_columns(scheme: Scheme) -> dict[Family, list[int]]:
    """Columns of each family that the scheme has."""
    found: dict[Family, list[int]] = {}
    for at, one in enumerate(scheme.weighted):
        found.setdefault(one.indicator.family, []).append(at)
    return found


def _added(grid: Floats, columns: range | list[int]) -> Floats:
    """Columns added one after the other: the same bits on every machine, which NumPy's own sum does not promise."""
    total = np.zeros(grid.shape[0])
    for column in columns:
        total = total + grid[:, column]
    return total


def _quotient(above: Floats, below: Floats) -> Floats:
    """above / below, NaN where below is 0."""
    return np.divide(above, below, out=np.full(np.broadcast_shapes(above.shape, below.shape), np.nan), where=below > 0)
