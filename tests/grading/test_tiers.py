"""Smoothing, cuts, hysteresis and gates: how a score becomes a letter, slowly on purpose."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.grading.rules.rounding import half_up
from cloudstore.grading.rules.tiers import (
    RATED,
    Conduct,
    GateReason,
    Standing,
    Tier,
    capped,
    gates,
    held,
    raw_tier,
    sequence,
    smooth,
    step,
    threshold,
)
from tests.grading.cast import SCHEME

SCORES = st.decimals(0, 100, places=2)


def tiers(start: str, *scores: str) -> str:
    return "".join(sequence(SCHEME, Tier(start), [Decimal(score) for score in scores]))


def test_the_worked_sequence() -> None:
    assert tiers("B", "74.0", "75.5", "75.2", "74.1", "73.4", "72.8", "72.6", "76.0", "77.3") == "BBAAAABBA"


@pytest.mark.parametrize(
    ("story", "start", "scores", "expected"),
    [
        ("two points above the cut lift at once", "B", "77.00", "A"),
        ("a hair less must be confirmed", "B", "76.99 75.00", "BA"),
        ("a confirmation must follow at once", "B", "75.00 74.99 75.00 75.00", "BBBA"),
        ("far above two cuts is still one step a run", "C", "99 99 99 99", "BASS"),
        ("far below is one step a run", "S", "10 10 10 10 10", "ABCDD"),
        ("ten below the cut is not yet far below", "B", "50.00 57.99", "BC"),
        ("a hair more than ten below drops at once", "B", "49.99", "C"),
        ("two below the cut is forgiven for ever", "B", "58.00 58.00 58.00", "BBB"),
        ("below that only once is forgiven", "B", "57.99 58.00 57.99 57.99", "BBBC"),
        ("the lowest cannot fall", "D", "0 0 0", "DDD"),
        ("the highest cannot rise", "S", "100 100", "SS"),
        ("a move forgets the streak", "B", "72 75 75 76 84", "BBAAA"),
        ("a lowered dealer needs new confirmation", "A", "60 76 76", "BBA"),
    ],
)
def test_small_stories(story, start, scores, expected) -> None:
    assert tiers(start, *scores.split()) == expected, story


@given(start=st.sampled_from(RATED), scores=st.lists(SCORES, max_size=30))
def test_no_run_moves_a_dealer_more_than_one_step(start, scores) -> None:
    path = [start, *sequence(SCHEME, start, scores)]
    assert all(abs(one.rank - other.rank) <= 1 for one, other in pairwise(path))


@given(start=st.sampled_from(RATED), score=SCORES)
def test_a_steady_score_ends_in_one_tier_and_stays(start, score) -> None:
    path = sequence(SCHEME, start, [score] * 14)
    assert len(set(path[10:])) == 1
    at_rest = path[-1]
    if at_rest is not Tier.S:
        assert score < SCHEME.cuts[at_rest.above]
    if at_rest is not Tier.D:
        assert score >= SCHEME.cuts[at_rest] - SCHEME.grace


@given(
    standing=st.builds(Standing, st.sampled_from(RATED), st.integers(0, 1), st.integers(0, 1)), one=SCORES, other=SCORES
)
def test_a_better_score_never_ends_in_a_worse_tier(standing, one, other) -> None:
    low, high = sorted((one, other))
    assert step(SCHEME, standing, low).tier.rank <= step(SCHEME, standing, high).tier.rank


@pytest.mark.parametrize(
    ("score", "tier"),
    [
        ("85.00", "S"),
        ("84.99", "A"),
        ("75.00", "A"),
        ("74.99", "B"),
        ("60.00", "B"),
        ("59.99", "C"),
        ("45.00", "C"),
        ("44.99", "D"),
    ],
)
def test_cuts(score, tier) -> None:
    assert raw_tier(SCHEME, Decimal(score)) is Tier(tier)
    assert step(SCHEME, None, Decimal(score)) == Standing(Tier(tier))


def test_what_is_shown_is_what_is_compared() -> None:
    """74.995 shows as 75.00, so it counts as 75.00."""
    assert sequence(SCHEME, Tier.B, [Fraction("76.995")]) == [Tier.A]
    assert sequence(SCHEME, Tier.B, [Fraction("76.9949")]) == [Tier.B]


def test_the_first_run_is_its_own_past() -> None:
    assert smooth(SCHEME, Fraction(70), None) == 70


def test_a_steady_75_5_reaches_a_at_the_fourth_run() -> None:
    """72.65, 74.65, 75.24, 75.42: the past is carried with all its decimals, else the third would show 75.25."""
    found = held(SCHEME, Standing(Tier.B), Decimal(66), Decimal("75.5"), 4)
    assert [str(shown) for shown, _ in found] == ["72.65", "74.65", "75.24", "75.42"]
    assert "".join(tier for _, tier in found) == "BBBA"


def test_letters_sort_by_rank_and_have_neighbours() -> None:
    assert sorted("DSBUCA", key=lambda letter: Tier(letter).rank) == list("UDCBAS")
    assert (Tier.A.above, Tier.A.below) == (Tier.S, Tier.B)
    assert (Tier.S.above, Tier.D.below, Tier.U.above, Tier.N.below) == (None, None, None, None)


def test_three_confirmed_flags_cap_at_c_and_hold_the_incentives() -> None:
    until = date(2026, 3, 30)
    (gate,) = gates(SCHEME, Conduct(flags=3, flags_until=until), Fraction(9, 10))
    assert gate.to_document() == {
        "reason": "risk_flags",
        "max_tier": "C",
        "until": "2026-03-30",
        "holds_incentives": True,
    }
    assert gates(SCHEME, Conduct(flags=2), Fraction(9, 10)) == ()
    assert capped(Tier.S, [gate]) is Tier.C


def test_following_up_less_than_half_caps_at_b() -> None:
    (gate,) = gates(SCHEME, Conduct(), Fraction("0.4999"))
    assert (gate.reason, capped(Tier.S, [gate]), capped(Tier.C, [gate])) == (GateReason.FOLLOWUP_SLA, Tier.B, Tier.C)
    assert gates(SCHEME, Conduct(), Fraction(1, 2)) == ()
    assert gates(SCHEME, Conduct(), None) == ()


def test_the_lowest_of_several_gates_wins() -> None:
    shut = gates(SCHEME, Conduct(platform_ban=True, ban_until=date(2026, 4, 1)), Fraction(1, 3))
    assert [gate.reason for gate in shut] == [GateReason.FOLLOWUP_SLA, GateReason.PLATFORM_BAN]
    assert capped(Tier.A, shut) is Tier.C


def test_how_high_a_smoothed_score_must_be() -> None:
    assert (threshold(SCHEME, Tier.A, at_once=True), threshold(SCHEME, Tier.A, at_once=False)) == (77, 75)
    assert half_up(threshold(SCHEME, Tier.S, at_once=True), 0) == 87
