"""From a score to a tier: smoothing, cuts, hysteresis, gates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from cloudstore.grading.indicators.scheme import Scheme
from cloudstore.grading.rules.rounding import half_up


class Tier(StrEnum):
    """The published letter; U is unrated, N new. Sort by `rank`, never by letter: S would come last."""

    S = "S"
    A = "A"
    B = "B"
    C = "C"
    D = "D"
    U = "U"
    N = "N"

    @property
    def rank(self) -> int:
        """5 for S down to 1 for D; 0 for U and N."""
        return _RANKS.get(self, 0)

    @property
    def rated(self) -> bool:
        """True for S to D."""
        return self.rank > 0

    @property
    def above(self) -> "Tier | None":
        """The next better tier; None for S, U and N."""
        return _BY_RANK.get(self.rank + 1) if self.rated else None

    @property
    def below(self) -> "Tier | None":
        """The next lower tier; None for D, U and N."""
        return _BY_RANK.get(self.rank - 1) if self.rated else None


_RANKS = {Tier.S: 5, Tier.A: 4, Tier.B: 3, Tier.C: 2, Tier.D: 1}
_BY_RANK = {rank: tier for tier, rank in _RANKS.items()}
RATED = tuple(_RANKS)

RUNS_TO_CONFIRM = 2
"""A score beyond a cut, but not far beyond, must say so twice running."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a dealer stands between two runs: the tier before gates and how often in a row a move was asked for."""

    tier: Tier
    streak_up: int = 0
    streak_down: int = 0


class GateReason(StrEnum):
    """Why a tier is capped whatever the score."""

    RISK_FLAGS = "risk_flags"
    FOLLOWUP_SLA = "followup_sla"
    PLATFORM_BAN = "platform_ban"


@dataclass(frozen=True, slots=True)
class Gate:
    """A cap on the tier: why, how high, until when (None: until a run says otherwise), are incentives held?"""

    reason: GateReason
    max_tier: Tier
    until: date | None = None
    holds_incentives: bool = False

    def to_document(self) -> dict[str, Any]:
        """The gate as JSON."""
        return {
            "reason": self.reason.value,
            "max_tier": self.max_tier.value,
            "until": self.until.isoformat() if self.until else None,
            "holds_incentives": self.holds_incentives,
        }


@dataclass(frozen=True, slots=True)
class Conduct:
    """What gates look at besides scores: confirmed risk flags in the window, a ban, and when either ends."""

    flags: int = 0
    flags_until: date | None = None
    platform_ban: bool = False
    ban_until: date | None = None


def smooth(scheme: Scheme, score: Fraction, previous: Fraction | Decimal | None) -> Fraction:
    """S* = 0.7·S + 0.3·S* of the run before, exact; the first run is its own past.

    Hand over the unrounded former S* (four times 75.5 after 66 gives 72.65, 74.65, 75.24, 75.42): only what is shown
    and compared is rounded.
    """
    if previous is None:
        return score
    share = Fraction(scheme.smoothing)
    return share * score + (1 - share) * Fraction(previous)


def raw_tier(scheme: Scheme, shown: Decimal) -> Tier:
    """The tier that a score shown with two decimals has by the cuts alone."""
    return next((tier for tier in RATED[:-1] if shown >= scheme.cuts[tier]), Tier.D)


def step(scheme: Scheme, standing: Standing | None, shown: Decimal) -> Standing:
    """The standing after one run with the smoothed score `shown` (two decimals): at most one tier up or down.

    Up at once from cut + 2, or from the cut when two runs in a row say so. Down at once below cut - 10, or below
    cut - 2 when two runs in a row say so; between cut - 2 and the cut a tier is kept. A first run takes the raw tier.
    """
    if standing is None:
        return Standing(raw_tier(scheme, shown))
    up, down = _asks_up(scheme, standing, shown), _asks_down(scheme, standing, shown)
    if up >= RUNS_TO_CONFIRM and standing.tier.above:
        return Standing(standing.tier.above)
    if down >= RUNS_TO_CONFIRM and standing.tier.below:
        return Standing(standing.tier.below)
    return Standing(standing.tier, up, down)


def sequence(scheme: Scheme, start: Tier, scores: Iterable[Decimal | Fraction]) -> list[Tier]:
    """The tiers that a run of smoothed scores gives a dealer who starts in `start`."""
    standing, tiers = Standing(start), []
    for score in scores:
        standing = step(scheme, standing, half_up(score, 2))
        tiers.append(standing.tier)
    return tiers


def gates(scheme: Scheme, conduct: Conduct, raw_followup: Fraction | None) -> tuple[Gate, ...]:
    """The gates that are shut for a dealer. `raw_followup` is the unshrunk share, None when it has no base."""
    found = []
    if conduct.flags >= scheme.gate_flags:
        found.append(Gate(GateReason.RISK_FLAGS, Tier.C, conduct.flags_until, holds_incentives=True))
    if raw_followup is not None and raw_followup < scheme.gate_followup:
        found.append(Gate(GateReason.FOLLOWUP_SLA, Tier.B))
    if conduct.platform_ban:
        found.append(Gate(GateReason.PLATFORM_BAN, Tier.C, conduct.ban_until))
    return tuple(found)


def capped(tier: Tier, shut: Iterable[Gate]) -> Tier:
    """`tier` under the lowest of the gates; a gate may take more than one step."""
    return min((tier, *(gate.max_tier for gate in shut)), key=lambda one: one.rank)


def threshold(scheme: Scheme, target: Tier, at_once: bool) -> Decimal:
    """The smoothed score that lifts a dealer into `target`: cut + 2 at once, the cut itself by two runs."""
    cuts: Mapping[str, Decimal] = scheme.cuts
    return cuts.get(target, Decimal(0)) + (scheme.rise if at_once else 0)


def held(
    scheme: Scheme, standing: Standing, previous: Fraction | Decimal, score: Fraction | Decimal, runs: int
) -> list[tuple[Decimal, Tier]]:
    """The steady view: what `runs` runs with the same raw `score` make of S* (two decimals) and the tier."""
    found, carried = [], Fraction(previous)
    for _ in range(runs):
        carried = smooth(scheme, Fraction(score), carried)
        standing = step(scheme, standing, half_up(carried, 2))
        found.append((half_up(carried, 2), standing.tier))
    return found


def _asks_up(scheme: Scheme, standing: Standing, shown: Decimal) -> int:
    """How often in a row, this run included, the tier above was asked for; far beyond its cut counts as enough."""
    above = standing.tier.above
    if above is None or shown < scheme.cuts[above]:
        return 0
    return RUNS_TO_CONFIRM if shown >= scheme.cuts[above] + scheme.rise else standing.streak_up + 1


def _asks_down(scheme: Scheme, standing: Standing, shown: Decimal) -> int:
    """The same for the tier below."""
    cut = scheme.cuts.get(standing.tier)
    if cut is None or shown >= cut - scheme.grace:
        return 0
    return RUNS_TO_CONFIRM if shown < cut - scheme.fall else standing.streak_down + 1
