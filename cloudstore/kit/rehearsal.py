"""Reading the JSON documents of `manage.py rehearse`: one schema is both the documentation and the gate.

A rehearsal declares its document as a JSON Schema (the subset below) and calls `read`. What `--schema` prints is
therefore exactly what is accepted. Numbers come back as `Decimal`, never as binary floats, so that what is written as
0.0118 is graded as 0.0118.

Understood: type (one name or a list of names), enum, properties, required, additionalProperties (false or a schema),
propertyNames.enum, items, minItems, maxItems, minimum, maximum, exclusiveMinimum, minLength, maxLength, pattern, and
format date, date-time, time.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

LARGEST = 10**15
"""No count, score or amount is larger; a bound keeps a hostile exponent from filling the memory."""
MOST_DECIMALS = 30
LONGEST_NAME = 60
DEEPEST = 40
_SURROGATES = frozenset(map(chr, range(0xD800, 0xE000)))
"""JSON may escape one half of a pair; such a text could never be printed again."""

Schema = Mapping[str, Any]


class BadDocument(ValueError):
    """A document that cannot be rehearsed: where (`path`), what is wrong (`problem`), what is `allowed`.

    Values are never repeated in the sentence: a rehearsal may hold telephone numbers.
    """

    def __init__(self, path: str, problem: str, allowed: str = "") -> None:
        self.path = path or "document"
        self.problem = problem
        self.allowed = allowed
        super().__init__(f"{self.path}: {problem}" + (f"; allowed: {allowed}" if allowed else ""))


def parse(text: str | bytes) -> Any:
    """The JSON document in `text`, with decimals kept exact. Raises BadDocument with line and column when it is none."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_no_twins)
    except json.JSONDecodeError as error:
        raise BadDocument("document", f"not JSON at line {error.lineno}, column {error.colno}", "one JSON object")
    except UnicodeDecodeError as error:
        raise BadDocument("document", f"not UTF-8 text at byte {error.start}", "one JSON object in UTF-8")
    except RecursionError:
        raise BadDocument("document", "nested too deeply", f"at most {DEEPEST} levels")
    except BadDocument:
        raise
    except ValueError:
        raise BadDocument("document", "holds a number that cannot be read", f"numbers up to {LARGEST}")


def read(document: object, schema: Schema) -> Any:
    """`document` as `schema` describes it: numbers as Decimal, whole numbers as int, moments as datetime.

    Raises BadDocument for the first field that does not fit. The document itself is not changed.
    """
    return _value(document, schema, "", 0)


def child(path: str, key: str) -> str:
    """The path of the field `key` of the object at `path`, safe to print on one line."""
    name = key if re.fullmatch(r"[A-Za-z0-9_:\-]{1,60}", key) else json.dumps(key[:LONGEST_NAME])
    return f"{path}.{name}" if path else name


def decimal_of(number: object, path: str) -> Decimal:
    """A JSON number (int, Decimal, or a float by its shortest text) as Decimal; BadDocument when it is not a plain one."""
    if isinstance(number, bool) or not isinstance(number, (int, float, Decimal)):
        raise BadDocument(path, "not a number", "a number")
    if isinstance(number, int) and abs(number) > LARGEST:
        raise BadDocument(path, "too large", f"numbers up to {LARGEST}")
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int):
        raise BadDocument(path, "not a finite number", "a number")
    if abs(exact) > LARGEST:
        raise BadDocument(path, "too large", f"numbers up to {LARGEST}")
    if exponent < -MOST_DECIMALS:
        raise BadDocument(path, "has too many decimals", f"at most {MOST_DECIMALS} decimals")
    return exact


def _no_constant(_: str) -> None:
    raise BadDocument("document", "holds NaN or Infinity", "finite numbers")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; the same key twice is a slip that would otherwise silently drop the first value."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadDocument(child("", key), "stands twice in the same object", "each key once")
        found[key] = value
    return found


def _value(value: object, schema: Schema, path: str, depth: int) -> Any:
    if depth > DEEPEST:
        raise BadDocument(path, "nested too deeply", f"at most {DEEPEST} levels")
    name = _type_name(value, schema, path)
    found = _READERS[name](value, schema, path, depth)
    if "enum" in schema and found not in schema["enum"]:
        raise BadDocument(path, "not one of the known values", _listing(schema["enum"]))
    return found


