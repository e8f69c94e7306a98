"""Money in whole fen: nothing is lost when it is split, and it reads the way people write it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit.money import BadAmount, format_yuan, split_evenly, to_fen


def test_a_hundred_yuan_by_three():
    assert [format_yuan(share) for share in split_evenly(to_fen("100.00"), 3)] == ["¥33.34", "¥33.33", "¥33.33"]


@pytest.mark.parametrize(
    ("fen", "parts", "shares"),
    [
        (0, 3, [0, 0, 0]),
        (2, 3, [1, 1, 0]),
        (350_000, 2, [175_000, 175_000]),
        (-10_000, 3, [-3334, -3333, -3333]),
        (7, 1, [7]),
    ],
)
def test_odd_fen_go_to_the_first_shares(fen, parts, shares):
    assert split_evenly(fen, parts) == shares


@given(st.integers(-(10**12), 10**12), st.integers(1, 500))
def test_a_split_adds_up_and_is_fair_to_one_fen(fen, parts):
    shares = split_evenly(fen, parts)
    assert sum(shares) == fen
    assert len(shares) == parts
    assert max(shares) - min(shares) <= 1


def test_nothing_can_be_split_into_no_parts():
    with pytest.raises(ValueError, match="at least one part"):
        split_evenly(100, 0)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (8620, "¥86.20"),
        (1_200_000, "¥12,000"),
        (0, "¥0"),
        (5, "¥0.05"),
        (123_456_789, "¥1,234,567.89"),
        (-8000, "-¥80"),
        (-5, "-¥0.05"),
    ],
)
def test_an_amount_as_people_write_it(fen, shown):
    assert format_yuan(fen) == shown


@given(st.integers(-(10**15), 10**15))
def test_what_is_shown_can_be_read_back(fen):
    shown = format_yuan(fen)
    assert to_fen(shown.removeprefix("-")) == abs(fen)


@pytest.mark.parametrize(
    ("yuan", "fen"), [("86.20", 8620), ("¥12,000", 1_200_000), (Decimal("0.1"), 10), (5, 500), ("-3", -300)]
)
def test_yuan_become_fen(yuan, fen):
    assert to_fen(yuan) == fen


@pytest.mark.parametrize("yuan", ["", "86.205", "eighty", "NaN", "Infinity", "1e400", 86.2, "¥"])
def test_what_is_no_amount_is_refused(yuan):
    with pytest.raises(BadAmount):
        to_fen(yuan)
