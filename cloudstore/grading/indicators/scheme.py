"""A scheme: eight weighted indicators and the method's figures as one versioned document.

The figures are our defaults (no public source names the official ones). A published scheme never changes; another
opinion is another version. `read_scheme` refuses what cannot be graded and names the field.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.grading.indicators.shape import Indicator, Unit
from cloudstore.kit.rehearsal import BadDocument, Schema, read

ACTIVE = 8
WHOLE = Decimal(100)
DEFAULT_VERSION = "default-8/v1"
LETTERS = ("S", "A", "B", "C", "D")


class SchemeError(BadDocument):
    """A scheme that cannot be graded: `path` of the field, the `problem`, what is `allowed`."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """One indicator as a scheme wants it: anchors, weight, shrinkage and the step and effort of the plan."""

    key: str
    anchors: tuple[Decimal, Decimal, Decimal, Decimal]
    weight: Decimal
    shrink: int
    step: Decimal
    effort: Decimal

    @property
    def indicator(self) -> Indicator:
        """The indicator itself: unit, family, facts, value."""
        return INDICATORS[self.key]


@dataclass(frozen=True)
class Scheme:
    """All figures of the method. Shares and scores are Decimal, days and people whole numbers.

    absolute_share: share of absolute points in a score (the rest is the percentile). smoothing: share of this run in
    the smoothed score. cuts: lowest score of S, A, B, C. rise, grace, fall: points above a cut that lift at once, below
    it that are forgiven, and below it that drop at once. min_peers: below it the peer group widens. max_excluded: most
    weight in percent that may be missing. max_missing_days: most days in percent without data. max_leave_days: most days of
    approved leave with which a tier is still published. gate_*: what caps a tier whatever the score.
    """

    version: str
    weighted: tuple[Weighted, ...]
    window_days: int
    absolute_share: Decimal
    smoothing: Decimal
    cuts: Mapping[str, Decimal]
    rise: Decimal
    grace: Decimal
    fall: Decimal
    min_peers: int
    max_excluded: Decimal
    max_missing_days: Decimal
    max_leave_days: int
    gate_flags: int
    gate_followup: Decimal

    @property
    def keys(self) -> tuple[str, ...]:
        """The active indicators in the order of the scheme."""
        return tuple(one.key for one in self.weighted)

    def to_document(self) -> dict[str, Any]:
        """The scheme as plain JSON; `read_scheme` of it gives an equal scheme."""
        return {
            "version": self.version,
            "indicators": [
                {
                    "key": one.key,
                    "anchors": [_plain(anchor) for anchor in one.anchors],
                    "weight": _plain(one.weight),
                    "shrink": one.shrink,
                    "step": _plain(one.step),
                    "effort": _plain(one.effort),
                }
                for one in self.weighted
            ],
            "cuts": {letter: _plain(self.cuts[letter]) for letter in LETTERS[:-1]},
            **{name: _plain(getattr(self, name)) for name in METHOD},
        }

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical document: two schemes that grade alike have the same."""
        text = json.dumps(self.to_document(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


METHOD: dict[str, Any] = {
    "window_days": 28,
    "absolute_share": Decimal("0.6"),
    "smoothing": Decimal("0.7"),
    "rise": Decimal(2),
    "grace": Decimal(2),
    "fall": Decimal(10),
    "min_peers": 12,
    "max_excluded": Decimal(25),
    "max_missing_days": Decimal(20),
    "max_leave_days": 13,
    "gate_flags": 3,
    "gate_followup": Decimal("0.50"),
}
CUTS = {"S": Decimal(85), "A": Decimal(75), "B": Decimal(60), "C": Decimal(45)}

_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_POINTS: Schema = {"type": "number", "minimum": 0, "maximum": 100}
_DAYS: Schema = {"type": "integer", "minimum": 0, "maximum": 366}

SCHEME_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Grading scheme",
    "additionalProperties": False,
    "required": ["version", "indicators"],
    "properties": {
        "version": {"type": "string", "minLength": 1, "maxLength": 40},
        "indicators": {
            "type": "array",
            "minItems": ACTIVE,
            "maxItems": ACTIVE,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["key", "anchors", "weight"],
                "properties": {
                    "key": {"type": "string", "enum": list(INDICATORS)},
                    "anchors": {
                        "type": "array",
                        "minItems": 4,
                        "maxItems": 4,
                        "items": {"type": "number", "maximum": 1_000_000},
                    },
                    "weight": {"type": "number", "exclusiveMinimum": 0, "maximum": 100},
                    "shrink": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
                    "step": {"type": "number", "minimum": 0.0001, "maximum": 1000},
                    "effort": {"type": "number", "minimum": 0.01, "maximum": 1000},
                },
            },
        },
        "cuts": {
            "type": "object",
            "additionalProperties": False,
            "required": list(LETTERS[:-1]),
            "properties": {letter: _POINTS for letter in LETTERS[:-1]},
        },
        "window_days": {"type": "integer", "minimum": 7, "maximum": 366},
        "absolute_share": _SHARE,
        "smoothing": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "rise": _POINTS,
        "grace": _POINTS,
        "fall": _POINTS,
        "min_peers": {"type": "integer", "minimum": 2, "maximum": 1000},
        "max_excluded": _POINTS,
        "max_missing_days": _POINTS,
        "max_leave_days": _DAYS,
        "gate_flags": {"type": "integer", "minimum": 1, "maximum": 1000},
        "gate_followup": _SHARE,
    },
}


