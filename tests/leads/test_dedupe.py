"""The ladder: a new lead, part of one we have, or the same click twice."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.kit.calendar import SHANGHAI
from cloudstore.leads.rules.dedupe import Answer, Arriving, Rung, Standing, climb
from cloudstore.leads.rules.states import CLOSED, LIVE, State

NOW = datetime(2026, 5, 20, 10, tzinfo=SHANGHAI)


def ago(**time):
    return NOW - timedelta(**time)


def arriving(**fields):
    return Arriving(NOW, "xinghe", **fields)


def standing(state, closed_at=None, **fields):
    fields = {"lead": "old", "brand": "xinghe", "created_at": ago(days=300)} | fields
    return Standing(state=State(state), closed_at=closed_at, **fields)


def test_the_first_word_of_a_customer_is_a_new_lead():
    verdict = climb(arriving(), [])
    assert (verdict.answer, verdict.rung, verdict.lead) == (Answer.CREATED, Rung.FIRST, None)


@pytest.mark.parametrize(("age", "answer"), [({"minutes": 5}, 2), ({"hours": 24}, 2), ({"hours": 24, "seconds": 1}, 1)])
def test_the_same_phone_through_the_same_widget_within_a_day_is_the_same_click(age, answer):
    assert climb(arriving(last_same_click=ago(**age)), [standing("assigned")]).answer == answer


@pytest.mark.parametrize("state", ["lost", "invalid", "delivered", "dormant"])
def test_the_same_click_is_a_duplicate_whatever_became_of_the_lead(state):
    verdict = climb(arriving(last_same_click=ago(hours=1)), [standing(state, ago(minutes=30))])
    assert (verdict.answer, verdict.lead, verdict.new_round) == (Answer.DUPLICATE, "old", False)


@pytest.mark.parametrize("state", sorted(LIVE))
def test_a_live_lead_of_any_age_takes_the_submission_in_without_a_new_deadline(state):
    verdict = climb(arriving(series="X7"), [standing(state, series=frozenset({"X5"}))])
    assert (verdict.answer, verdict.rung, verdict.lead) == (Answer.JOINED, Rung.LIVE_LEAD, "old")
    assert (verdict.new_round, verdict.add_series) == (False, "X7")


def test_a_series_the_lead_has_already_is_not_added():
    assert climb(arriving(series="X5"), [standing("assigned", series=frozenset({"X5"}))]).add_series == ""


@pytest.mark.parametrize("state", ["lost", "invalid", "dormant"])
@pytest.mark.parametrize(
    ("age", "answer", "rung"),
    [
        ({"days": 0}, 1, "reopened_within_30d"),
        ({"days": 30}, 1, "reopened_within_30d"),
        ({"days": 30, "seconds": 1}, 0, "closed_longer_than_30d"),
    ],
)
def test_a_closed_lead_is_opened_again_for_thirty_days(state, age, answer, rung):
    verdict = climb(arriving(), [standing(state, ago(**age))])
    assert (verdict.answer, verdict.rung, verdict.new_round) == (answer, rung, answer == 1)
    assert (verdict.lead, verdict.linked_to) == (("old", None) if answer else (None, "old"))


@pytest.mark.parametrize(
    ("tier", "other_store", "kept"),
    [
        ("S", False, True),
        ("C", False, True),
        ("D", False, False),
        ("A", True, False),
        ("N", False, True),
        ("", False, True),
    ],
)
def test_a_reopened_lead_stays_with_a_good_enough_dealer_unless_the_customer_wants_another(tier, other_store, kept):
    lead = standing("lost", ago(days=3), dealer="Z1", dealer_tier=tier)
    assert climb(arriving(other_store=other_store), [lead]).keep_owner is kept


@pytest.mark.parametrize("age", [{"hours": 25}, {"days": 5}, {"days": 400}])
def test_after_a_delivery_a_new_interest_is_a_new_lead_linked_to_the_old(age):
    verdict = climb(arriving(), [standing("delivered", ago(**age))])
    assert (verdict.answer, verdict.rung, verdict.linked_to) == (Answer.CREATED, Rung.AFTER_DELIVERY, "old")


def test_another_brand_of_the_group_knows_nothing():
    verdict = climb(arriving(), [standing("assigned", brand="qingtian")])
    assert (verdict.answer, verdict.rung, verdict.linked_to) == (Answer.CREATED, Rung.OTHER_BRAND, None)


@pytest.mark.parametrize(("sender", "tells"), [("Z2", True), ("Z1", False), ("", False)])
def test_what_another_dealer_sends_in_stays_with_the_owner_and_is_shown_to_the_car_maker(sender, tells):
    verdict = climb(arriving(dealer=sender), [standing("following", dealer="Z1", dealer_tier="D")])
    assert (verdict.answer, verdict.lead, verdict.keep_owner, verdict.tell_oem) == (Answer.JOINED, "old", True, tells)


def test_the_latest_closed_lead_decides_and_a_live_one_goes_before_it():
    lost = standing("lost", ago(days=40), lead="lost")
    fresh = standing("invalid", ago(days=2), lead="fresh")
    merged = standing("merged", ago(days=1), lead="merged")
    assert climb(arriving(), [fresh, lost, merged]).lead == "fresh"
    live = standing("assigned", lead="live", created_at=ago(days=200))
    newer = standing("assigned", lead="newer", created_at=ago(days=1))
    assert climb(arriving(), [fresh, newer, live]).lead == "live"


leads = st.builds(
    Standing,
    lead=st.integers(1, 9),
    brand=st.sampled_from(["xinghe", "qingtian"]),
    state=st.sampled_from(State),
    created_at=st.integers(100, 300).map(lambda days: ago(days=days)),
    closed_at=st.integers(0, 99).map(lambda days: ago(days=days)),
)


@given(st.lists(leads, max_size=5), st.none() | st.integers(0, 60).map(lambda hours: ago(hours=hours)), st.randoms())
def test_the_answer_is_one_of_three_and_does_not_hang_on_the_order_of_the_files(history, clicked, dice):
    verdict = climb(arriving(last_same_click=clicked), history)
    assert (verdict.lead is None) == (verdict.answer is Answer.CREATED)
    assert verdict.lead is None or any(lead.lead == verdict.lead and lead.brand == "xinghe" for lead in history)
    if any(lead.state in LIVE and lead.brand == "xinghe" for lead in history):
        assert verdict.answer is not Answer.CREATED
    if all(lead.state in CLOSED and lead.closed_at < ago(days=30) for lead in history) and clicked is None:
        assert verdict.answer is Answer.CREATED
    dice.shuffle(history)
    assert climb(arriving(last_same_click=clicked), history).answer is verdict.answer
