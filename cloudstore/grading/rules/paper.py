"""The dealers of a rehearsal document as a sheet: values or facts, what is left out, what counts as zero."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.grading.indicators.scheme import Scheme, Weighted
from cloudstore.grading.rules.missing import Status
from cloudstore.grading.rules.peers import NO_GROUP, PeerGroups
from cloudstore.grading.rules.points import pooled_rate, shrink
from cloudstore.grading.rules.rounding import to_grid
from cloudstore.grading.rules.sheet import Sheet
from cloudstore.kit.rehearsal import BadDocument, child

PAPER = "document"
MOST = Decimal(1_000_000)
"""Largest count where the indicator itself knows no end; the grid of ten decimals must stay within 64 bits."""

Json = dict[str, Any]


def paper_sheet(scheme: Scheme, document: Json) -> Sheet:
    """The sheet of a document that has been read by its schema, rows in the document's order.

    All dealers are one peer group; fewer than the scheme's least, or `absolute_only`, are judged by absolute points
    alone. Raises BadDocument for a dealer named twice and for what the schema cannot say: a missing value, a value out
    of its indicator's range, facts that are no quotient.
    """
    dealers: Sequence[Json] = document["dealers"]
    _check_distinct([dealer["id"] for dealer in dealers])
    cells = [_Paper(scheme, dealer, f"dealers[{at}]").cells() for at, dealer in enumerate(dealers)]
    priors = _priors(scheme, document, cells)
    return _sheet(scheme, dealers, cells, priors, bool(document.get("absolute_only", False)))


def _check_distinct(ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for at, one in enumerate(ids):
        if one in seen:
            raise BadDocument(f"dealers[{at}].id", "stands twice in the document", "each dealer once")
        seen.add(one)


class _Cell:
    """What a document says of one indicator of one dealer: a status, and a value or the two facts it is made of."""

    def __init__(
        self, status: Status, value: Decimal | None = None, facts: tuple[Decimal, Decimal] | None = None
    ) -> None:
        self.status, self.value, self.facts = status, value, facts

    def raw(self) -> Fraction:
        """The value before shrinkage; a value that was written down counts as it stands."""
        if self.facts:
            return Fraction(self.facts[0]) / Fraction(self.facts[1])
        return Fraction(self.value or 0)


class _Paper:
    """One dealer of the document, turned into eight cells or refused."""

    def __init__(self, scheme: Scheme, dealer: Json, path: str) -> None:
        self.scheme, self.path = scheme, path
        self.values: Mapping[str, Decimal] = dealer.get("values", {})
        self.facts: Mapping[str, list[Decimal]] = dealer.get("facts", {})
        self.excluded: Mapping[str, str] = dealer.get("excluded", {})
        self.zero = {
            **dict.fromkeys(dealer.get("unauthorised", ()), Status.UNAUTHORISED),
            **dict.fromkeys(dealer.get("inactive", ()), Status.INACTIVE),
        }
        self.rates: Mapping[str, Decimal] = dealer.get("peer_rates", {})

    def cells(self) -> dict[str, _Cell]:
        """A cell per indicator of the scheme."""
        self._check_keys()
        return {key: self._cell(key) for key in self.scheme.keys}

    def _check_keys(self) -> None:
        for name, given in (("values", self.values), ("facts", self.facts), ("excluded", self.excluded)):
            for key in given:
                if key not in self.scheme.keys:
                    raise BadDocument(
                        child(f"{self.path}.{name}", key), "not in the scheme", ", ".join(self.scheme.keys)
                    )
        for key in self.facts:
            if key in self.values:
                raise BadDocument(
                    child(f"{self.path}.facts", key), "also given as a value", "a value or facts, not both"
                )
        for key in self.excluded:
            if key in self.zero:
                raise BadDocument(
                    child(f"{self.path}.excluded", key), "also given as zero", "excluded or zero, not both"
                )

    def _cell(self, key: str) -> _Cell:
        if key in self.values:
            _check_range(key, self.values[key], child(f"{self.path}.values", key))
        facts = self._facts(key)
        if key in self.excluded:
            return _Cell(Status[self.excluded[key].upper()])
        if key in self.zero:
            return _Cell(self.zero[key])
        if facts is not None:
            return self._from_facts(key, facts)
        if key not in self.values:
            raise BadDocument(child(f"{self.path}.values", key), "missing", "a value, facts, excluded or inactive")
        return _Cell(Status.OK, self.values[key])

    def _facts(self, key: str) -> tuple[Decimal, Decimal] | None:
        if key not in self.facts:
            return None
        above, below = self.facts[key]
        path = child(f"{self.path}.facts", key)
        if INDICATORS[key].is_rate and above > below:
            raise BadDocument(path, "numerator above denominator", "a numerator of at most the denominator")
        if not INDICATORS[key].is_rate and not below:
            raise BadDocument(f"{path}[1]", "a count divided by nothing", "a number above 0")
        if below:
            _check_range(key, Fraction(above) / Fraction(below), path)
        return above, below

    def _from_facts(self, key: str, facts: tuple[Decimal, Decimal]) -> _Cell:
        """The table of zero or missing: no base through idleness earns 0 points, through lack of demand is left out."""
        own = INDICATORS[key]
        if facts[1] and (facts[0] or own.is_rate):
            return _Cell(Status.OK, facts=facts)
        idle = bool(own.activity) and not any(self._did(name) for name in own.activity)
        if own.is_rate:
            return _Cell(Status.INACTIVE if idle else Status.NO_BASE)
        return _Cell(Status.INACTIVE) if idle else _Cell(Status.OK, facts=facts)

    def _did(self, activity: str) -> bool:
        """Does any count of the document show that the dealer did something of what `activity` counts?"""
        kin = [key for key, own in INDICATORS.items() if not own.is_rate and activity in own.activity]
        return any(self.values.get(key, 0) or self.facts.get(key, (0,))[0] for key in kin)


def _check_range(key: str, value: Decimal | Fraction, path: str) -> None:
    top = INDICATORS[key].lever.ceiling or MOST
    if not 0 <= value <= top:
        raise BadDocument(path, "out of range", f"a number from 0 up to {top}")


def _priors(scheme: Scheme, document: Json, cells: Sequence[Mapping[str, _Cell]]) -> list[dict[str, Fraction]]:
    """The peer rate of every rate of every dealer: the dealer's own word, the document's, or the pooled facts."""
    pooled: dict[str, Fraction] = {}
    for key in scheme.keys:
        found = pooled_rate([facts for row in cells if (facts := row[key].facts) is not None])
        pooled[key] = Fraction(0) if found is None else found
    common = {**pooled, **{key: Fraction(rate) for key, rate in document.get("peer_rates", {}).items()}}
    return [
        {**common, **{key: Fraction(rate) for key, rate in dealer.get("peer_rates", {}).items()}}
        for dealer in document["dealers"]
    ]


def _sheet(
    scheme: Scheme,
    dealers: Sequence[Json],
    cells: Sequence[Mapping[str, _Cell]],
    priors: Sequence[Mapping[str, Fraction]],
    absolute_only: bool,
) -> Sheet:
    size = len(dealers)
    group = NO_GROUP if absolute_only or size < scheme.min_peers else PAPER
    values = [
        [_grid_value(one, row[one.key], prior) for one in scheme.weighted]
        for row, prior in zip(cells, priors, strict=True)
    ]
    return Sheet(
        dealers=tuple(dealer["id"] for dealer in dealers),
        values=np.array(values, dtype=np.int64),
        raws=np.array([[to_grid(row[key].raw()) for key in scheme.keys] for row in cells], dtype=np.int64),
        status=np.array([[int(row[key].status) for key in scheme.keys] for row in cells], dtype=np.int64),
        groups=PeerGroups((group,) * size, (PAPER,) * size, {PAPER: list(range(size))}),
        counted=np.ones(size, dtype=np.bool_),
        fresh=np.zeros(size, dtype=np.bool_),
        away=np.zeros(size, dtype=np.bool_),
    )


def _grid_value(one: Weighted, cell: _Cell, prior: Mapping[str, Fraction]) -> int:
    if cell.facts and one.indicator.is_rate:
        return to_grid(shrink(*cell.facts, one.shrink, prior[one.key]))
    return to_grid(cell.raw())