def _type_name(value: object, schema: Schema, path: str) -> str:
    """The first of the schema's types that `value` has."""
    wanted = schema.get("type", "object")
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    for name in names:
        if _IS[name](value):
            return str(name)
    raise BadDocument(path, f"not {_NOUN[names[0]]}", " or ".join(_NOUN[name] for name in names))


def _object(value: Any, schema: Schema, path: str, depth: int) -> dict[str, Any]:
    known: Mapping[str, Schema] = schema.get("properties", {})
    other = schema.get("additionalProperties", False)
    names = schema.get("propertyNames", {}).get("enum")
    for key in value:
        if key not in known and (other is False or (names is not None and key not in names)):
            raise BadDocument(child(path, str(key)), "unknown key", _listing(names or sorted(known)))
    for key in schema.get("required", ()):
        if key not in value:
            raise BadDocument(child(path, key), "missing", _described(known.get(key, {})))
    return {key: _value(item, known.get(key, other), child(path, key), depth + 1) for key, item in value.items()}


def _array(value: Any, schema: Schema, path: str, depth: int) -> list[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if len(value) < least or (most is not None and len(value) > most):
        bounds = f"exactly {least}" if least == most else f"at least {least}" + (f", at most {most}" if most else "")
        raise BadDocument(path, f"has {len(value)} items", f"{bounds} items")
    return [_value(item, schema.get("items", {}), f"{path}[{at}]", depth + 1) for at, item in enumerate(value)]


def _number(value: object, schema: Schema, path: str, depth: int) -> Decimal:
    number = decimal_of(value, path)
    low, high, above = schema.get("minimum"), schema.get("maximum"), schema.get("exclusiveMinimum")
    small = (low is not None and number < decimal_of(low, path)) or (
        above is not None and number <= decimal_of(above, path)
    )
    if small or (high is not None and number > decimal_of(high, path)):
        raise BadDocument(path, "out of range", _described(schema))
    return number


def _integer(value: object, schema: Schema, path: str, depth: int) -> int:
    return int(_number(value, schema, path, depth))


def _string(value: Any, schema: Schema, path: str, depth: int) -> Any:
    if not _SURROGATES.isdisjoint(value):
        raise BadDocument(path, "holds half a character", "complete Unicode text")
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(value) < least or (most is not None and len(value) > most):
        raise BadDocument(path, "too short or too long", f"{least} to {most or 'any number of'} characters")
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        raise BadDocument(path, "not written as expected", schema.get("description", schema["pattern"]))
    shape = schema.get("format")
    return _moment(value, shape, path) if shape in _MOMENTS else value


def _moment(value: str, shape: str, path: str) -> date | datetime | time:
    reader, allowed = _MOMENTS[shape]
    try:
        found: date | datetime | time = reader(value)
    except ValueError:
        raise BadDocument(path, f"not a {shape}", allowed)
    if isinstance(found, datetime) and found.tzinfo is None:
        raise BadDocument(path, "has no time zone", allowed)
    return found


def _plain(value: object, schema: Schema, path: str, depth: int) -> object:
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    if not _is_number(value):
        return False
    return isinstance(value, int) or (value == value and abs(value) <= LARGEST and value == int(value))  # type: ignore[arg-type, call-overload]


def _listing(values: object) -> str:
    return ", ".join("null" if value is None else str(value) for value in values)  # type: ignore[attr-defined]


def _described(schema: Schema) -> str:
    """What a field may hold, in words, from its schema."""
    if "enum" in schema:
        return _listing(schema["enum"])
    wanted = schema.get("type", "object")
    noun = " or ".join(_NOUN[name] for name in ([wanted] if isinstance(wanted, str) else wanted))
    low, high, above = schema.get("minimum"), schema.get("maximum"), schema.get("exclusiveMinimum")
    if above is not None:
        noun += f" above {above}"
    if low is not None:
        noun += f" from {low}"
    if high is not None:
        noun += f" up to {high}"
    return noun


_IS: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, (list, tuple)),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": _is_whole,
}
_NOUN = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "boolean": "true or false",
    "null": "null",
    "number": "a number",
    "integer": "a whole number",
}
_READERS: dict[str, Callable[[Any, Schema, str, int], Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "boolean": _plain,
    "null": _plain,
    "number": _number,
    "integer": _integer,
}
_MOMENTS: dict[str, tuple[Callable[[str], Any], str]] = {
    "date": (date.fromisoformat, "a day such as 2026-02-17"),
    "date-time": (datetime.fromisoformat, "a moment with its zone such as 2026-03-02T10:00:00+08:00"),
    "time": (time.fromisoformat, "a time of day such as 09:00"),
}
