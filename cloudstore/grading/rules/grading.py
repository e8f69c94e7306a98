"""One run over one network: scores become smoothed scores, standings, gates and published tiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cloudstore.grading.indicators.scheme import Scheme
from cloudstore.grading.rules.canonical import canonical, fingerprint
from cloudstore.grading.rules.missing import Status
from cloudstore.grading.rules.rounding import GRID, of_grid, of_units
from cloudstore.grading.rules.scoring import Floats, Scores, score_sheet, settle
from cloudstore.grading.rules.sheet import Sheet, excluded_weight
from cloudstore.grading.rules.tiers import Conduct, Gate, Standing, Tier, capped, gates, raw_tier, smooth, step

SHOWN_PLACES = 2
CARRIED_PLACES = 6
MARK_PLACES = 4
FOLLOWUP = "followup_sla"


@dataclass(frozen=True, slots=True)
class Past:
    """What the run before left of a dealer: S* with the decimals it was carried with, and where the dealer stood."""

    smoothed: Decimal
    standing: Standing


@dataclass(frozen=True, slots=True)
class DealerGrade:
    """What a run says of one dealer.

    score, smoothed: 0-100 with two decimals, None when nothing counts. carried: S* with six decimals, the past of the
    next run (a rounded one would drift). raw_tier: by the cuts alone. standing: after hysteresis, before gates; the
    next run starts from it, so that an ended gate gives back what it took. tier: as published, U and N included.
    policy_tier: what policies use (a U or N keeps the former; None when there is none).
    """

    dealer: str
    score: Decimal | None
    smoothed: Decimal | None
    carried: Decimal | None
    raw_tier: Tier
    standing: Standing | None
    tier: Tier
    policy_tier: Tier | None
    partial: bool
    gates: tuple[Gate, ...]
    families: dict[str, Decimal | None]
    peer_group: str
    inputs_hash: str

    def past(self) -> Past | None:
        """What the next run needs to know of this one."""
        if self.standing is None or self.carried is None:
            return None
        return Past(self.carried, self.standing)

    def to_document(self) -> dict[str, Any]:
        """The grade as JSON with decimals as text."""
        return {
            "dealer": self.dealer,
            "score": self.score,
            "smoothed": self.smoothed,
            "carried": self.carried,
            "raw_tier": self.raw_tier.value,
            "standing": None if self.standing is None else _standing_document(self.standing),
            "tier": self.tier.value,
            "partial": self.partial,
            "gates": [gate.to_document() for gate in self.gates],
            "families": self.families,
            "peer_group": self.peer_group,
            "inputs_hash": self.inputs_hash,
        }


@dataclass(frozen=True, slots=True)
class Mark:
    """One indicator of one dealer as stored: status word, raw and shrunk value, points with four decimals."""

    key: str
    status: str
    raw: Decimal | None
    value: Decimal | None
    absolute: Decimal | None
    relative: Decimal | None
    score: Decimal | None
    contribution: Decimal | None


@dataclass(frozen=True)
class NetworkGrades:
    """All grades of a run, in the order of the sheet, with the scores they rest on."""

    scores: Scores
    dealers: tuple[DealerGrade, ...]

    def marks(self) -> list[tuple[Mark, ...]]:
        """Eight marks per dealer, in the order of the sheet and of the scheme."""
        return _marks(self.scores)

    def to_bytes(self) -> bytes:
        """The whole result as canonical JSON: the same facts give the same bytes."""
        return canonical([grade.to_document() for grade in self.dealers])


def grade(
    scheme: Scheme,
    sheet: Sheet,
    past: Mapping[str, Past] | None = None,
    conduct: Mapping[str, Conduct] | None = None,
) -> NetworkGrades:
    """Grade every dealer of `sheet`. `past` and `conduct` are by dealer id; who is missing has none, or a clean one."""
    scores = score_sheet(scheme, sheet)
    before, behaviour = past or {}, conduct or {}
    rows = _Rows(scheme, scores, [before.get(dealer) for dealer in sheet.dealers])
    return NetworkGrades(
        scores,
        tuple(rows.grade(row, behaviour.get(dealer, _CLEAN)) for row, dealer in enumerate(sheet.dealers)),
    )


def is_unrated(scheme: Scheme, excluded: float, away: bool) -> bool:
    """Too little to publish a tier on: more than a quarter of the weight left out, or fourteen days of leave."""
    return away or excluded > float(scheme.max_excluded)


_CLEAN = Conduct()


class _Rows:
    """Columns of a run turned into Python values once, so that the loop over dealers touches no array."""

    def __init__(self, scheme: Scheme, scores: Scores, past: Sequence[Past | None]) -> None:
        sheet = scores.sheet
        self.scheme, self.scores, self.sheet, self.past = scheme, scores, sheet, past
        self.score = settle(scores.total, SHOWN_PLACES, self._exact_total).tolist()
        smoothed = _smoothed(scheme, scores.total, past)
        self.shown = settle(smoothed, SHOWN_PLACES, self._exact_smoothed).tolist()
        self.carried = settle(smoothed, CARRIED_PLACES, self._exact_smoothed).tolist()
        self.families = {
            name: settle(column, SHOWN_PLACES, self._exact_family(name)).tolist()
            for name, column in scores.families.items()
        }
        self.excluded = excluded_weight(sheet, scheme).tolist()
        self.fresh, self.away = sheet.fresh.tolist(), sheet.away.tolist()
        self.no_data = (sheet.status == int(Status.NO_DATA)).any(axis=1).tolist()
        self.followup = scheme.keys.index(FOLLOWUP) if FOLLOWUP in scheme.keys else None
        self.status, self.raws = sheet.status.tolist(), sheet.raws.tolist()
        self.values = sheet.values.tolist()
        self.twice, self.size = scores.ranks.twice.tolist(), scores.ranks.size.tolist()

    def grade(self, row: int, conduct: Conduct) -> DealerGrade:
        """One dealer's grade."""
        past, shown = self.past[row], _decimal(self.shown[row], SHOWN_PLACES)
        unrated = shown is None or is_unrated(self.scheme, self.excluded[row], self.away[row])
        held = unrated or self.fresh[row]
        shut = gates(self.scheme, conduct, self._raw_followup(row))
        standing = past.standing if past else None
        if not held and shown is not None:
            standing = step(self.scheme, standing, shown)
        return DealerGrade(
            dealer=self.sheet.dealers[row],
            score=_decimal(self.score[row], SHOWN_PLACES),
            smoothed=shown,
            carried=(past.smoothed if past else None) if held else _decimal(self.carried[row], CARRIED_PLACES),
            raw_tier=Tier.U if shown is None else raw_tier(self.scheme, shown),
            standing=standing,
            tier=self._published(row, unrated, standing, shut),
            policy_tier=None if standing is None else capped(standing.tier, shut),
            partial=self.no_data[row],
            gates=shut,
            families={name: _decimal(column[row], SHOWN_PLACES) for name, column in self.families.items()},
            peer_group=self.sheet.groups.of[row],
            inputs_hash=self._inputs_hash(row, conduct),
        )

    def _published(self, row: int, unrated: bool, standing: Standing | None, shut: tuple[Gate, ...]) -> Tier:
        if self.fresh[row]:
            return Tier.N
        return Tier.U if unrated or standing is None else capped(standing.tier, shut)

    def _raw_followup(self, row: int) -> Fraction | None:
        """The unshrunk follow-up share; None when the indicator is left out or not part of the scheme."""
        if self.followup is None or self.status[row][self.followup] != Status.OK:
            return None
        return of_grid(self.raws[row][self.followup])

    def _inputs_hash(self, row: int, conduct: Conduct) -> str:
        """Everything the grade is a function of, and nothing else: a late fact changes only the dealers it reaches."""
        past = self.past[row]
        return fingerprint(
            [
                self.scheme.fingerprint,
                self.values[row],
                None if self.followup is None else self.raws[row][self.followup],
                self.status[row],
                self.twice[row],
                self.size[row],
                self.sheet.groups.of[row],
                self.fresh[row],
                self.away[row],
                None if past is None else [past.smoothed, *_standing_document(past.standing).values()],
                [conduct.flags, conduct.flags_until, conduct.platform_ban, conduct.ban_until],
            ]
        )

    def _exact_total(self, row: int) -> Fraction:
        total = self.scores.exact(row).score
        return Fraction(0) if total is None else total

    def _exact_smoothed(self, row: int) -> Fraction:
        past = self.past[row]
        return smooth(self.scheme, self._exact_total(row), past.smoothed if past else None)

    def _exact_family(self, name: str) -> Any:
        return lambda row: self.scores.exact(row).families[name] or Fraction(0)


