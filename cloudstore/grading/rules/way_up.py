"""What moves a dealer up: which raw value of which indicator, alone or together, verified by scoring again.

Peers are assumed unchanged; whoever shows a way up must say so. Every figure stands on the grid of its indicator (24
posts, a reply rate of .924), and the smallest such value that suffices is named.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from cloudstore.grading.indicators.scheme import Scheme, Weighted
from cloudstore.grading.rules.missing import Status
from cloudstore.grading.rules.points import absolute_points, relative_points, score
from cloudstore.grading.rules.rounding import GRID, of_grid, to_grid
from cloudstore.grading.rules.sheet import Ranks, Sheet
from cloudstore.grading.rules.tiers import Tier, threshold

LONGEST_PLAN = 1000
"""Steps after which a plan is given up; a hundred usually lift a D to an S."""


class By(StrEnum):
    """How a dealer means to rise: far enough beyond the cut for one run, or to the cut itself in two runs running."""

    AT_ONCE = "at_once"
    TWO_RUNS = "two_runs"


class Outlook(StrEnum):
    """What one indicator can do alone."""

    ENOUGH = "enough"
    NOT_ENOUGH = "not_enough"
    GUARDED = "guarded"  # an open guard flag stands on it: never suggested
    LEFT_OUT = "left_out"  # no base, no data, or the authorisation must be renewed first


@dataclass(frozen=True, slots=True)
class Single:
    """One indicator moved alone. `value` reaches the needed score when `outlook` is ENOUGH; otherwise the best value
    that can exist brings `gain` points of S and `value` is None."""

    key: str
    outlook: Outlook
    value: Decimal | None
    gain: Fraction


@dataclass(frozen=True, slots=True)
class WayUp:
    """`needed`: the raw score S that this run (or the next) must reach. `plan`: indicators with the values to reach, in
    the order in which they are finished; `reached` is the score of the whole plan, below `needed` when nothing more
    helps."""

    target: Tier
    needed: Fraction
    singles: tuple[Single, ...]
    plan: tuple[tuple[str, Decimal], ...]
    reached: Fraction


class Reach:
    """One indicator of one dealer with its peers held fixed: how much weighted score each value would bring.

    `peers`: sorted grid values of the others, None where the brand is too small to rank.
    """

    def __init__(self, scheme: Scheme, one: Weighted, status: Status, value: int, peers: Sequence[int] | None) -> None:
        own = one.indicator.lever
        self.one, self.status, self.now, self.peers = one, status, value, peers
        self.unit = GRID // 10**own.decimals
        self.ceiling = None if own.ceiling is None else to_grid(own.ceiling)
        self._share, self._weight = Fraction(scheme.absolute_share), Fraction(one.weight)
        self._anchors = tuple(Fraction(anchor) for anchor in one.anchors)
        self._known: dict[int, Fraction] = {}

    def brings(self, value: int) -> Fraction:
        """Weight × score at a grid value, as if the indicator were in order."""
        if value not in self._known:
            self._known[value] = self._brings(value)
        return self._known[value]

    def _brings(self, value: int) -> Fraction:
        absolute = absolute_points(of_grid(value), self._anchors)
        if self.peers is None:
            return self._weight * absolute
        twice = bisect_left(self.peers, value) + bisect_right(self.peers, value) + 1
        relative = relative_points(twice, len(self.peers) + 1)
        return self._weight * score(absolute, relative, self._share)

    def brings_now(self) -> Fraction:
        """Weight × score as it is: nothing for an indicator that earns 0 points."""
        return Fraction(0) if self.status.zero else self.brings(self.now)

    def best(self) -> int:
        """The lowest grid value that no other value beats: the top anchor and above every peer, if that can exist."""
        beat_all = (self.peers[-1] // self.unit + 1) * self.unit if self.peers else 0
        best = max(self.rounded_up(to_grid(self.one.anchors[-1])), beat_all)
        return max(self.now, best if self.ceiling is None else min(best, self.ceiling))

    def rounded_up(self, value: int) -> int:
        """The next value on the indicator's own grid."""
        return -(-value // self.unit) * self.unit

    def smallest(self, wanted: Fraction) -> int:
        """The smallest value on the grid that brings `wanted`; `best` must bring it. Bisection: `brings` never falls."""
        low, high = self.now // self.unit, -(-self.best() // self.unit)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.brings(middle * self.unit) >= wanted else (middle, high)
        return min(high * self.unit, self.best())

    def next_gain(self, value: int, start: Fraction) -> tuple[int, int, Fraction] | None:
        """From `value`, which brings `start`, the fewest steps that gain: (steps, value reached, gain), None when none do.

        One step as a rule; more only across a stretch where neither points nor rank move.
        """
        step, steps = to_grid(self.one.step), 1
        while True:
            reached = self._stepped(value, steps * step)
            gain = self.brings(reached) - start
            if gain > 0:
                return steps, reached, gain
            further = self._next_rise(reached)
            if further is None or reached == self.ceiling:
                return None
            steps = max(steps + 1, -(-(further - value) // step))

    def _stepped(self, value: int, by: int) -> int:
        reached = self.rounded_up(value + by)
        return reached if self.ceiling is None else min(reached, self.ceiling)

    def _next_rise(self, value: int) -> int | None:
        """The next value at which points or rank can move again."""
        bottom, top = to_grid(self.one.anchors[0]), to_grid(self.one.anchors[-1])
        if value < bottom:
            return bottom + 1
        if value < top:
            return value + 1
        at = bisect_right(self.peers, value) if self.peers else 0
        return self.peers[at] if self.peers and at < len(self.peers) else None


@dataclass(frozen=True)
class Climb:
    """One dealer before any move: the indicators that can be moved, and the weight of all that count."""

    reaches: Mapping[str, Reach]
    weight: Fraction
    keys: tuple[str, ...]

    def score(self, values: Mapping[str, int]) -> Fraction:
        """S with the grid values of `values` in place of today's."""
        parts = [
            reach.brings(values[key]) if key in values else reach.brings_now() for key, reach in self.reaches.items()
        ]
        return sum(parts, Fraction(0)) / self.weight


def climb_of(scheme: Scheme, sheet: Sheet, ranks: Ranks, row: int) -> Climb | None:
    """The starting point of a dealer of a run; None when nothing of the dealer counts."""
    reaches, weight = {}, Fraction(0)
    for column, one in enumerate(scheme.weighted):
        status = Status(int(sheet.status[row, column]))
        if status.excluded:
            continue
        weight += Fraction(one.weight)
        if status is Status.UNAUTHORISED:
            continue  # counts with 0 points until the authorisation is renewed: nothing to practise
        value = 0 if status.zero else int(sheet.values[row, column])
        reaches[one.key] = Reach(scheme, one, status, value, _others(sheet, ranks, row, column))
    return Climb(reaches, weight, scheme.keys) if weight else None


def needed_score(scheme: Scheme, target: Tier, by: By, previous: Decimal | Fraction | None) -> Fraction:
    """S_need = (target - 0.3·S*_prev) / 0.7: the raw score that lifts the smoothed one far enough in one run."""
    goal = Fraction(threshold(scheme, target, at_once=by is By.AT_ONCE))
    if previous is None:
        return goal
    share = Fraction(scheme.smoothing)
    return (goal - (1 - share) * Fraction(previous)) / share


def way_up(climb: Climb, target: Tier, needed: Fraction, guarded: Collection[str] = ()) -> WayUp:
    """Every single lever and one plan towards the raw score `needed`; `guarded` keys are never suggested."""
    plan, reached = plan_to(climb, needed, guarded)
    return WayUp(target, needed, tuple(_single(climb, key, needed, guarded) for key in climb.keys), plan, reached)


def plan_to(
    climb: Climb, needed: Fraction, guarded: Collection[str] = ()
) -> tuple[tuple[tuple[str, Decimal], ...], Fraction]:
    """Step after step the indicator with the most gain per effort, until S reaches `needed` or nothing gains.

    Returns the indicators with their final values, ordered by when each was finished, and the score of them together.
    Equal gains go to the indicator that stands first in the scheme.
    """
    values: dict[str, int] = {}
    free = {key: reach for key, reach in climb.reaches.items() if key not in guarded}
    moves = {key: reach.next_gain(reach.now, reach.brings_now()) for key, reach in free.items()}
    reached = climb.score(values)
    for _ in range(LONGEST_PLAN):
        key = _dearest(free, moves)
        if reached >= needed or key is None:
            break
        values.pop(key, None)  # stands last again: the order of a plan is the order of finishing
        values[key] = moves[key][1]  # type: ignore[index]
        moves[key] = free[key].next_gain(values[key], free[key].brings(values[key]))
        reached = climb.score(values)
    return tuple((key, _shown(value, free[key])) for key, value in values.items()), reached


def _dearest(free: Mapping[str, Reach], moves: Mapping[str, tuple[int, int, Fraction] | None]) -> str | None:
    """The key whose next move gains most per effort."""
    best: str | None = None
    most = Fraction(0)
    for key, move in moves.items():
        worth = move[2] / (Fraction(free[key].one.effort) * move[0]) if move else Fraction(0)
        if worth > most:
            best, most = key, worth
    return best


def _single(climb: Climb, key: str, needed: Fraction, guarded: Collection[str]) -> Single:
    reach = climb.reaches.get(key)
    if reach is None:
        return Single(key, Outlook.LEFT_OUT, None, Fraction(0))
    if key in guarded:
        return Single(key, Outlook.GUARDED, None, Fraction(0))
    today, best = climb.score({}), climb.score({key: reach.best()})
    if today >= needed:
        return Single(key, Outlook.ENOUGH, _shown(reach.now, reach), Fraction(0))
    if best < needed:
        return Single(key, Outlook.NOT_ENOUGH, None, best - today)
    value = reach.smallest(reach.brings_now() + (needed - today) * climb.weight)
    return Single(key, Outlook.ENOUGH, _shown(value, reach), climb.score({key: value}) - today)


def _others(sheet: Sheet, ranks: Ranks, row: int, column: int) -> list[int] | None:
    """Sorted values of the peers without the dealer itself; None without a ranking."""
    if int(ranks.size[row, column]) == 0:
        return None
    peers = ranks.columns[sheet.groups.of[row]][column].tolist()
    if bool(sheet.counted[row]):
        peers.remove(0 if Status(int(sheet.status[row, column])).zero else int(sheet.values[row, column]))
    return peers


def _shown(value: int, reach: Reach) -> Decimal:
    """A grid value with the decimals of its indicator, never below the value itself."""
    decimals = reach.one.indicator.lever.decimals
    return Decimal(-(-value // reach.unit)).scaleb(-decimals)
