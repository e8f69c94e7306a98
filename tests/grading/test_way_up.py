"""What moves a dealer up: single levers, a plan, and the proof by scoring again."""

from decimal import Decimal
from fractions import Fraction

import pytest

from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.grading.rules.grading import grade
from cloudstore.grading.rules.paper import paper_sheet
from cloudstore.grading.rules.rehearsal import rehearse
from cloudstore.grading.rules.rounding import text
from cloudstore.grading.rules.scoring import score_sheet
from cloudstore.grading.rules.sheet import rank
from cloudstore.grading.rules.tiers import Tier
from cloudstore.grading.rules.way_up import By, Outlook, climb_of, needed_score, plan_to, way_up
from cloudstore.grading.rules.window import sheet_of
from tests.grading.cast import KEYS, SCHEME, TWELVE, document, graded, network, values_of

D04 = {"D04": {"previous": {"score": 74.0, "tier": "B"}, "target": "A", "by": "at_once"}}
D05 = {"D05": {"previous": {"score": 66.0, "tier": "B"}, "target": "A", "by": "two_runs"}}


def score_with(name: str, **moved: str) -> Decimal:
    """The dealer's score when some of its values are moved and its peers stay."""
    return Decimal(graded({name: {"values": values_of(name, **moved)}})[name]["score"])


def test_the_fourth_dealer_needs_78_29_to_be_a_at_once() -> None:
    way = graded(D04)["D04"]["way_up"]
    assert (way["target"], way["needed_score"]) == ("A", "78.29")
    assert text(needed_score(SCHEME, Tier.A, By.AT_ONCE, Decimal(74)), 3) == "78.286"
    assert way["single"]["effective_posts"] == "24"
    assert way["single"]["dm_reply_3m"] == "0.924"
    assert way["single"]["followup_sla"] == "0.932"


@pytest.mark.parametrize("key", KEYS)
def test_each_single_value_suffices_and_the_next_smaller_does_not(key) -> None:
    found = graded(D04)["D04"]["way_up"]["single"][key]
    smaller = Decimal(found) - Decimal(1).scaleb(-INDICATORS[key].lever.decimals)
    assert score_with("D04", **{key: found}) >= Decimal("78.29")
    assert score_with("D04", **{key: str(smaller)}) < Decimal("78.29")


def test_no_single_lever_lifts_the_fifth_dealer_and_the_card_says_what_each_would_bring() -> None:
    way = graded(D05)["D05"]["way_up"]
    assert way["needed_score"] == "78.86"
    assert set(way["single"].values()) == {None}
    assert way["gain"]["effective_posts"] == "3.58"
    assert way["gain"]["live_lead_rate"] == "4.25"
    assert way["gain"]["dm_reply_3m"] == "3.04"


def test_the_fifth_dealers_plan() -> None:
    way = graded(D05)["D05"]["way_up"]
    assert way["plan"] == [
        ["followup_sla", "0.98"],
        ["valid_lead_rate", "0.79"],
        ["live_days", "18"],
        ["dm_reply_3m", "0.87"],
        ["effective_posts", "17"],
    ]
    assert way["plan_score"] == "78.93"
    assert score_with("D05", **dict(way["plan"])) == Decimal("78.93")


def test_at_once_the_fifth_dealer_would_need_81_71() -> None:
    for by in ({"by": "at_once"}, {}):
        changes = {"previous": {"score": 66.0, "tier": "B"}, "target": "A", **by}
        assert graded({"D05": changes})["D05"]["way_up"]["needed_score"] == "81.71"
    assert text(needed_score(SCHEME, Tier.A, By.TWO_RUNS, Decimal(66)), 3) == "78.857"
    assert text(needed_score(SCHEME, Tier.A, By.AT_ONCE, Decimal(66)), 3) == "81.714"


def test_to_hold_75_the_fifth_dealer_needs_valid_75_and_sla_97() -> None:
    sheet = paper_sheet(SCHEME, document())
    climb = climb_of(SCHEME, sheet, rank(sheet), row=list(TWELVE).index("D05"))
    plan, reached = plan_to(climb, Fraction(75))
    assert dict(plan) == {"valid_lead_rate": Decimal("0.75"), "followup_sla": Decimal("0.97")}
    assert text(reached, 2) == "75.09"


def test_an_indicator_under_an_open_flag_is_never_suggested() -> None:
    way = graded({"D05": {**D05["D05"], "guarded": ["followup_sla", "dm_reply_3m"]}})["D05"]["way_up"]
    assert way["single"]["followup_sla"] is None
    assert "followup_sla" not in way["gain"]
    assert not {"followup_sla", "dm_reply_3m"} & {key for key, _ in way["plan"]}
    assert Decimal(way["plan_score"]) >= Decimal("78.86")


def test_what_is_left_out_is_no_lever() -> None:
    way = graded({"D05": {**D05["D05"], "excluded": {"dm_reply_3m": "no_base"}}})["D05"]["way_up"]
    assert way["single"]["dm_reply_3m"] is None
    assert "dm_reply_3m" not in dict(way["plan"])


def test_an_inactive_indicator_can_be_taken_up() -> None:
    way = graded({"D05": {**D05["D05"], "inactive": ["live_lead_rate"]}})["D05"]["way_up"]
    assert "live_lead_rate" in dict(way["plan"])


def test_the_top_has_no_way_up_and_a_reached_goal_an_empty_plan() -> None:
    assert graded()["D01"]["way_up"] is None
    way = graded({"D01": {"target": "A"}})["D01"]["way_up"]
    assert (way["plan"], way["plan_score"]) == ([], "95.35")
    assert way["single"]["effective_posts"] == "26"


def test_out_of_reach_the_plan_goes_as_far_as_it_can() -> None:
    way = graded({"D12": {"previous": {"score": 0, "tier": "D"}, "target": "S"}})["D12"]["way_up"]
    assert Decimal(way["needed_score"]) > 100
    assert Decimal(way["plan_score"]) > Decimal("97")
    assert set(way["single"].values()) == {None}


def test_the_next_tier_is_the_target_when_none_is_named() -> None:
    found = graded()
    assert [found[name]["way_up"]["target"] for name in ("D03", "D05", "D08", "D11")] == ["S", "A", "B", "C"]


def test_every_plan_of_a_network_is_confirmed_by_scoring_again() -> None:
    sheet = sheet_of(SCHEME, network(48))
    scores = score_sheet(SCHEME, sheet)
    rated = grade(SCHEME, sheet)
    for row in range(0, 48, 5):
        target = rated.dealers[row].standing.tier.above
        if target is None:
            continue
        climb = climb_of(SCHEME, sheet, scores.ranks, row)
        assert climb.score({}) == scores.exact(row).score
        way = way_up(climb, target, needed_score(SCHEME, target, By.AT_ONCE, rated.dealers[row].carried))
        units = {key: int(value * 10**10) for key, value in way.plan}
        assert climb.score(units) == way.reached
        assert way.reached >= way.needed or all(one.outlook is not Outlook.ENOUGH for one in way.singles)


def test_a_dealer_of_whom_nothing_counts_has_no_way_to_show() -> None:
    everything = dict.fromkeys(KEYS, "no_data")
    found = rehearse(document({"D05": {"excluded": everything}}))["dealers"][4]
    assert (found["score"], found["smoothed"], found["tier"], found["way_up"]) == (None, None, "U", None)