def _smoothed(scheme: Scheme, total: Floats, past: Sequence[Past | None]) -> Floats:
    """S* as floats; NaN where there is no score."""
    former: NDArray[np.float64] = np.array([np.nan if one is None else float(one.smoothed) for one in past])
    share = float(scheme.smoothing)
    return np.where(np.isnan(former), total, share * total + (1 - share) * former)


def _marks(scores: Scores) -> list[tuple[Mark, ...]]:
    """Every cell with four decimals, column by column."""
    sheet, keys = scores.sheet, scores.scheme.keys
    columns = [_column_marks(scores, key, column) for column, key in enumerate(keys)]
    return [tuple(column[row] for column in columns) for row in range(len(sheet.dealers))]


def _column_marks(scores: Scores, key: str, column: int) -> list[Mark]:
    sheet = scores.sheet

    def units(grid: Floats, name: str) -> list[int]:
        return settle(grid[:, column], MARK_PLACES, lambda row: _exact_figure(scores, row, column, name)).tolist()

    figures = zip(
        sheet.status[:, column].tolist(),
        _short(sheet.raws[:, column]),
        _short(sheet.values[:, column]),
        (scores.ranks.size[:, column] > 0).tolist(),
        units(scores.absolute, "absolute"),
        units(scores.relative, "relative"),
        units(scores.cells, "score"),
        units(scores.contributions, "contribution"),
        strict=True,
    )
    return [_mark(key, Status(status), *rest) for status, *rest in figures]


