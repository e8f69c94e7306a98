"""The one shape of an indicator. Eight files beside this one each describe exactly one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Number = int | Decimal | Fraction
Facts = Mapping[str, Number]
"""Totals of one dealer over the window: the columns of a dealer-day summed, with `live_days` (days of at least 60
effective minutes) and `live_minutes_capped` (effective minutes, at most 480 a day) counted day by day."""

LIVE_DAY_MINUTES = 60
DAY_CAP_MINUTES = 480


class Family(StrEnum):
    """The three questions an indicator can answer: good content, a good account, good operation?"""

    CONTENT = "content"
    ACCOUNT = "account"
    OPERATION = "operation"


class Unit(StrEnum):
    """What a value of the indicator counts."""

    POSTS = "posts"
    DAYS = "days"
    HOURS = "hours"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Lever:
    """How an indicator moves when somebody works on it.

    `step` and `effort`: one step of the plan and what it costs, relative to the others. `decimals`: the grid on which a
    needed value is named (24 posts, not 23.43). `ceiling`: the largest value that can exist, None when there is none.
    """

    step: Decimal
    effort: Decimal
    decimals: int
    ceiling: Decimal | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One operating indicator; all are higher-is-better over 28 full days.

    `numerator` and `denominator` name window totals; a count has no denominator and is divided by `per` (60 minutes to
    the hour). `activity` names totals that are all zero when the dealer did nothing here: that earns 0 points, whereas
    a rate without base through lack of demand is left out. `source` is the data source whose quality decides.
    """

    key: str
    label: str
    family: Family
    unit: Unit
    source: str
    anchors: tuple[Decimal, Decimal, Decimal, Decimal]
    weight: Decimal
    shrink: int
    numerator: str
    denominator: str | None
    per: int
    activity: tuple[str, ...]
    lever: Lever
    value: Callable[[Facts], Fraction | None]

    @property
    def is_rate(self) -> bool:
        """True for a quotient of two facts, False for a count."""
        return self.denominator is not None


def anchors(zero: str, sixty: str, eighty_five: str, hundred: str) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The raw values that earn 0, 60, 85 and 100 absolute points."""
    return Decimal(zero), Decimal(sixty), Decimal(eighty_five), Decimal(hundred)


def lever(step: str, effort: str, decimals: int, ceiling: str | None) -> Lever:
    """A lever from its four figures written as text."""
    return Lever(Decimal(step), Decimal(effort), decimals, None if ceiling is None else Decimal(ceiling))


def count(facts: Facts, numerator: str, per: int = 1) -> Fraction:
    """A total divided by a fixed number of units."""
    return Fraction(facts[numerator]) / per


def rate(facts: Facts, numerator: str, denominator: str) -> Fraction | None:
    """A quotient of two totals; None when there is no base."""
    base = Fraction(facts[denominator])
    return Fraction(facts[numerator]) / base if base else None
