"""Grading tried on paper: one JSON document in, one out, the same pure rules as a run, no database.

`rehearse(document)` grades the dealers of a document as one peer group, or runs hysteresis alone. `schema()` is the JSON
Schema that documents are held to, `example()` a document to start from.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cloudstore.grading.indicators.scheme import DEFAULT_VERSION, Scheme, SchemeError, default_scheme, read_scheme
from cloudstore.grading.rules.grading import DealerGrade, NetworkGrades, Past, grade
from cloudstore.grading.rules.paper import paper_sheet
from cloudstore.grading.rules.rehearsal_schema import EXAMPLES, SCHEMA
from cloudstore.grading.rules.rounding import short_text, text
from cloudstore.grading.rules.tiers import Conduct, Standing, Tier, sequence
from cloudstore.grading.rules.way_up import By, Outlook, climb_of, needed_score
from cloudstore.grading.rules.way_up import way_up as find_way_up
from cloudstore.kit.rehearsal import BadDocument, read

SCORE_PLACES = 2
PART_PLACES = 3

Json = dict[str, Any]


def schema() -> Json:
    """The JSON Schema of a grading rehearsal."""
    return SCHEMA


def example(name: str | None = None) -> Json:
    """A document that can be rehearsed as it stands: `dealers` (the default), `facts` or `sequence`.

    Raises BadDocument for another name.
    """
    found = EXAMPLES.get(name or "dealers")
    if found is None:
        raise BadDocument("example", "no example of that name", ", ".join(EXAMPLES))
    return found


def rehearse(document: object) -> Json:
    """What a run would say of `document`, with decimals as text: scores two places, contributions three.

    Raises BadDocument with the path of the first field that does not fit.
    """
    found = read(document, SCHEMA)
    if ("dealers" in found) == ("sequence" in found):
        raise BadDocument("document", "holds not exactly one of dealers and sequence", "dealers, or sequence")
    scheme = _scheme(found.get("scheme", DEFAULT_VERSION))
    if "sequence" in found:
        played = found["sequence"]
        return {"tiers": [tier.value for tier in sequence(scheme, Tier(played["start"]), played["scores"])]}
    return _graded(scheme, found)


def _scheme(wanted: str | Json) -> Scheme:
    if isinstance(wanted, str):
        if wanted != DEFAULT_VERSION:
            raise BadDocument(
                "scheme", "no scheme of that version", f"{DEFAULT_VERSION}, or a whole scheme as an object"
            )
        return default_scheme()
    try:
        return read_scheme(wanted)
    except SchemeError as error:
        raise BadDocument(f"scheme.{error.path}", error.problem, error.allowed)


def _graded(scheme: Scheme, document: Json) -> Json:
    dealers: Sequence[Json] = document["dealers"]
    graded = grade(
        scheme,
        paper_sheet(scheme, document),
        past={dealer["id"]: past for dealer in dealers if (past := _past(dealer)) is not None},
        conduct={
            dealer["id"]: Conduct(dealer.get("flags", 0), None, dealer.get("platform_ban", False)) for dealer in dealers
        },
    )
    return {"dealers": [_dealer_document(scheme, graded, row, dealer) for row, dealer in enumerate(dealers)]}


def _past(dealer: Json) -> Past | None:
    before = dealer.get("previous")
    if before is None:
        return None
    standing = Standing(Tier(before["tier"]), before.get("streak_up", 0), before.get("streak_down", 0))
    return Past(before["score"], standing)


def _dealer_document(scheme: Scheme, graded: NetworkGrades, row: int, dealer: Json) -> Json:
    found, exact = graded.dealers[row], graded.scores.exact(row)
    return {
        "id": dealer["id"],
        "score": _shown(exact.score),
        "smoothed": None if found.smoothed is None else text(found.smoothed, SCORE_PLACES),
        "raw_tier": found.raw_tier.value,
        "tier": found.tier.value,
        "gates": [gate.to_document() for gate in found.gates],
        "indicators": {
            key: {
                "absolute": _shown(cell.absolute),
                "relative": _shown(cell.relative),
                "score": _shown(cell.score),
                "contribution": None if part is None else text(part, PART_PLACES),
                "status": cell.status.code,
            }
            for key, cell, part in zip(scheme.keys, exact.cells, exact.contributions, strict=True)
        },
        "families": {name: _shown(mean) for name, mean in exact.families.items()},
        "way_up": _way_up_document(scheme, graded, row, dealer),
    }


def _way_up_document(scheme: Scheme, graded: NetworkGrades, row: int, dealer: Json) -> Json | None:
    climb = climb_of(scheme, graded.scores.sheet, graded.scores.ranks, row)
    target = _target(graded.dealers[row], dealer)
    if climb is None or target is None:
        return None
    before = dealer.get("previous")
    needed = needed_score(scheme, target, By(dealer.get("by", By.AT_ONCE)), before["score"] if before else None)
    found = find_way_up(climb, target, needed, dealer.get("guarded", ()))
    return {
        "target": target.value,
        "needed_score": _shown(needed),
        "single": {one.key: None if one.value is None else short_text(one.value) for one in found.singles},
        "gain": {one.key: _shown(one.gain) for one in found.singles if one.outlook is Outlook.NOT_ENOUGH},
        "plan": [[key, short_text(value)] for key, value in found.plan],
        "plan_score": _shown(found.reached),
    }


def _target(found: DealerGrade, dealer: Json) -> Tier | None:
    """The tier asked for, or the next one above where the dealer stands; None at the top."""
    if "target" in dealer:
        return Tier(dealer["target"])
    return found.standing.tier.above if found.standing else found.raw_tier.above


def _shown(score: Fraction | None) -> str | None:
    return None if score is None else text(score, SCORE_PLACES)
