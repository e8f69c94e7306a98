"""Raw values become points: shrunk, measured against anchors, ranked among peers, rounded half-up."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.grading.rules.points import (
    absolute_column,
    absolute_points,
    grid_of_counts,
    grid_of_rates,
    mid_rank,
    mid_rank_column,
    pooled_rate,
    relative_points,
    score,
    shrink,
)
from cloudstore.grading.rules.rounding import GRID, half_up, short_text, text, to_grid

ANCHORS = st.sampled_from([one.anchors for one in INDICATORS.values()])


@pytest.mark.parametrize(
    ("facts", "prior", "k", "shown"),
    [
        ((3, 6), ".72", 20, "0.6692"),
        ((6, 100), ".010", 1000, "0.01455"),
        ((6000, 100_000), ".010", 1000, "0.05950"),
        ((0, 0), ".72", 20, "0.7200"),
        ((20, 20), ".50", 20, "0.7500"),
        ((3, 6), ".72", 0, "0.5000"),
    ],
)
def test_a_small_sample_is_pulled_to_its_peers_a_big_one_is_not(facts, prior, k, shown) -> None:
    places = len(shown) - 2
    assert text(shrink(*facts, k, Decimal(prior)), places) == shown


def test_the_prior_is_the_rate_of_the_whole_group_not_the_mean_of_rates() -> None:
    assert pooled_rate([(1, 1), (0, 99)]) == Fraction(1, 100)
    assert pooled_rate([(0, 0)]) is None
    assert pooled_rate([]) is None


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("-1", "0.00"),
        ("0", "0.00"),
        ("6", "30.00"),
        ("12", "60.00"),
        ("16", "72.50"),
        ("20", "85.00"),
        ("24", "92.50"),
        ("28", "100.00"),
        ("99", "100.00"),
    ],
)
def test_points_run_straight_between_the_anchors(value, points) -> None:
    assert text(absolute_points(Decimal(value), INDICATORS["effective_posts"].anchors), 2) == points


@given(anchors=ANCHORS, one=st.fractions(0, 100), other=st.fractions(0, 100))
def test_more_never_earns_less(anchors, one, other) -> None:
    low, high = sorted((one, other))
    assert absolute_points(low, anchors) <= absolute_points(high, anchors)


@given(anchors=ANCHORS, grid=st.lists(st.integers(0, 300 * GRID), min_size=1, max_size=30))
def test_columns_earn_the_same_points_as_single_values(anchors, grid) -> None:
    column = absolute_column(np.array(grid), anchors)
    for points, value in zip(column, grid, strict=True):
        assert points == pytest.approx(float(absolute_points(Fraction(value, GRID), anchors)), abs=1e-9)


@pytest.mark.parametrize(("value", "rank"), [(12, "95.83"), (1, "4.17"), (7, "54.17")])
def test_the_best_of_twelve_stands_at_95_83_and_the_last_at_4_17(value, rank) -> None:
    assert text(relative_points(mid_rank(value, range(1, 13)), 12), 2) == rank


def test_a_tie_shares_the_middle_of_its_places() -> None:
    posts = sorted([26, 22, 20, 18, 16, 15, 12, 12, 10, 8, 5, 1])
    assert text(relative_points(mid_rank(12, posts), 12), 2) == "41.67"


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_mid_ranks_of_a_group_average_fifty(values) -> None:
    peers = sorted(values)
    ranks = [relative_points(mid_rank(value, peers), len(peers)) for value in values]
    assert sum(ranks) == 50 * len(ranks)
    assert mid_rank_column(np.array(values), np.array(peers)).tolist() == [mid_rank(value, peers) for value in values]


def test_without_peers_the_absolute_points_are_the_score() -> None:
    assert score(Fraction(80), None, Decimal("0.6")) == 80
    assert score(Fraction(80), Fraction(50), Decimal("0.6")) == 68


@pytest.mark.parametrize(
    ("number", "places", "shown"),
    [
        ("95.345", 2, "95.35"),
        ("0.005", 2, "0.01"),
        ("0.0049999", 2, "0.00"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("100", 2, "100.00"),
    ],
)
def test_a_half_goes_up(number, places, shown) -> None:
    assert text(Decimal(number), places) == shown
    assert half_up(Fraction(number), places) == Decimal(shown)


@pytest.mark.parametrize(("number", "shown"), [("0.980", "0.98"), ("20", "20"), ("0.0", "0"), ("1E+1", "10")])
def test_short_text_loses_only_idle_zeros(number, shown) -> None:
    assert short_text(Decimal(number)) == shown


@given(
    facts=st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(sorted),
    k=st.sampled_from([0, 20, 500, 1000]),
    prior=st.integers(0, GRID),
)
def test_columns_of_rates_are_rounded_exactly_as_single_ones(facts, k, prior) -> None:
    above, below = facts
    (grid,) = grid_of_rates(np.array([above]), np.array([below]), k, np.array([prior]))
    expected = 0 if below + k == 0 else to_grid(shrink(above, below, k, Fraction(prior, GRID)))
    assert int(grid) == expected


@given(halves=st.integers(0, 1000), per=st.sampled_from([1, 60]), days=st.integers(1, 28))
def test_columns_of_counts_are_scaled_exactly(halves, per, days) -> None:
    (grid,) = grid_of_counts(np.array([halves / 2]), per, 28, np.array([days]))
    assert int(grid) == to_grid(Fraction(halves, 2) * 28 / (per * days))


def test_a_numerator_too_large_for_whole_numbers_is_refused() -> None:
    with pytest.raises(OverflowError):
        grid_of_rates(np.array([400_000_001]), np.array([10**10]), 0, np.array([0]))
