"""`manage.py rehearse sla`: when something is due, in a store's working time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cloudstore.kit.calendar import Calendar, CalendarError, add_working_minutes, calendar_of
from cloudstore.kit.rehearsal import BadDocument, Schema, read
from cloudstore.leads.rules.sla import deadlines

_TIME = {"type": "string", "pattern": r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", "description": "a time such as 09:00"}
_SPAN = {"type": "array", "items": _TIME, "minItems": 2, "maxItems": 2}
_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "rehearse sla",
    "description": "A start and working minutes give one deadline; a start and `hot` give those of a first follow.",
    "type": "object",
    "required": ["start"],
    "additionalProperties": False,
    "properties": {
        "calendar": {
            "type": "object",
            "description": "Working hours of every open day and days without any; 09:00 to 21:00 when left out.",
            "required": ["spans"],
            "additionalProperties": False,
            "properties": {
                "spans": {"type": "array", "items": _SPAN, "minItems": 1, "maxItems": 24},
                "closed": {"type": "array", "items": {"type": "string", "format": "date"}, "maxItems": 4000},
            },
        },
        "start": {"type": "string", "format": "date-time"},
        "minutes": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
        "hot": {"type": "boolean"},
    },
}


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return dict(_SCHEMA)


def example(name: str | None = None) -> dict[str, Any]:
    """A document to begin with: `deadline` (the default; ten minutes before closing, on the eve of a closed day) or
    `first_follow` (all deadlines of a hot lead). Raises `BadDocument` for another name."""
    document: dict[str, Any] = {
        "calendar": {"spans": [["09:00", "12:00"], ["13:30", "21:00"]], "closed": ["2026-02-17"]},
        "start": "2026-02-16T20:50:00+08:00",
    }
    more: dict[str, dict[str, Any]] = {"deadline": {"minutes": 30}, "first_follow": {"hot": True}}
    if (name or "deadline") not in more:
        raise BadDocument("example", "no example of that name", ", ".join(more))
    return document | more[name or "deadline"]


def rehearse(document: object) -> dict[str, Any]:
    """`{"due"}` for `minutes`; `{"remind", "due", "redispatch"}` for `hot`. Raises `BadDocument`."""
    found = read(document, _SCHEMA)
    if ("minutes" in found) == ("hot" in found):
        raise BadDocument("minutes", "give either minutes or hot", "minutes for one deadline, hot for a first follow")
    calendar = _calendar(found.get("calendar", {"spans": [["09:00", "21:00"]]}))
    try:
        if "minutes" in found:
            return {"due": _written(add_working_minutes(found["start"], found["minutes"], calendar))}
        clock = deadlines(found["start"], hot=found["hot"], calendar=calendar)
    except CalendarError as error:
        raise BadDocument("start", str(error), "a moment and minutes within this calendar")
    except OverflowError:
        raise BadDocument("start", "lies at the end of time", "a moment and minutes within this calendar")
    return {
        "remind": _written(clock.remind_at),
        "due": _written(clock.due_at),
        "redispatch": _written(clock.redispatch_at),
    }


def _calendar(given: dict[str, Any]) -> Calendar:
    try:
        return calendar_of(given["spans"], given.get("closed", ()))
    except CalendarError as error:
        raise BadDocument("calendar.spans", str(error), 'spans such as [["09:00", "12:00"], ["13:30", "21:00"]]')


def _written(moment: datetime) -> str:
    return moment.isoformat()