def _mark(
    key: str, status: Status, raw: int, value: int, ranked: bool, absolute: int, relative: int, cell: int, part: int
) -> Mark:
    if status.excluded:
        return Mark(key, status.code, None, None, None, None, None, None)
    return Mark(
        key=key,
        status=status.code,
        raw=of_units(raw, CARRIED_PLACES),
        value=of_units(value, CARRIED_PLACES),
        absolute=of_units(absolute, MARK_PLACES),
        relative=of_units(relative, MARK_PLACES) if ranked else None,
        score=of_units(cell, MARK_PLACES),
        contribution=of_units(part, MARK_PLACES),
    )


def _short(grid: NDArray[np.int64]) -> list[int]:
    """Grid values as whole numbers of the sixth decimal, half-up."""
    unit = GRID // 10**CARRIED_PLACES
    short: list[int] = ((grid + unit // 2) // unit).tolist()
    return short


def _exact_figure(scores: Scores, row: int, column: int, name: str) -> Fraction:
    exact = scores.exact(row)
    found = exact.contributions[column] if name == "contribution" else getattr(exact.cells[column], name)
    return Fraction(0) if found is None else found


def _decimal(units: int, places: int) -> Decimal | None:
    return None if units < 0 else of_units(units, places)


def _standing_document(standing: Standing) -> dict[str, Any]:
    return {"tier": standing.tier.value, "streak_up": standing.streak_up, "streak_down": standing.streak_down}
