"""`manage.py rehearse identity`: submissions after each other, and what each creator would be told.

Runs One-ID and the dedupe ladder on paper. An entry with `becomes` is no submission but something that happened to the
customer's lead in the meantime (it was lost, delivered, went dormant); entries are played in the order of their time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cloudstore.customers.rules.identity import (
    SCOPED,
    IdentityKey,
    IdentityKind,
    Recognition,
    Resolution,
    resolve,
)
from cloudstore.kit.phone import BadPhone, normalise
from cloudstore.kit.rehearsal import BadDocument, Schema, read
from cloudstore.leads.rules.dedupe import Answer, Arriving, Rung, Standing, Verdict, climb
from cloudstore.leads.rules.states import LIVE, State

_TEXT = {"type": "string", "minLength": 1, "maxLength": 100}
_IDS = [kind.value for kind in IdentityKind if kind is not IdentityKind.PHONE]
_ENTRY: Schema = {
    "type": "object",
    "required": ["at", "brand"],
    "additionalProperties": False,
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "brand": _TEXT,
        "phone": {**_TEXT, "type": ["string", "null"], "description": "However people write it; made E.164."},
        "ids": {
            "type": "array",
            "maxItems": 20,
            "items": {
                "type": "object",
                "required": ["kind", "value"],
                "additionalProperties": False,
                "properties": {"kind": {"type": "string", "enum": _IDS}, "value": _TEXT, "app": _TEXT},
            },
        },
        "widget": {"type": ["string", "null"], "maxLength": 100},
        "scene": {"type": ["string", "null"], "maxLength": 40},
        "series": {"type": ["string", "null"], "maxLength": 40},
        "dealer": {"type": ["string", "null"], "maxLength": 40},
        "dealer_tier": {"type": ["string", "null"], "enum": ["S", "A", "B", "C", "D", "N", "U", None]},
        "other_store": {"type": "boolean"},
        "becomes": {
            "type": "string",
            "enum": [state.value for state in State if state is not State.MERGED],
            "description": "Not a submission: the newest lead of this customer is in this state from then on.",
        },
    },
}
_LIST: Schema = {"type": "array", "items": _ENTRY, "minItems": 1, "maxItems": 10_000}
_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "rehearse identity",
    "description": "An object with `submissions`; the bare list of submissions is accepted as well.",
    "type": "object",
    "required": ["submissions"],
    "additionalProperties": False,
    "properties": {"submissions": _LIST},
}


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return dict(_SCHEMA)


def example(name: str | None = None) -> dict[str, Any]:
    """A document to begin with: `phone` (the default) or `people`. Raises `BadDocument` for another name."""
    stories = {"phone": _phone_story, "people": _people_story}
    story = stories.get(name or "phone")
    if story is None:
        raise BadDocument("example", "no example of that name", ", ".join(stories))
    return {"submissions": story()}


def _phone_story() -> list[dict[str, Any]]:
    """One phone: created, the same click again, a message, lost, back after twenty days, lost, back too late."""
    who = {"brand": "xinghe", "phone": "138 0013 8000"}
    return [
        {**who, "at": "2026-03-02T10:00:00+08:00", "widget": "live-1", "scene": "LIVE_VIDEO", "dealer": "Z1"},
        {**who, "at": "2026-03-02T10:05:00+08:00", "widget": "live-1", "scene": "LIVE_VIDEO", "dealer": "Z1"},
        {
            **who,
            "at": "2026-03-03T09:00:00+08:00",
            "scene": "IM_MESSAGE",
            "ids": [{"kind": "open_id", "app": "ck_demo", "value": "ou_9a"}],
        },
        {**who, "at": "2026-03-05T09:00:00+08:00", "becomes": "lost"},
        {**who, "at": "2026-03-25T09:00:00+08:00", "widget": "home-1"},
        {**who, "at": "2026-04-01T09:00:00+08:00", "becomes": "lost"},
        {**who, "at": "2026-05-11T09:00:00+08:00", "widget": "home-1"},
    ]


def _people_story() -> list[dict[str, Any]]:
    """A chat and a phone that turn out to be one person; a shared tablet that joins nobody; another brand."""
    chat = {"kind": "open_id", "app": "ck_demo", "value": "ou_9a"}
    tablet = {"kind": "device", "value": "showroom tablet"}
    return [
        {"brand": "xinghe", "at": "2026-03-02T10:00:00+08:00", "phone": "13800138000", "ids": [tablet]},
        {"brand": "xinghe", "at": "2026-03-02T10:10:00+08:00", "phone": "13900139000", "ids": [tablet]},
        {"brand": "xinghe", "at": "2026-03-02T11:00:00+08:00", "ids": [chat]},
        {"brand": "xinghe", "at": "2026-03-02T12:00:00+08:00", "phone": "+86 138 0013 8000", "ids": [chat]},
        {"brand": "qingtian", "at": "2026-03-02T13:00:00+08:00", "phone": "13800138000"},
    ]


@dataclass(slots=True)
class _Play:
    """What is known while the entries are played. Customers and leads are numbered in the order they appear."""

    people: dict[str, dict[IdentityKey, int]] = field(default_factory=dict)
    leads: dict[int, list[Standing[int]]] = field(default_factory=dict)
    rounds: dict[int, int] = field(default_factory=dict)
    clicks: dict[tuple[str, str, str], datetime] = field(default_factory=dict)
    with_phone: set[int] = field(default_factory=set)
    newest_customer: int = 0


def rehearse(document: object) -> Any:
    """Per submission `{"answer", "customer", "lead", "round", "reason", "linked_to", "merged", "merge_proposed"}`, in the document's order.

    A bare list is answered with a list, an object with `{"submissions": […]}`. Raises `BadDocument`; no telephone
    number is ever part of an error.
    """
    bare = isinstance(document, (list, tuple))
    entries = read(document, _LIST) if bare else read(document, _SCHEMA)["submissions"]
    paths = [f"[{at}]" if bare else f"submissions[{at}]" for at in range(len(entries))]
    keys = [_keys(entry, path) for entry, path in zip(entries, paths, strict=True)]
    play = _Play()
    answers: dict[int, dict[str, Any]] = {}
    for at in sorted(range(len(entries)), key=lambda at: entries[at]["at"]):
        if "becomes" in entries[at]:
            _happen(play, entries[at], keys[at], paths[at])
        else:
            answers[at] = _submit(play, entries[at], keys[at])
    found = [answers[at] for at in sorted(answers)]
    return found if bare else {"submissions": found}


def _keys(entry: Mapping[str, Any], path: str) -> list[IdentityKey]:
    """The identifiers of an entry, the phone first."""
    keys = []
    if entry.get("phone"):
        try:
            keys.append(IdentityKey(IdentityKind.PHONE, normalise(entry["phone"])))
        except BadPhone as error:
            raise BadDocument(f"{path}.phone", str(error), "a telephone number")
    for at, given in enumerate(entry.get("ids", ())):
        kind = IdentityKind(given["kind"])
        if "app" in given and kind not in SCOPED:
            raise BadDocument(f"{path}.ids[{at}].app", f"{kind.value} has no app", "app with open_id, wecom_external")
        keys.append(IdentityKey(kind, given["value"], given.get("app", "default") if kind in SCOPED else ""))
    if not any(key.strong for key in keys):
        raise BadDocument(f"{path}.phone", "nothing here proves who it is", "a phone or a strong id")
    return keys


def _recognise(play: _Play, brand: str, keys: list[IdentityKey]) -> tuple[int, Resolution[int]]:
    """The customer of these identifiers, with every merge carried out that needs no person, and the decision."""
    known = play.people.setdefault(brand, {})
    found = resolve(keys, known, play.with_phone)
    if found.action is Recognition.CREATE:
        play.newest_customer += 1
    customer = found.customer or play.newest_customer
    known.update(dict.fromkeys(found.attach, customer))
    if any(key.kind is IdentityKind.PHONE for key in keys):
        play.with_phone.add(customer)
    if found.absorbed:
        known.update({key: customer for key, holder in known.items() if holder in found.absorbed})
    for absorbed in found.absorbed:
        leads = play.leads.setdefault(customer, [])
        leads.extend(play.leads.pop(absorbed, []))
        leads.sort(key=lambda lead: lead.created_at)
    return customer, found


def _submit(play: _Play, entry: Mapping[str, Any], keys: list[IdentityKey]) -> dict[str, Any]:
    brand, at = entry["brand"], entry["at"]
    elsewhere = any(
        key in known for other, known in play.people.items() if other != brand for key in keys if key.strong
    )
    customer, found = _recognise(play, brand, keys)
    click = (brand, entry.get("widget") or "", str(keys[0].value))
    arriving = Arriving(
        at,
        brand,
        series=entry.get("series") or "",
        dealer=entry.get("dealer") or "",
        last_same_click=play.clicks.get(click) if entry.get("widget") and entry.get("phone") else None,
        other_store=entry.get("other_store", False),
    )
    play.clicks[click] = at
    leads = play.leads.setdefault(customer, [])
    verdict = climb(arriving, leads)
    lead = _apply(play, leads, verdict, arriving, entry.get("dealer_tier") or "")
    rung = Rung.OTHER_BRAND if elsewhere and verdict.rung is Rung.FIRST else verdict.rung
    return {
        "answer": int(verdict.answer),
        "customer": f"C{customer}",
        "lead": f"L{lead}",
        "round": play.rounds[lead],
        "reason": rung.value,
        "linked_to": None if verdict.linked_to is None else f"L{verdict.linked_to}",
        "merged": [f"C{other}" for other in found.absorbed],
        "merge_proposed": [f"C{other}" for other in found.proposed],
    }


def _apply(play: _Play, leads: list[Standing[int]], verdict: Verdict[int], arriving: Arriving, tier: str) -> int:
    """Carries the verdict out on paper; the number of the lead the submission ended in."""
    if verdict.lead is None:
        number = len(play.rounds) + 1
        play.rounds[number] = 1
        series = frozenset({arriving.series} - {""})
        leads.append(Standing(number, arriving.brand, State.ASSIGNED, arriving.at, None, series, arriving.dealer, tier))
        return number
    if verdict.answer is Answer.JOINED:
        at = next(at for at, lead in enumerate(leads) if lead.lead == verdict.lead)
        series = leads[at].series | ({verdict.add_series} - {""})
        leads[at] = replace(leads[at], series=series)
        if verdict.new_round:
            play.rounds[verdict.lead] += 1
            dealer = leads[at].dealer if verdict.keep_owner else arriving.dealer
            leads[at] = replace(leads[at], state=State.ASSIGNED, closed_at=None, dealer=dealer)
    return verdict.lead


def _happen(play: _Play, entry: Mapping[str, Any], keys: list[IdentityKey], path: str) -> None:
    """An entry with `becomes`: the customer's newest lead is in another state from now on."""
    known = play.people.get(entry["brand"], {})
    customer = resolve(keys, known).customer
    leads = play.leads.get(customer, []) if customer is not None else []
    if not leads:
        raise BadDocument(path, "nothing was submitted by this customer yet", "an earlier submission")
    state = State(entry["becomes"])
    leads[-1] = replace(leads[-1], state=state, closed_at=None if state in LIVE else entry["at"])
