"""Zero or missing: each row of the table, played on a whole network."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from cloudstore.grading.indicators.scheme import read_scheme
from cloudstore.grading.rules.grading import NetworkGrades, Past, grade
from cloudstore.grading.rules.missing import Status, unauthorised
from cloudstore.grading.rules.tiers import Standing, Tier
from cloudstore.grading.rules.window import WindowFacts, sheet_of
from tests.grading.cast import KEYS, SCHEME, network

SIZE = 48
PAST = {"dealer-00000": Past(Decimal("80.123456"), Standing(Tier.A, 1, 0))}


def changed(facts: WindowFacts, **columns: int) -> WindowFacts:
    """The same network in which the first dealer has these totals."""
    totals = {name: column.copy() for name, column in facts.totals.items()}
    for name, value in columns.items():
        totals[name][0] = value
    return WindowFacts(**{**vars(facts), "totals": totals})


def with_days(facts: WindowFacts, field: str, source: str | None, days: int | bool) -> WindowFacts:
    """The same network in which the first dealer has these days (or this lapse)."""
    value = getattr(facts, field)
    if source is None:
        column = value.copy()
        column[0] = days
        return WindowFacts(**{**vars(facts), field: column})
    columns = {name: column.copy() for name, column in value.items()}
    columns[source][0] = days
    return WindowFacts(**{**vars(facts), field: columns})


def run(facts: WindowFacts, past: dict[str, Past] | None = None) -> NetworkGrades:
    return grade(SCHEME, sheet_of(SCHEME, facts), past)


def first_marks(found: NetworkGrades) -> dict:
    return {mark.key: mark for mark in found.marks()[0]}


def test_no_live_at_all_is_zero_for_three_indicators() -> None:
    none = {"live_days": 0, "live_minutes_capped": 0, "live_viewers_u": 0, "live_widget_leads_valid": 0}
    marks = first_marks(run(changed(network(SIZE), **none)))
    for key in ("live_days", "live_hours", "live_lead_rate"):
        assert (marks[key].status, marks[key].score, marks[key].contribution) == ("inactive", 0, 0)
    assert marks["video_ctr"].status == "ok"


def test_no_posts_is_zero_for_posts_and_click_rate() -> None:
    marks = first_marks(run(changed(network(SIZE), posts_effective=0, comp_impr=0, comp_clicks=0)))
    assert {key: mark.status for key, mark in marks.items() if mark.score == 0} == {
        "effective_posts": "inactive",
        "video_ctr": "inactive",
    }


def test_posts_that_nobody_was_shown_have_no_base_for_a_click_rate() -> None:
    marks = first_marks(run(changed(network(SIZE), posts_effective=9, comp_impr=0, comp_clicks=0)))
    assert (marks["effective_posts"].status, marks["video_ctr"].status) == ("ok", "no_base")


@pytest.mark.parametrize(
    ("totals", "key"),
    [
        ({"dm_sessions": 0, "dm_reply_ok": 0}, "dm_reply_3m"),
        ({"leads_assigned_due": 0, "leads_followed_in_sla": 0}, "followup_sla"),
        ({"leads_matured": 0, "leads_valid": 0}, "valid_lead_rate"),
    ],
)
def test_no_demand_is_left_out_and_the_rest_weighs_more(totals, key) -> None:
    found = run(changed(network(SIZE), **totals))
    marks = first_marks(found)
    assert (marks[key].status, marks[key].score, marks[key].value) == ("no_base", None, None)
    parts = [mark.contribution for mark in marks.values() if mark.contribution is not None]
    assert len(parts) == 7
    assert abs(sum(parts) - found.dealers[0].score) < Decimal("0.01")
    assert found.dealers[0].tier.rated
    assert not found.dealers[0].partial


def test_a_lapse_of_the_dealers_own_costs_everything_the_source_feeds() -> None:
    marks = first_marks(run(with_days(network(SIZE), "lapsed", "live", True)))
    zero = {key for key, mark in marks.items() if mark.status == "unauthorised"}
    assert zero == {"live_days", "live_hours", "live_lead_rate"}
    assert {marks[key].score for key in zero} == {0}


@pytest.mark.parametrize(
    ("expired_on", "notified", "costs"),
    [
        (None, True, False),
        (date(2026, 3, 1), True, False),
        (date(2026, 2, 28), True, True),
        (date(2026, 2, 1), False, False),
    ],
)
def test_a_lapse_costs_after_seven_days_and_a_notice(expired_on, notified, costs) -> None:
    assert unauthorised(expired_on, notified, date(2026, 3, 8)) is costs


@pytest.mark.parametrize(("days", "status"), [(5, "ok"), (6, "no_data")])
def test_our_own_missing_days_leave_it_out_beyond_a_fifth_of_the_window(days, status) -> None:
    found = run(with_days(network(SIZE), "missing_days", "dm", days))
    assert first_marks(found)["dm_reply_3m"].status == status
    assert found.dealers[0].partial is (status == "no_data")


def test_without_a_quarter_of_the_weight_no_tier_is_published_and_the_old_one_is_kept() -> None:
    found = run(with_days(network(SIZE), "missing_days", "leads", 10), PAST).dealers[0]
    assert (found.tier, found.policy_tier, found.standing) == (Tier.U, Tier.A, Standing(Tier.A, 1, 0))
    assert found.carried == Decimal("80.123456")
    assert found.past() == PAST["dealer-00000"]


def test_exactly_a_quarter_may_be_missing() -> None:
    """Posts and click rate weigh 22, messages and follow-up 26; a follow-up of 13 makes 25."""
    assert run(with_days(network(SIZE), "missing_days", "posts", 10)).dealers[0].tier.rated
    both = changed(network(SIZE), dm_sessions=0, dm_reply_ok=0, leads_assigned_due=0, leads_followed_in_sla=0)
    assert run(both).dealers[0].tier is Tier.U
    draft = SCHEME.to_document()
    draft["indicators"][6]["weight"], draft["indicators"][7]["weight"] = 13, 13
    scheme = read_scheme(draft)
    assert grade(scheme, sheet_of(scheme, both)).dealers[0].tier.rated


def test_a_new_dealer_is_n_with_counts_scaled_for_a_preview_and_moves_nobody() -> None:
    plain = run(network(SIZE))
    found = run(with_days(network(SIZE), "active_days", None, 14))
    assert (found.dealers[0].tier, found.dealers[0].standing, found.dealers[0].policy_tier) == (Tier.N, None, None)
    assert first_marks(found)["effective_posts"].value == 2 * first_marks(plain)["effective_posts"].value
    assert first_marks(found)["dm_reply_3m"].raw == first_marks(plain)["dm_reply_3m"].raw
    assert found.dealers[0].past() is None


@pytest.mark.parametrize(("leave", "tier_is_published"), [(7, True), (13, True), (14, False)])
def test_leave_is_taken_out_of_the_window_up_to_thirteen_days(leave, tier_is_published) -> None:
    plain, found = run(network(SIZE)), run(with_days(network(SIZE), "leave_days", None, leave))
    assert found.dealers[0].tier.rated is tier_is_published
    expected = first_marks(plain)["live_days"].value * 28 / (28 - leave)
    assert abs(first_marks(found)["live_days"].value - expected) < Decimal("0.000001")


def test_a_closed_dealer_on_leave_all_month_does_not_divide_by_nothing() -> None:
    found = run(with_days(network(SIZE), "leave_days", None, 28))
    assert found.dealers[0].tier is Tier.U


def test_status_words_are_those_of_the_table() -> None:
    assert [status.code for status in Status] == ["ok", "inactive", "unauthorised", "no_base", "no_data"]
    assert [status.excluded for status in Status] == [False, False, False, True, True]
    assert [status.zero for status in Status] == [False, True, True, False, False]


def test_a_whole_network_without_any_data_is_unrated_not_broken() -> None:
    nothing = {name: np.zeros(SIZE) for name in network(SIZE).totals}
    found = run(network(SIZE, **nothing))
    assert {one.tier for one in found.dealers} == {Tier.U}
    assert len(KEYS) == len(found.marks()[0])
