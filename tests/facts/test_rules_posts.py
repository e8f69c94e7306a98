"""Effective posts: short, copied, deleted and one-too-many videos do not count."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from cloudstore.facts.rules.days import ZONE
from cloudstore.facts.rules.posts import PublishedPost, Review, Verdict, count_posts, distance, per_account_day

NOON = datetime(2026, 3, 2, 12, tzinfo=ZONE)
LATER = NOON + timedelta(days=40)
HASH = 0xF0F0_F0F0_F0F0_F0F0


def post(
    name: str = "p1", after: timedelta = timedelta(0), account: str = "a1", seconds: str = "15", **facts
) -> PublishedPost:
    return PublishedPost(name, account, NOON + after, Decimal(seconds), **facts)


def verdicts(*posts: PublishedPost, as_of: datetime = LATER) -> list[str]:
    return [one.verdict.value for one in count_posts(posts, as_of)]


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("story", "one", "expected"),
    [
        ("approved and still public", post(), "effective"),
        ("checked afterwards, not rejected", post(review=Review.POST_CHECK), "effective"),
        ("rejected", post(review=Review.REJECTED), "not_approved"),
        ("still waiting for its review", post(review=Review.PENDING), "not_approved"),
        ("seven seconds", post(seconds="7"), "effective"),
        ("a hair less", post(seconds="6.99"), "too_short"),
        ("gone within three days", post(removed_at=NOON + hours(71.99)), "removed_early"),
        ("gone after the count: the point is given back", post(removed_at=NOON + hours(72)), "removed_after_count"),
        ("gone a month later: it has done its work", post(removed_at=NOON + timedelta(days=30)), "effective"),
        ("will go tomorrow, which nobody knows yet", post(removed_at=LATER + hours(1)), "effective"),
    ],
)
def test_one_post_alone(story, one, expected) -> None:
    assert verdicts(one) == [expected], story


@pytest.mark.parametrize(("age", "expected"), [(0, "provisional"), (71.9, "provisional"), (72, "effective")])
def test_a_young_post_counts_for_now(age, expected) -> None:
    (found,) = count_posts([post()], NOON + hours(age))
    assert (found.verdict, found.weight) == (Verdict(expected), 1)


def test_what_is_not_published_yet_is_not_judged() -> None:
    assert verdicts(post(), as_of=NOON - hours(1)) == []


@pytest.mark.parametrize(("bits", "expected"), [(0, "near_duplicate"), (6, "near_duplicate"), (7, "effective")])
def test_a_copy_is_known_by_its_picture(bits, expected) -> None:
    flipped = HASH ^ ((1 << bits) - 1)
    assert distance(HASH, flipped) == bits
    assert verdicts(post(phash=HASH), post("p2", hours(48), phash=flipped)) == ["effective", expected]


def test_a_copy_on_another_account_of_the_dealer_is_a_copy_too() -> None:
    assert verdicts(post(phash=HASH), post("p2", hours(1), account="a2", phash=HASH)) == ["effective", "near_duplicate"]


@pytest.mark.parametrize(("days", "expected"), [(90, "near_duplicate"), (91, "effective")])
def test_after_ninety_days_a_video_may_be_told_again(days, expected) -> None:
    again = post("p2", timedelta(days=days), phash=HASH)
    assert verdicts(post(phash=HASH), again, as_of=NOON + timedelta(days=200))[1] == expected


def test_a_removed_video_may_be_posted_again() -> None:
    first = post(phash=HASH, removed_at=NOON + hours(1))
    assert verdicts(first, post("p2", hours(2), phash=HASH)) == ["removed_early", "effective"]


def test_a_copy_of_a_copy_does_not_start_a_new_line() -> None:
    drift = [HASH, HASH ^ 0b111111, HASH ^ 0b111111_111111]
    posts = [post(f"p{at}", timedelta(days=at), phash=picture) for at, picture in enumerate(drift)]
    assert verdicts(*posts) == ["effective", "near_duplicate", "effective"]


def test_pictures_that_are_not_known_yet_are_no_copies() -> None:
    assert verdicts(post(), post("p2", hours(1), phash=HASH), post("p3", hours(2))) == ["effective"] * 3


def test_three_a_day_and_account_count() -> None:
    four = [post(f"p{at}", hours(at)) for at in range(4)]
    assert verdicts(*four, post("q1", hours(5), account="a2")) == ["effective"] * 3 + ["day_cap", "effective"]
    next_day = post("p9", hours(13))
    assert verdicts(*four, next_day)[-1] == "effective"


def test_what_does_not_count_takes_no_place_of_the_three() -> None:
    short = [post(f"s{at}", hours(at / 10), seconds="3") for at in range(3)]
    assert verdicts(*short, post("p1", hours(1)))[-1] == "effective"


def test_verbatim_material_of_the_brand_counts_half() -> None:
    counts = count_posts([post(verbatim=True), post("p2", hours(1)), post("p3", hours(1), seconds="2")], LATER)
    assert [one.weight for one in counts] == [Decimal("0.5"), 1, 0]
    assert per_account_day(counts) == {("a1", NOON.date()): Decimal("1.5")}


def test_days_end_at_local_midnight() -> None:
    late, next_day = post("p1", hours(11.99)), post("p2", hours(12))
    assert [one.day.day for one in count_posts([late, next_day], LATER)] == [2, 3]