def read_scheme(document: object) -> Scheme:
    """The scheme that `document` describes; figures of the method that it leaves out are the default's.

    Raises SchemeError for 7 or 9 indicators, weights that do not add up to 100, an unknown or repeated key, anchors that
    do not rise or leave the unit's range, cuts that do not fall, a fall smaller than the grace.
    """
    try:
        found = read(document, SCHEME_SCHEMA)
    except BadDocument as error:
        raise SchemeError(error.path, error.problem, error.allowed) from error
    weighted = tuple(_weighted(entry, f"indicators[{at}]") for at, entry in enumerate(found["indicators"]))
    _check_set(weighted)
    cuts = found.get("cuts", CUTS)
    method = {name: found.get(name, default) for name, default in METHOD.items()}
    _check_method(cuts, method)
    return Scheme(version=found["version"], weighted=weighted, cuts=cuts, **method)


def default_scheme() -> Scheme:
    """`default-8/v1`: the eight indicators with the figures of their own files."""
    return Scheme(
        version=DEFAULT_VERSION,
        weighted=tuple(
            Weighted(one.key, one.anchors, one.weight, one.shrink, one.lever.step, one.lever.effort)
            for one in INDICATORS.values()
        ),
        cuts=CUTS,
        **METHOD,
    )


def _weighted(entry: Mapping[str, Any], path: str) -> Weighted:
    """One entry; what it leaves out is the indicator's own default."""
    own = INDICATORS[entry["key"]]
    _check_anchors(own, entry["anchors"], f"{path}.anchors")
    shrink = entry.get("shrink", own.shrink)
    if shrink and not own.is_rate:
        raise SchemeError(f"{path}.shrink", "a count is never shrunk", "0")
    return Weighted(
        key=own.key,
        anchors=tuple(entry["anchors"]),
        weight=entry["weight"],
        shrink=shrink,
        step=entry.get("step", own.lever.step),
        effort=entry.get("effort", own.lever.effort),
    )


def _check_anchors(own: Indicator, values: list[Decimal], path: str) -> None:
    rising = all(low < high for low, high in pairwise(values))
    top = Decimal(1) if own.unit is Unit.RATIO else own.lever.ceiling
    if not rising or values[0] < 0 or (top is not None and values[-1] > top):
        bound = f", none above {top}" if top is not None else ""
        raise SchemeError(path, "not four rising values", f"four rising numbers from 0{bound}")


def _check_set(weighted: tuple[Weighted, ...]) -> None:
    seen: set[str] = set()
    for at, one in enumerate(weighted):
        if one.key in seen:
            raise SchemeError(f"indicators[{at}].key", f"{one.key} stands twice", "each indicator once")
        seen.add(one.key)
    total = sum((one.weight for one in weighted), Decimal(0))
    if total != WHOLE:
        raise SchemeError("indicators", f"the weights add up to {total.normalize():f}", "weights that add up to 100")


def _check_method(cuts: Mapping[str, Decimal], method: Mapping[str, Any]) -> None:
    order = [cuts[letter] for letter in LETTERS[:-1]]
    if any(high <= low for high, low in pairwise(order)):
        raise SchemeError("cuts", "do not fall from S to C", "S > A > B > C")
    if method["fall"] < method["grace"]:
        raise SchemeError("fall", "smaller than the grace", f"{method['grace']} or more")


def _plain(number: Decimal | int) -> int | float:
    """A JSON number whose shortest text is the decimal itself."""
    return int(number) if number == int(number) else float(number)
