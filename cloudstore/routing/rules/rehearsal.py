"""`manage.py rehearse routing`: one lead and some dealers on paper, decided as the product decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from cloudstore.customers.rules.consent import dealer_token
from cloudstore.kit.rehearsal import BadDocument, Schema, read
from cloudstore.leads.rules.levels import Level
from cloudstore.network.gazetteer import Gazetteer, gazetteer
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.dealers import Dealer, Point
from cloudstore.routing.rules.deciding import Decision, Settings, candidates_as_json, decide, filtered_as_json
from cloudstore.routing.rules.matching import Filter, Filtered, Lead, Match, failed_filters
from cloudstore.routing.rules.modes import Locality, Mode, Outcome
from cloudstore.routing.rules.region import Evidence, EvidenceKind
from cloudstore.routing.rules.rounds import MAX_ROUNDS, OEM_DESK, play_rounds
from cloudstore.routing.rules.scoring import GRADE

_CODE: Schema = {"type": "string", "minLength": 1, "maxLength": 40}
_ADCODE: Schema = {"type": "string", "pattern": "[0-9]{6}", "description": "a six-digit division code such as 440300"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
_POINT: Schema = {
    "type": ["array", "null"],
    "description": "Latitude and longitude in degrees.",
    "items": {"type": "number", "minimum": -180, "maximum": 180},
    "minItems": 2,
    "maxItems": 2,
}


def _list_of(items: Schema, most: int = 5000) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


def _object(required: list[str], properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


_EVIDENCE = _object(
    ["kind", "adcode"],
    {
        "kind": {"type": "string", "enum": [kind.value for kind in EvidenceKind]},
        "adcode": _ADCODE,
        "source": {"type": ["string", "null"], "maxLength": 100},
        "at": _MOMENT,
    },
)
_LEAD = _object(
    [],
    {
        "brand": {"type": ["string", "null"], "maxLength": 40},
        "series": {"type": ["string", "null"], "maxLength": 40},
        "evidence": _list_of(_EVIDENCE, 100),
        "source_dealer": {"type": ["string", "null"], "maxLength": 40},
        "level": {"type": ["string", "null"], "enum": [*(level.value for level in Level), None]},
        "point": _POINT,
        "former": _list_of(_CODE, 100),
        "refused": _list_of(_CODE),
        "consent": {
            "type": ["array", "null"],
            "description": "Dealers the customer's consent names; left out or null: all dealers of the network.",
            "items": _CODE,
            "maxItems": 5000,
        },
        "wish": {"type": ["string", "null"], "maxLength": 40, "description": "The dealer the customer asked for."},
    },
)
_DEALER = _object(
    ["code"],
    {
        "code": _CODE,
        "brand": {"type": ["string", "null"], "maxLength": 40},
        "km": {"type": ["number", "null"], "minimum": 0, "maximum": 20_100, "description": "Distance to the lead."},
        "point": _POINT,
        "city": {**_ADCODE, "type": ["string", "null"]},
        "territory": _list_of(_ADCODE),
        "series": {**_list_of(_CODE), "description": "Authorised series; left out: every series of the brand."},
        "arrival_rate": _SHARE,
        "tier": {"type": ["string", "null"], "enum": [*GRADE, "N", "U", None]},
        "target_share": _SHARE,
        "actual_share": _SHARE,
        "open": _COUNT,
        "capacity_open": _COUNT,
        "today": _COUNT,
        "capacity_day": _COUNT,
        "active": {"type": "boolean"},
        "suspended": {"type": "boolean"},
        "last_assigned_at": _MOMENT,
        "assigned_24h": _COUNT,
    },
)
_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "rehearse routing",
    **_object(
        ["now", "lead"],
        {
            "mode": {"type": "string", "enum": [mode.value for mode in Mode], "description": "hybrid when left out"},
            "now": {"type": "string", "format": "date-time"},
            "lead": _LEAD,
            "settings": _object([], {"arrival_p90": _SHARE, "assume_local_when_unknown": {"type": "boolean"}}),
            "dealers": _list_of(_DEALER),
            "rounds": {"type": "integer", "minimum": 1, "maximum": MAX_ROUNDS},
            "expire": {**_list_of(_CODE), "description": "Dealers that let the deadline of their round pass."},
        },
    ),
}


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return dict(_SCHEMA)


def example(name: str | None = None) -> dict[str, Any]:
    """A document to begin with: `remote` (the default) or `local`. Raises `BadDocument` for another name.

    The worked case: a lead around five dealers, two of them ruled out; the first that gets it lets it expire. It came
    through a dealer of another city, or as `local` through one of the five.
    """
    source = {"remote": "GZ1", "local": "Z1"}.get(name or "remote")
    if source is None:
        raise BadDocument("example", "no example of that name", "remote, local")

    def dealer(
        code: str, km: float, rate: float, tier: str, target: float, actual: float, **more: Any
    ) -> dict[str, Any]:
        return {
            "code": code,
            "km": km,
            "arrival_rate": rate,
            "tier": tier,
            "target_share": target,
            "actual_share": actual,
            "capacity_open": 60,
            "today": 3,
            "capacity_day": 20,
            "territory": ["440300"],
            "series": ["X7"],
            "active": True,
            "suspended": False,
            "last_assigned_at": None,
            "assigned_24h": 0,
        } | more

    evidence = [("declared_city", "440300"), ("mobile_prefix", "440100"), ("ip", "440300")]
    return {
        "mode": "hybrid",
        "now": "2026-03-02T10:00:00+08:00",
        "lead": {
            "brand": "xinghe",
            "series": "X7",
            "evidence": [{"kind": kind, "adcode": adcode} for kind, adcode in evidence],
            "source_dealer": source,
            "point": [22.54, 114.05],
            "former": [],
            "refused": [],
        },
        "settings": {"arrival_p90": 0.30},
        "dealers": [
            dealer("Z1", 6.2, 0.24, "A", 0.40, 0.46, open=45),
            dealer("Z2", 11.0, 0.27, "S", 0.35, 0.33, open=20),
            dealer("Z3", 3.1, 0.15, "C", 0.25, 0.21, open=10, capacity_open=40),
            dealer("Z4", 2.0, 0.30, "S", 0.30, 0.10, open=5, series=["X5"]),
            dealer("Z5", 4.0, 0.30, "S", 0.30, 0.10, open=60),
            dealer("GZ1", 105.0, 0.20, "B", 0.50, 0.50, open=10, territory=["440100"]),
        ],
        "rounds": 3,
        "expire": ["Z2"],
    }


@dataclass(frozen=True, slots=True)
class _Paper:
    """The document, read."""

    lead: Lead
    source: Dealer | None
    book: DealerBook
    settings: Settings


def rehearse(document: object) -> dict[str, Any]:
    """The decision about the lead of the document, as the product would store it. Raises `BadDocument`.

    Every dealer of the document is accounted for, as a candidate or as filtered. With `rounds` or `expire` the rounds
    are played as well, and `owner` says who has the lead in the end.
    """
    found = read(document, _SCHEMA)
    book = gazetteer()
    evidence = _evidence(found["lead"].get("evidence", ()), book)
    paper = _paper(found, book)
    decision = decide(
        paper.lead,
        evidence,
        source=paper.source,
        mode=Mode(found.get("mode", Mode.HYBRID)),
        settings=paper.settings,
        level=Level(found["lead"].get("level") or Level.N),
        book=paper.book,
        now=found["now"],
        always_match=True,
    )
    answer = _answer(decision, paper)
    if "rounds" in found or "expire" in found:
        answer |= _rounds(decision, paper, found)
    return answer


def _evidence(given: list[Mapping[str, Any]], book: Gazetteer) -> list[Evidence]:
    evidence = []
    for at, one in enumerate(given):
        if book.city_of(one["adcode"]) is None and book.place(one["adcode"]) is None:
            raise BadDocument(f"lead.evidence[{at}].adcode", "not a known division", "a code of the region table")
        evidence.append(Evidence(EvidenceKind(one["kind"]), one["adcode"], one.get("source") or "", one.get("at")))
    return evidence


def _paper(found: Mapping[str, Any], book: Gazetteer) -> _Paper:
    given, dealers = found["lead"], found.get("dealers", [])
    codes = [one["code"] for one in dealers]
    if len(set(codes)) < len(codes):
        at = next(at for at, code in enumerate(codes) if code in codes[:at])
        raise BadDocument(f"dealers[{at}].code", "stands twice in the list", "each dealer once")
    for at, code in enumerate(found.get("expire", ())):
        if code not in codes:
            raise BadDocument(f"expire[{at}]", "no dealer of this document", ", ".join(sorted(codes)) or "no dealers")
    consent = given.get("consent")
    settings = found.get("settings", {})
    lead = Lead(
        adcode="",
        brand=given.get("brand") or "",
        series=given.get("series") or "",
        point=_point(given.get("point"), "lead.point"),
        former=tuple(given.get("former", ())),
        refused=frozenset(given.get("refused", ())),
        recipients=None if consent is None else frozenset(map(dealer_token, consent)),
        wish=given.get("wish") or "",
        km={one["code"]: one["km"] for one in dealers if one.get("km") is not None},
    )
    on_paper = (_dealer(one, f"dealers[{at}]") for at, one in enumerate(dealers))
    dealer_book = DealerBook(on_paper, book, settings.get("arrival_p90", Decimal(0)))
    source_code = given.get("source_dealer")
    # A source that is not among the dealers is a store we know nothing about: the lead is remote to it.
    source = dealer_book.get(source_code) or (Dealer(source_code) if source_code else None)
    return _Paper(lead, source, dealer_book, Settings(settings.get("assume_local_when_unknown", False)))


def _dealer(given: Mapping[str, Any], path: str) -> Dealer:
    plain = ("arrival_rate", "target_share", "actual_share", "open", "capacity_open", "today", "capacity_day")
    more = {key: given[key] for key in (*plain, "active", "suspended", "assigned_24h") if key in given}
    return Dealer(
        given["code"],
        brand=given.get("brand") or "",
        city=given.get("city") or "",
        point=_point(given.get("point"), f"{path}.point"),
        territory=frozenset(given.get("territory", ())),
        series=frozenset(given["series"]) if "series" in given else None,
        tier=given.get("tier") or "N",
        last_assigned_at=given.get("last_assigned_at"),
        **more,
    )


def _point(given: list[Decimal] | None, path: str) -> Point | None:
    if given is None:
        return None
    if abs(given[0]) > 90:
        raise BadDocument(f"{path}[0]", "out of range", "a latitude from -90 to 90, then a longitude")
    return float(given[0]), float(given[1])


def _answer(decision: Decision, paper: _Paper) -> dict[str, Any]:
    region, found = decision.region, decision.match
    assert found is not None
    filtered = sorted((*found.filtered, *_unseen(found, decision, paper)), key=attrgetter("code"))
    by = decision.placement.transfer_by
    return {
        "region": {
            "adcode": region.adcode,
            "confidence": str(region.confidence),
            "automatic": region.automatic,
            "reason": region.reason.value,
        },
        "local": decision.locality is Locality.LOCAL,
        "outcome": decision.placement.outcome.value,
        "why": decision.placement.why.value,
        "transfer_by": by.isoformat() if by else None,
        "chosen": decision.chosen,
        "reach": found.reach.value if found.reach else None,
        "candidates": candidates_as_json(found.candidates),
        "filtered": filtered_as_json(filtered),
        "sentence": {"zh": decision.sentence.zh, "en": decision.sentence.en},
    }


def _unseen(found: Match, decision: Decision, paper: _Paper) -> list[Filtered]:
    """Dealers the search never came to: out of reach, after whatever else keeps them from this lead."""
    seen = {one.code for one in found.candidates} | {one.code for one in found.filtered}
    lead = replace(paper.lead, adcode=decision.region.adcode or "")
    return [
        Filtered(dealer.code, (*failed_filters(dealer, lead), Filter.OUT_OF_REACH))
        for dealer in paper.book
        if dealer.code not in seen
    ]


def _rounds(decision: Decision, paper: _Paper, found: Mapping[str, Any]) -> dict[str, Any]:
    lead = replace(paper.lead, adcode=decision.region.adcode or "")
    at_once = decision.chosen if decision.placement.outcome is Outcome.DEALER else None
    played = list(
        play_rounds(
            lead,
            paper.book,
            expire=frozenset(found.get("expire", ())),
            max_rounds=found.get("rounds", MAX_ROUNDS),
            first_dealer=at_once,
        )
    )
    owner = played[-1].dealer if played and played[-1].closed is None else OEM_DESK
    rounds = [
        {
            "round": one.number,
            "dealer": one.dealer,
            "score": None if one.score is None else str(one.score),
            "closed": one.closed.value if one.closed else None,
        }
        for one in played
    ]
    return {"rounds": rounds, "owner": owner}
