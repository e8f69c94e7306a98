"""The shape in which the rooms above hand their daily numbers down to the facts."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FactRow:
    """Numbers of one dealer, and where known one account, on one Asia/Shanghai day.

    `values` has column names of `facts.models.FactColumns`; rows of several sources for the same place and day add up.
    `quality` has one entry per source the row speaks for: ok, stale, unauthorised or absent.
    """

    dealer_id: int
    account_id: int | None
    day: date
    values: dict[str, int | Decimal]
    quality: dict[str, str] = field(default_factory=dict)
