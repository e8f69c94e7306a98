"""A whole network at once: the same bytes for the same facts, and exact to the last decimal."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudstore.grading.rules.grading import Past, grade
from cloudstore.grading.rules.rounding import half_up
from cloudstore.grading.rules.scoring import score_sheet, settle
from cloudstore.grading.rules.tiers import Conduct, Standing, Tier
from cloudstore.grading.rules.window import WindowFacts, sheet_of
from tests.grading.cast import SCHEME, network


def reordered(facts: WindowFacts, order: list[int]) -> WindowFacts:
    """The same facts as a database might return them another day."""
    return WindowFacts(
        dealers=tuple(facts.dealers[row] for row in order),
        peers=tuple(facts.peers[row] for row in order),
        totals={name: column[order] for name, column in facts.totals.items()},
        missing_days={name: column[order] for name, column in facts.missing_days.items()},
        lapsed={name: column[order] for name, column in facts.lapsed.items()},
        active_days=facts.active_days[order],
        leave_days=facts.leave_days[order],
    )


def test_the_same_facts_give_the_same_bytes_in_whatever_order_they_come() -> None:
    facts = network(200)
    once = grade(SCHEME, sheet_of(SCHEME, facts)).to_bytes()
    shuffled = reordered(facts, list(np.random.default_rng(1).permutation(200)))
    assert grade(SCHEME, sheet_of(SCHEME, shuffled)).to_bytes() == once
    assert grade(SCHEME, sheet_of(SCHEME, network(200, seed=8))).to_bytes() != once


def test_a_dealer_twice_is_refused() -> None:
    facts = network(3)
    with pytest.raises(ValueError, match="stands twice"):
        sheet_of(SCHEME, WindowFacts(**{**vars(facts), "dealers": ("a", "b", "a")}))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.sampled_from([3, 12, 40, 90]))
def test_fast_columns_and_exact_rows_print_the_same(seed, size) -> None:
    facts = network(size, seed)
    past = {name: Past(Decimal(40 + row % 55), Standing(Tier.B)) for row, name in enumerate(facts.dealers) if row % 2}
    found = grade(SCHEME, sheet_of(SCHEME, facts), past)
    marks = found.marks()
    for row, one in enumerate(found.dealers):
        exact = found.scores.exact(row)
        assert one.score == half_up(exact.score, 2)
        assert one.families == {name: half_up(mean, 2) for name, mean in exact.families.items()}
        assert [mark.score for mark in marks[row]] == [half_up(cell.score, 4) for cell in exact.cells]
        assert [mark.contribution for mark in marks[row]] == [half_up(part, 4) for part in exact.contributions]
        if one.dealer not in past:
            assert one.carried == half_up(exact.score, 6)


def test_a_figure_on_the_edge_of_a_half_is_settled_exactly() -> None:
    """95.345 is 95.34499999999999 to a float; the exact value decides."""
    exact = [Fraction("95.345"), Fraction("95.3449"), Fraction(0)]
    units = settle(np.array([95.34499999999999, 95.3449, float("nan")]), 2, exact.__getitem__)
    assert units.tolist() == [9535, 9534, -1]


def test_a_late_fact_changes_the_inputs_of_those_it_reaches_only() -> None:
    """Half a post more moves the dealer itself and those of its peers whom it passes; nobody else's inputs change."""
    facts = network(240)
    late = {name: column.copy() for name, column in facts.totals.items()}
    late["posts_effective"][7] += 0.5
    before = grade(SCHEME, sheet_of(SCHEME, facts)).dealers
    after = grade(SCHEME, sheet_of(SCHEME, replace(facts, totals=late))).dealers
    changed = {one.dealer for one, other in zip(before, after, strict=True) if one.inputs_hash != other.inputs_hash}
    assert "dealer-00007" in changed
    assert {name for name in changed if _group(facts, name) != _group(facts, "dealer-00007")} == set()
    unchanged = [(one, other) for one, other in zip(before, after, strict=True) if one.dealer not in changed]
    assert len(unchanged) >= 220
    assert all(one == other for one, other in unchanged)


def _group(facts: WindowFacts, name: str):
    return facts.peers[facts.dealers.index(name)]


@pytest.mark.parametrize(
    ("past", "conduct"),
    [
        (Past(Decimal("70"), Standing(Tier.B)), None),
        (Past(Decimal("70"), Standing(Tier.B, 1)), None),
        (None, Conduct(flags=1)),
    ],
)
def test_the_inputs_hash_knows_past_and_conduct(past, conduct) -> None:
    sheet = sheet_of(SCHEME, network(24))
    plain = grade(SCHEME, sheet).dealers[3]
    other = grade(SCHEME, sheet, past and {plain.dealer: past}, conduct and {plain.dealer: conduct}).dealers[3]
    assert plain.inputs_hash != other.inputs_hash
    assert len(plain.inputs_hash) == 64


def test_a_gate_caps_what_is_published_and_gives_it_back_when_it_ends() -> None:
    sheet = sheet_of(SCHEME, network(24))
    best = max(grade(SCHEME, sheet).dealers, key=lambda one: one.score)
    assert best.tier is Tier.S
    banned = next(
        one
        for one in grade(SCHEME, sheet, conduct={best.dealer: Conduct(platform_ban=True)}).dealers
        if one.dealer == best.dealer
    )
    assert (banned.tier, banned.policy_tier, banned.standing) == (Tier.C, Tier.C, Standing(Tier.S))
    again = grade(SCHEME, sheet, past={best.dealer: banned.past()}).dealers
    assert next(one.tier for one in again if one.dealer == best.dealer) is Tier.S


def test_rates_are_shrunk_towards_the_pool_of_the_dealers_own_group() -> None:
    asked, answered = np.full(24, 100.0), np.full(24, 90.0)
    asked[0], answered[0] = 6, 3
    facts = network(24, dm_sessions=asked, dm_reply_ok=answered)
    found = grade(SCHEME, sheet_of(SCHEME, facts))
    pool = (23 * 90 + 3) / (23 * 100 + 6)
    assert found.marks()[0][5].value == half_up(Decimal((3 + 20 * pool) / 26), 6)
    assert found.marks()[0][5].raw == Decimal("0.500000")


def test_two_thousand_dealers_fill_every_tier() -> None:
    found = grade(SCHEME, sheet_of(SCHEME, network(2000)))
    assert len(found.dealers) == 2000
    assert {one.tier for one in found.dealers} == {Tier.S, Tier.A, Tier.B, Tier.C, Tier.D}


def test_scores_stay_between_nothing_and_a_hundred() -> None:
    scores = score_sheet(SCHEME, sheet_of(SCHEME, network(300)))
    assert scores.total.min() >= 0
    assert scores.total.max() <= 100
