"""Valid leads: reachable, first of their kind, and not ruled out by somebody whose word counts."""

from datetime import datetime, timedelta

import pytest

from cloudstore.facts.rules.days import ZONE
from cloudstore.facts.rules.leads import (
    DealerMark,
    LeadFacts,
    Ruling,
    is_matured,
    is_valid,
    no_answer_is_proven,
    verdict,
)

CREATED = datetime(2026, 3, 2, 10, tzinfo=ZONE)
LATER = CREATED + timedelta(days=5)


def calls(*days: int) -> tuple[datetime, ...]:
    return tuple(CREATED + timedelta(days=day, hours=at) for at, day in enumerate(days))


def lead(**facts) -> LeadFacts:
    return LeadFacts(CREATED, **facts)


@pytest.mark.parametrize(
    ("story", "one", "expected"),
    [
        ("reachable", lead(), "valid"),
        ("number of the wrong shape", lead(format_ok=False), "unreachable"),
        ("on the blacklist", lead(blacklisted=True), "unreachable"),
        ("a number known to be empty", lead(empty_number=True), "unreachable"),
        ("seen before", lead(duplicate=True), "duplicate"),
        ("ruled invalid", lead(ruling=Ruling.INVALID), "adjudicated"),
        ("ruled valid though the dealer says no", lead(ruling=Ruling.VALID, mark=DealerMark.INVALID), "valid"),
        ("a duplicate stays one whatever the ruling", lead(ruling=Ruling.VALID, duplicate=True), "duplicate"),
        ("the dealer's bare word", lead(mark=DealerMark.INVALID), "valid"),
        (
            "the dealer's word, confirmed by a sample",
            lead(mark=DealerMark.INVALID, sample_agrees=True),
            "confirmed_by_sample",
        ),
        ("a sample without any mark changes nothing", lead(sample_agrees=True), "valid"),
        (
            "no answer, three calls on two days",
            lead(mark=DealerMark.NO_ANSWER, call_records=calls(0, 0, 1)),
            "proven_no_answer",
        ),
        ("no answer, three calls on one day", lead(mark=DealerMark.NO_ANSWER, call_records=calls(0, 0, 0)), "valid"),
        ("no answer, two calls", lead(mark=DealerMark.NO_ANSWER, call_records=calls(0, 1)), "valid"),
        (
            "calls prove no answer, not other faults",
            lead(mark=DealerMark.INVALID, call_records=calls(0, 1, 2)),
            "valid",
        ),
    ],
)
def test_a_matured_lead(story, one, expected) -> None:
    assert verdict(one, LATER).value == expected, story
    assert is_matured(one, LATER)
    assert is_valid(one, LATER) is (expected == "valid")


@pytest.mark.parametrize(("hours", "matured"), [(71.99, False), (72, True)])
def test_a_lead_matures_after_three_days(hours, matured) -> None:
    moment = CREATED + timedelta(hours=hours)
    assert (is_matured(lead(), moment), is_valid(lead(), moment)) == (matured, matured)


@pytest.mark.parametrize("ruling", [Ruling.VALID, Ruling.INVALID])
def test_a_ruling_matures_it_at_once(ruling) -> None:
    assert is_matured(lead(ruling=ruling), CREATED)


def test_days_of_proof_are_local_days() -> None:
    evening = CREATED.replace(hour=23, minute=50)
    assert no_answer_is_proven([evening, evening, evening + timedelta(minutes=20)])
    assert not no_answer_is_proven([evening - timedelta(hours=20), evening, evening])
