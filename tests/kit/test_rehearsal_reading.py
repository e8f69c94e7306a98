"""A rehearsal document is either read exactly or refused with the field, the fault and what is allowed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cloudstore.kit.rehearsal import BadDocument, parse, read

SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 5},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "gap": {"type": "number", "exclusiveMinimum": 0},
        "count": {"type": "integer", "minimum": 0},
        "tier": {"type": ["string", "null"], "enum": ["S", "A", None]},
        "open": {"type": "boolean"},
        "at": {"type": "string", "format": "date-time"},
        "pair": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "map": {
            "type": "object",
            "propertyNames": {"enum": ["one", "two"]},
            "additionalProperties": {"type": "integer"},
        },
    },
}


def test_a_fitting_document_comes_back_with_exact_numbers() -> None:
    text = '{"name": "a", "share": 0.0118, "count": 3.0, "tier": null, "pair": [1, 2.50], "map": {"two": 2},'
    found = read(parse(text + '"at": "2026-03-02T10:00:00+08:00"}'), SCHEMA)
    assert found["share"] == Decimal("0.0118")
    assert (found["count"], found["tier"], found["map"]) == (3, None, {"two": 2})
    assert found["at"].astimezone(UTC) == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert found["pair"] == [Decimal(1), Decimal("2.50")]


def test_a_float_handed_over_by_python_is_read_by_its_shortest_text() -> None:
    assert read({"name": "a", "share": 0.1}, SCHEMA)["share"] == Decimal("0.1")


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "document: not an object; allowed: an object"),
        ({}, "name: missing; allowed: a text"),
        (
            {"name": "a", "colour": 1},
            "colour: unknown key; allowed: at, count, gap, map, name, open, pair, share, tier",
        ),
        ({"name": "a", "x\ny": 1}, '"x\\ny": unknown key'),
        ({"name": "abcdef"}, "name: too short or too long; allowed: 1 to 5 characters"),
        ({"name": "\ud800"}, "name: holds half a character"),
        ({"name": 4}, "name: not a text; allowed: a text"),
        ({"name": "a", "share": 1.01}, "share: out of range; allowed: a number from 0 up to 1"),
        ({"name": "a", "share": "0.5"}, "share: not a number"),
        ({"name": "a", "share": True}, "share: not a number"),
        ({"name": "a", "share": float("nan")}, "share: not a finite number"),
        ({"name": "a", "share": Decimal("1e-31")}, "share: has too many decimals"),
        ({"name": "a", "gap": 0}, "gap: out of range; allowed: a number above 0"),
        ({"name": "a", "gap": Decimal("1e999999")}, "gap: too large"),
        ({"name": "a", "count": 1.5}, "count: not a whole number"),
        ({"name": "a", "count": float("inf")}, "count: not a whole number"),
        ({"name": "a", "count": 10**400}, "count: too large"),
        ({"name": "a", "tier": "E"}, "tier: not one of the known values; allowed: S, A, null"),
        ({"name": "a", "open": 1}, "open: not true or false"),
        ({"name": "a", "at": "2026-03-02T10:00:00"}, "at: has no time zone"),
        ({"name": "a", "at": "yesterday"}, "at: not a date-time"),
        ({"name": "a", "pair": [1]}, "pair: has 1 items; allowed: exactly 2 items"),
        ({"name": "a", "pair": [1, "2"]}, "pair[1]: not a number"),
        ({"name": "a", "map": {"three": 3}}, "map.three: unknown key; allowed: one, two"),
    ],
)
def test_the_first_fault_is_named_with_its_path(document: object, sentence: str) -> None:
    with pytest.raises(BadDocument) as refused:
        read(document, SCHEMA)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"name": ', "not JSON at line 1, column 10"),
        ('{"name": NaN}', "holds NaN or Infinity"),
        ('{"name": 1, "name": 2}', "stands twice in the same object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "holds a number that cannot be read"),
        (b'{"a": "\xff"}', "not UTF-8 text at byte 7"),
    ],
)
def test_text_that_is_no_document_is_refused(text: str | bytes, problem: str) -> None:
    with pytest.raises(BadDocument) as refused:
        parse(text)
    assert refused.value.problem == problem


def test_the_sentence_never_repeats_a_value() -> None:
    with pytest.raises(BadDocument) as refused:
        read({"name": "+8613800138000"}, SCHEMA)
    assert "138" not in str(refused.value)
