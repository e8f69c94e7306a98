"""How a table says whose rows it holds. `network.scope` turns this into the one filter that every query for a person goes through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScopePath:
    """Look-up paths from a row to its owners, in Django's `__` notation.

    `brand` is always there; `dealer` where rows belong to one dealer ("" = brand-wide rows, not shown below brand level);
    `staff` where a consultant sees only the rows that are theirs.
    """

    brand: str
    dealer: str = ""
    staff: str = ""


class GlobalRows:
    """Marks a table whose rows belong to no brand (queue rows, regions of the country). The reason is required."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
