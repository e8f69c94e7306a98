"""From untrusted bytes to plain values, with nothing left that could hurt a database or a log.

The platform's bodies are not consistent: numbers arrive as text and text as numbers, ids exceed 2**53, objects are
sometimes JSON inside a string. Everything is read leniently here, in one place, and never raises anything but
`MalformedBody` or `BadField`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any

BODY_LIMIT = 1_000_000
ID_LIMIT = 128
TEXT_LIMIT = 4_000
EARLIEST = 1_400_000_000  # May 2014: before the platform existed
LATEST = 4_102_444_800  # 2100
MILLISECONDS_FROM = 100_000_000_000

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)

# PostgreSQL refuses U+0000 in text, and lone surrogates cannot be written as UTF-8 anywhere.
UNWRITABLE = {0: "", **{code: "\ufffd" for code in range(0xD800, 0xE000)}}


class MalformedBody(ValueError):
    """The body is not the JSON object that was promised. `position` is the character (or byte) where it went wrong."""

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__(f"{reason} at {position}")
        self.reason = reason
        self.position = position


class BadField(ValueError):
    """A field that must be there is missing or unusable. `path` names it, `reason` is a stable code."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Digits(str):
    """A JSON number exactly as written: no rounding of large ids, no cost for a number of 400 digits."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise MalformedBody("not_a_json_number", 0)


def load_object(raw: bytes, limit: int = BODY_LIMIT) -> dict[str, Any]:
    """The JSON object of a body. Raises MalformedBody with the position of the first fault."""
    if len(raw) > limit:
        raise MalformedBody("body_too_long", limit)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise MalformedBody("not_utf8", fault.start) from None
    return load_text(text)


def load_text(text: str) -> dict[str, Any]:
    """The same for text that is already decoded (the platform's JSON inside a string)."""
    value = _load(text)
    if not isinstance(value, dict):
        raise MalformedBody("not_an_object", 0)
    return value


def _load(text: str) -> object:
    try:
        return json.loads(text, parse_int=Digits, parse_float=Digits, parse_constant=_refuse_constant)
    except json.JSONDecodeError as fault:
        raise MalformedBody("not_json", fault.pos) from None
    except RecursionError:
        raise MalformedBody("nested_too_deeply", 0) from None


def as_object(value: object, path: str) -> dict[str, Any]:
    """An object given as such, or as JSON text. Nothing at all counts as an empty object."""
    if value is None or value == "":
        return {}
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and not isinstance(value, Digits):
        try:
            return load_text(value)
        except MalformedBody as fault:
            raise BadField(path, fault.reason) from None
    raise BadField(path, "not_an_object")


def as_list(value: object) -> list[Any]:
    """A list given as such or as JSON text; anything else is an empty list."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = _load(value)
        except MalformedBody:
            return []
    return value if isinstance(value, list) else []


def text(value: object, limit: int = TEXT_LIMIT) -> str:
    """Writable text of a text or number, shortened to `limit` characters; empty for every other kind of value."""
    if isinstance(value, str):
        return value[: limit * 2].translate(UNWRITABLE).strip()[:limit]
    return ""


def identity(values: dict[str, Any], key: str, path: str = "") -> str:
    """An id, exactly as sent, or "" when absent. Too long or unprintable raises: shortening could join two people."""
    value = values.get(key)
    if value is None or not isinstance(value, str):
        return ""
    if len(value) > ID_LIMIT:
        raise BadField(path + key, "id_too_long")
    if not value.isprintable():
        raise BadField(path + key, "id_unprintable")
    return value


def required(values: dict[str, Any], key: str, path: str = "") -> str:
    """An id without which the message means nothing."""
    found = identity(values, key, path)
    if not found:
        raise BadField(path + key, "missing")
    return found


def whole(value: object) -> int | None:
    """A whole number of at most 18 digits, given as number or text; None otherwise."""
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return None


def decimal(value: object) -> float | None:
    """A finite number given as number or text; None otherwise."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if isfinite(number) else None


def count(value: object) -> int:
    """A count that is never negative; 0 when it cannot be read."""
    return max(whole(value) or 0, 0)


def moment(value: object) -> datetime | None:
    """An epoch in seconds or milliseconds as an aware UTC time; None when absent or beyond belief."""
    number = whole(value)
    if number is None:
        return None
    seconds = number / 1000 if number >= MILLISECONDS_FROM else float(number)
    if not EARLIEST <= seconds <= LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)
