"""The worked grade of the design: twelve dealers, one peer group, every printed number."""

from decimal import Decimal
from fractions import Fraction

import pytest

from cloudstore.grading.rules.rehearsal import rehearse
from tests.grading.cast import KEYS, TWELVE, document, graded

# The design prints D01, D02, D04, D05 and D12; the others follow from its formulas in exact fractions.
EXPECTED = {
    "D01": ("95.35", "S"),
    "D02": ("88.35", "S"),
    "D03": ("83.12", "A"),
    "D04": ("76.57", "A"),
    "D05": ("70.64", "B"),
    "D06": ("64.16", "B"),
    "D07": ("58.24", "C"),
    "D08": ("52.98", "C"),
    "D09": ("45.82", "C"),
    "D10": ("38.04", "D"),
    "D11": ("26.22", "D"),
    "D12": ("9.02", "D"),
}
D05_IN_FULL = {
    "effective_posts": ("72.50", "62.50", "68.50", "8.220"),
    "video_ctr": ("73.57", "62.50", "69.14", "6.914"),
    "live_days": ("76.67", "62.50", "71.00", "8.520"),
    "live_hours": ("74.29", "62.50", "69.57", "9.044"),
    "live_lead_rate": ("75.00", "62.50", "70.00", "10.500"),
    "dm_reply_3m": ("80.00", "62.50", "73.00", "8.760"),
    "followup_sla": ("75.00", "62.50", "70.00", "9.800"),
    "valid_lead_rate": ("81.67", "62.50", "74.00", "8.880"),
}


@pytest.fixture(scope="module")
def twelve() -> dict:
    return graded()


@pytest.mark.parametrize("name", EXPECTED)
def test_score_and_raw_tier_of_each_dealer(twelve, name) -> None:
    assert (twelve[name]["score"], twelve[name]["raw_tier"]) == EXPECTED[name]
    assert twelve[name]["smoothed"] == twelve[name]["score"]


@pytest.mark.parametrize("key", KEYS)
def test_the_fifth_dealer_in_full(twelve, key) -> None:
    cell = twelve["D05"]["indicators"][key]
    assert tuple(cell[name] for name in ("absolute", "relative", "score", "contribution")) == D05_IN_FULL[key]
    assert cell["status"] == "ok"


def test_contributions_add_up_to_the_score(twelve) -> None:
    for dealer in twelve.values():
        parts = sum(Decimal(cell["contribution"]) for cell in dealer["indicators"].values())
        assert abs(parts - Decimal(dealer["score"])) < Decimal("0.01")


def test_two_dealers_with_twelve_posts_share_their_ranks(twelve) -> None:
    """Four post less, two the same: 100 · (4 + ½ · 2) / 12. Half a place for a tie, as in the percentile's formula."""
    shares = [twelve[name]["indicators"]["effective_posts"]["relative"] for name in ("D07", "D08")]
    assert shares == ["41.67", "41.67"]


def test_with_a_past_of_66_the_fifth_dealer_is_smoothed_to_69_25() -> None:
    found = graded({"D05": {"previous": {"score": 66.0, "tier": "B"}}})["D05"]
    assert (found["score"], found["smoothed"], found["raw_tier"], found["tier"]) == ("70.64", "69.25", "B", "B")


def test_in_a_small_brand_absolute_points_decide_alone() -> None:
    assert graded(absolute_only=True)["D05"]["score"] == "76.06"
    eleven = document()
    eleven["dealers"] = eleven["dealers"][1:]
    by_name = {dealer["id"]: dealer for dealer in rehearse(eleven)["dealers"]}
    assert by_name["D05"]["score"] == "76.06"
    assert by_name["D05"]["indicators"]["live_days"]["relative"] is None


def test_without_messages_the_other_weights_carry_the_score() -> None:
    found = graded({"D05": {"excluded": {"dm_reply_3m": "no_base"}}})["D05"]
    assert (found["score"], found["tier"]) == ("70.32", "B")
    assert found["indicators"]["dm_reply_3m"] == {
        "absolute": None,
        "relative": None,
        "score": None,
        "contribution": None,
        "status": "no_base",
    }


def test_who_never_goes_live_gets_nothing_for_three_indicators_and_is_told_so() -> None:
    idle = ["live_days", "live_hours", "live_lead_rate"]
    found = graded({"D12": {"inactive": idle}})["D12"]
    for key in idle:
        cell = found["indicators"][key]
        assert (cell["absolute"], cell["score"], cell["contribution"]) == ("0.00", "0.00", "0.000")
        assert cell["status"] == "inactive"
    assert found["families"]["account"] == "0.00"
    assert Decimal(found["score"]) < Decimal("9.02")


def test_an_inactive_dealer_still_stands_last_in_the_ranking_of_the_others() -> None:
    plain, changed = graded(), graded({"D12": {"inactive": ["live_days", "live_hours", "live_lead_rate"]}})
    for name in list(TWELVE)[:-1]:
        assert changed[name]["score"] == plain[name]["score"]


def test_family_scores_are_means_by_weight(twelve) -> None:
    cells = twelve["D05"]["indicators"]
    content = (12 * Fraction("68.50") + 10 * Fraction(484, 7)) / 22
    assert Decimal(twelve["D05"]["families"]["content"]) == round(Decimal(float(content)), 2)
    assert set(twelve["D05"]["families"]) == {"content", "account", "operation"}
    assert cells["live_days"]["score"] == "71.00"
