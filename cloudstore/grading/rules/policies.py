"""What a tier is worth elsewhere: boost weight, dispatch, task quota, merit, approval. Defaults, held as versioned data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from cloudstore.grading.rules.tiers import RATED, Tier
from cloudstore.kit.rehearsal import Schema, read

DEFAULT_VERSION = "policy-5/v1"


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """How one tier is treated.

    boost: weight in live promotion, 0 none. dispatch: the grade term of matching, 0 to 1. dispatch_from_round: first
    round in which the tier is considered. tasks_per_week: quota. course: is a course assigned? merit: may it be ranked
    for merit? auto_approve_below: rejection rate of 90 days below which routine posts pass by themselves, None never.
    """

    boost: Decimal
    dispatch: Decimal
    dispatch_from_round: int
    tasks_per_week: int
    course: bool
    merit: bool
    auto_approve_below: Decimal | None

    def auto_approves(self, rejected: int, submitted: int) -> bool:
        """Does a routine post pass by itself, given the rejections of 90 days? Nothing submitted proves nothing."""
        if self.auto_approve_below is None or submitted <= 0:
            return False
        return rejected < self.auto_approve_below * submitted


@dataclass(frozen=True, slots=True)
class Policies:
    """One version of the policy by tier."""

    version: str
    by_tier: Mapping[Tier, TierPolicy]

    def of(self, tier: Tier | None) -> TierPolicy:
        """The policy of a dealer in `tier`; who has never been rated is treated like C: in the round, not favoured."""
        return self.by_tier[tier if tier is not None and tier.rated else Tier.C]

    def to_document(self) -> dict[str, Any]:
        """As plain JSON; `read_policies` of it gives equal policies."""
        return {
            "version": self.version,
            "tiers": {
                tier.value: {name: _plain(item) for name, item in asdict(one).items()}
                for tier, one in self.by_tier.items()
            },
        }


def default_policies() -> Policies:
    """The defaults of the design."""
    two_percent = Decimal("0.02")
    rows = {
        Tier.S: TierPolicy(Decimal("1.30"), Decimal("1.0"), 1, 5, False, True, two_percent),
        Tier.A: TierPolicy(Decimal("1.15"), Decimal("0.8"), 1, 4, False, True, two_percent),
        Tier.B: TierPolicy(Decimal("1.00"), Decimal("0.6"), 1, 3, False, True, None),
        Tier.C: TierPolicy(Decimal("0.80"), Decimal("0.4"), 1, 3, False, True, None),
        Tier.D: TierPolicy(Decimal(0), Decimal("0.2"), 2, 2, True, False, None),
    }
    return Policies(DEFAULT_VERSION, rows)


_TIER: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": list(TierPolicy.__dataclass_fields__),
    "properties": {
        "boost": {"type": "number", "minimum": 0, "maximum": 10},
        "dispatch": {"type": "number", "minimum": 0, "maximum": 1},
        "dispatch_from_round": {"type": "integer", "minimum": 1, "maximum": 3},
        "tasks_per_week": {"type": "integer", "minimum": 0, "maximum": 100},
        "course": {"type": "boolean"},
        "merit": {"type": "boolean"},
        "auto_approve_below": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    },
}
POLICIES_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Policy by tier",
    "additionalProperties": False,
    "required": ["version", "tiers"],
    "properties": {
        "version": {"type": "string", "minLength": 1, "maxLength": 40},
        "tiers": {
            "type": "object",
            "additionalProperties": False,
            "required": [tier.value for tier in RATED],
            "properties": {tier.value: _TIER for tier in RATED},
        },
    },
}


def read_policies(document: object) -> Policies:
    """The policies that `document` describes. Raises BadDocument with the path of the first field that does not fit."""
    found = read(document, POLICIES_SCHEMA)
    return Policies(found["version"], {Tier(letter): TierPolicy(**row) for letter, row in found["tiers"].items()})


def _plain(item: Any) -> Any:
    """Decimals as JSON numbers whose shortest text is the decimal itself."""
    if isinstance(item, Decimal):
        return int(item) if item == int(item) else float(item)
    return item
