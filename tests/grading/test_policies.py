"""What a tier is worth elsewhere, and the two axes on which dealers are seen."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest

from cloudstore.grading.rules.axes import Quadrant, quadrant, yield_index
from cloudstore.grading.rules.policies import default_policies, read_policies
from cloudstore.grading.rules.tiers import Tier
from cloudstore.kit.rehearsal import BadDocument


@pytest.mark.parametrize(
    ("tier", "boost", "dispatch", "first_round", "quota", "course", "merit"),
    [
        ("S", "1.30", "1.0", 1, 5, False, True),
        ("A", "1.15", "0.8", 1, 4, False, True),
        ("B", "1.00", "0.6", 1, 3, False, True),
        ("C", "0.80", "0.4", 1, 3, False, True),
        ("D", "0", "0.2", 2, 2, True, False),
    ],
)
def test_the_default_policy_of_each_tier(tier, boost, dispatch, first_round, quota, course, merit) -> None:
    one = default_policies().of(Tier(tier))
    assert (one.boost, one.dispatch) == (Decimal(boost), Decimal(dispatch))
    assert (one.dispatch_from_round, one.tasks_per_week, one.course, one.merit) == (first_round, quota, course, merit)


@pytest.mark.parametrize(
    ("tier", "rejected", "submitted", "passes"),
    [("S", 0, 10, True), ("A", 1, 51, True), ("A", 1, 50, False), ("B", 0, 100, False), ("S", 0, 0, False)],
)
def test_routine_posts_of_the_reliable_pass_by_themselves(tier, rejected, submitted, passes) -> None:
    assert default_policies().of(Tier(tier)).auto_approves(rejected, submitted) is passes


def test_who_was_never_rated_is_neither_favoured_nor_left_out() -> None:
    policies = default_policies()
    assert policies.of(None) == policies.of(Tier.N) == policies.of(Tier.C)


def test_policies_survive_the_way_through_json_and_bad_ones_are_refused() -> None:
    draft = json.loads(json.dumps(default_policies().to_document()))
    assert read_policies(draft) == default_policies()
    draft["tiers"]["D"]["dispatch"] = 1.2
    with pytest.raises(BadDocument, match=r"tiers\.D\.dispatch: out of range"):
        read_policies(draft)
    del draft["tiers"]["D"]
    with pytest.raises(BadDocument, match=r"tiers\.D: missing"):
        read_policies(draft)


def test_yield_is_measured_against_the_median_of_the_peers() -> None:
    assert yield_index(30, [10, 20, 30]) == 150
    assert yield_index(5, [5, 10, 15, 20]) == 40
    assert yield_index(Decimal("12.5"), [0, 0, 12]) is None
    assert yield_index(1, []) is None


@pytest.mark.parametrize(
    ("score", "yields", "where"),
    [
        ("80", 120, Quadrant.STAR),
        ("75", 100, Quadrant.STAR),
        ("80", 99, Quadrant.BOOST),
        ("74.99", 100, Quadrant.WINDFALL),
        ("40", 20, Quadrant.RESCUE),
    ],
)
def test_four_quadrants(score, yields, where) -> None:
    assert quadrant(Decimal(score), Fraction(yields), Decimal(75)) is where
