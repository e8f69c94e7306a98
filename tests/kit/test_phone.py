"""Phone numbers: one shape for every way of writing them, and never a number in an error."""

import random

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloudstore.kit.phone import BadPhone, PhoneProblem, mask, normalise


def by_the_library(raw):
    """What phonenumbers alone says: E.164, or None."""
    try:
        number = phonenumbers.parse(raw, "CN")
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def by_us(raw):
    try:
        return normalise(raw)
    except BadPhone:
        return None


@pytest.mark.parametrize(
    "raw",
    [
        "13800138000",
        " 138 0013 8000 ",
        "138-0013-8000",
        "+86 138 0013 8000",
        "+8613800138000",
        "86 13800138000",
        "0086 138-0013-8000",
        "０１３８００１３８０００",
        "＋８６　１３８－００１３－８０００",
        "１３８００１３８０００",
        "tel:138 0013 8000",
        "(+86) 138.0013.8000",
        "微信同号13800138000",
    ],
)
def test_one_number_however_it_is_written(raw):
    assert normalise(raw) == "+8613800138000"


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("021-6123 4567", "+862161234567"),
        ("+852 6123 4567", "+85261234567"),
        ("0085261234567", "+85261234567"),
        ("+1 650 253 0000", "+16502530000"),
        ("400-810-8888", "+864008108888"),
    ],
)
def test_landlines_service_numbers_and_foreign_numbers_go_the_careful_way(raw, e164):
    assert normalise(raw) == e164


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("", PhoneProblem.EMPTY),
        (" \t", PhoneProblem.EMPTY),
        ("1380013800", PhoneProblem.IMPOSSIBLE),
        ("138001380001", PhoneProblem.IMPOSSIBLE),
        ("12345678901", PhoneProblem.IMPOSSIBLE),
        ("微信号abc123", PhoneProblem.IMPOSSIBLE),
        ("13800138000 转 12", PhoneProblem.UNREADABLE),
        ("13800138000,13900139000", PhoneProblem.UNREADABLE),
        ("王女士", PhoneProblem.UNREADABLE),
        ("+" * 20, PhoneProblem.UNREADABLE),
        ("1" * 251, PhoneProblem.TOO_LONG),
        ("\x00\ud800", PhoneProblem.UNREADABLE),
    ],
)
def test_what_is_not_a_number_is_refused_with_its_reason(raw, problem):
    with pytest.raises(BadPhone) as refused:
        normalise(raw)
    assert refused.value.problem is problem


@pytest.mark.parametrize("raw", ["1380013800", "138001380001", "13800138000,13900139000", "13800138000 转 12"])
def test_no_error_carries_the_number(raw):
    with pytest.raises(BadPhone) as refused:
        normalise(raw)
    said = f"{refused.value} {refused.value!r} {refused.value.args} {refused.value.__cause__!r}"
    assert "13800" not in said
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    ("e164", "shown"),
    [("+8613812342210", "138****2210"), ("+862161234567", "****4567"), ("+85261234567", "****4567"), ("110", "****")],
)
def test_a_number_is_shown_masked(e164, shown):
    assert mask(e164) == shown


pieces = st.sampled_from(
    list("0123456789") * 2 + list("０１８＋+-－　  ()./,;#xA转") + ["86", "0086", "+86", "138", "199"]
)
near_numbers = st.one_of(
    st.lists(pieces, max_size=24).map("".join),
    st.from_regex(r"[+＋]?(86|0086|0)?[ -]{0,2}1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"[ -]{0,2}(\+ ?8 ?6|0 ?0-86)?[ 　-]*1([ -]?[0-9]){10}[ -]{0,2}", fullmatch=True),
    st.text(max_size=30),
)


@settings(max_examples=1500, deadline=None)
@given(near_numbers)
@example("+ 86 13800138000")
@example("-13800138000-")
@example("+86+13800138000")
@example("8613800138000")
@example("17951 13800138000")
@example("8617400000000")
def test_the_short_way_and_the_library_agree_on_anything(raw):
    assert by_us(raw) == by_the_library(raw)


def test_the_short_way_and_the_library_agree_on_twenty_thousand_mobiles():
    dice = random.Random(20260302)
    for _ in range(20_000):
        digits = "1" + "".join(dice.choices("0123456789", k=dice.choice((9, 10, 10, 10, 10, 11))))
        raw = dice.choice(("", "", "+86", "86", "0086", "0", "+86 ")) + digits
        assert by_us(raw) == by_the_library(raw), "the two ways differ"


def test_every_mobile_prefix_is_judged_as_the_library_judges_it():
    for prefix in range(10_000):
        raw = f"1{prefix:04d}123456"
        assert by_us(raw) == by_the_library(raw), prefix
