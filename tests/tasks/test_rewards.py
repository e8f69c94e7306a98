"""What a post earns: once, in order, up to the cap and the pool, and what becomes of it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cloudstore.gateway.models import Delivery
from media.models import Post
from tasks import services
from tasks.models import Accrual, Submission
from tasks.queries.ledger import available_fen, payable_fen, reserved_fen
from tests.tasks.conftest import (
    NOW,
    approved,
    goes_public,
    make_account,
    make_campaign,
    make_world,
    open_task,
    published,
)
from tests.tasks.test_ledger import recomputed, whole

DAY = timedelta(days=1)


def lines():
    return list(Accrual.objects.order_by("accrued_at", "pk").values_list("amount_fen", "state", "reason"))


@pytest.fixture
def assignment(world):
    return open_task(world).assignments.get(account=world.accounts[0])


@pytest.fixture(autouse=True)
def the_books_are_right_afterwards(db):
    yield
    for brand_id in set(Accrual.objects.values_list("dealer__brand", flat=True)):
        assert whole(brand_id) == 0
        assert all(
            value >= 0 for name, value in recomputed(brand_id).items() if not name.startswith(("FUNDING", "RECEIVABLE"))
        )


def test_a_public_post_earns_its_fee_at_once_and_holds_it_a_week(world, assignment):
    submission = published(assignment)
    assert submission.state == "published"
    assert lines() == [(8000, "held", "effective_post")]
    assert Accrual.objects.get().hold_until == NOW + 7 * DAY
    assert payable_fen(world.brand.pk, "SH01") == 8000
    services.settle(now=NOW + 6 * DAY)
    assert lines()[0][1] == "held"
    services.settle(now=NOW + 7 * DAY)
    assert lines()[0][1] == "payable"


def test_looking_again_pays_nothing_twice(assignment):
    submission = published(assignment)
    for _ in range(3):
        services.follow_assets(now=NOW)
        services.settle(now=NOW)
        services.accrue(submission_id=submission.pk, now=NOW)
    assert lines() == [(8000, "held", "effective_post")]


def test_six_posts_pay_four_hundred_yuan_and_the_sixth_line_says_why_not(world):
    make_account(world.dealers[0], "a3")
    task = open_task(world, cap_per_dealer=5)
    mine = task.assignments.filter(dealer=world.dealers[0]).order_by("created_at", "pk")
    for number, assignment in enumerate([*mine, *mine]):
        published(assignment, now=NOW + number * timedelta(minutes=1))
    assert sum(amount for amount, _, _ in lines()) == 40_000
    assert lines()[5] == (0, "capped", "cap_per_dealer")


def test_who_was_approved_first_comes_first_even_when_published_last(world):
    task = open_task(world, cap_per_dealer=1)
    one, two = task.assignments.filter(dealer=world.dealers[0]).order_by("account")
    early, late = approved(one, now=NOW), approved(two, now=NOW + timedelta(minutes=1))
    goes_public(late)
    services.follow_assets(now=NOW)
    assert lines() == [], "the last place belongs to the post that was approved earlier"
    goes_public(early)
    services.follow_assets(now=NOW)
    services.settle(now=NOW)
    assert Accrual.objects.get(submission=early).amount_fen == 8000
    assert Accrual.objects.get(submission=late).reason == "cap_per_dealer"


def test_a_post_that_never_comes_does_not_block_the_others(world):
    task = open_task(world, cap_per_dealer=1)
    one, two = task.assignments.filter(dealer=world.dealers[0]).order_by("account")
    early, late = approved(one, now=NOW), approved(two, now=NOW + timedelta(minutes=1))
    Delivery.objects.filter(key=f"douyin.publish:{early.post_id}").update(state="dead", cause="reauthorise")
    goes_public(late)
    services.follow_assets(now=NOW)
    assert Accrual.objects.get().submission == late


def test_a_short_budget_shows_as_lines_without_money(world):
    task = open_task(world, campaign=make_campaign(world, yuan=100))
    for number, assignment in enumerate(task.assignments.order_by("account")[:3]):
        published(assignment, now=NOW + number * DAY)
    assert lines() == [(8000, "held", "effective_post"), (2000, "held", "cut_to_budget"), (0, "capped", "no_budget")]


def test_money_that_comes_later_serves_later_posts(world):
    campaign = make_campaign(world, yuan=80)
    task = open_task(world, campaign=campaign)
    first, second = task.assignments.order_by("account")[:2]
    published(first)
    services.set_budget(campaign=campaign, budget_fen=16_000, now=NOW)
    published(second, now=NOW + DAY)
    assert lines()[1] == (8000, "held", "effective_post")
    assert (reserved_fen(task), available_fen(campaign)) == (0, 0)


def test_a_post_taken_down_before_payment_is_void_and_the_money_goes_back(world, assignment):
    submission = published(assignment)
    available = available_fen(assignment.task.campaign)
    Post.objects.filter(pk=submission.post_id).update(state="removed", removed_at=NOW + 2 * DAY)
    services.settle(now=NOW + 3 * DAY)
    assert lines() == [(8000, "void", "removed")]
    assert payable_fen(world.brand.pk, "SH01") == 0
    assert available_fen(assignment.task.campaign) == available + 8000
    assert services.settle(now=NOW + 3 * DAY)["moved"] == 0


def test_a_post_taken_down_after_payment_is_owed(world, assignment):
    submission = published(assignment)
    Accrual.objects.update(state="paid")
    Post.objects.filter(pk=submission.post_id).update(state="removed", removed_at=NOW + 20 * DAY)
    services.settle(now=NOW + 21 * DAY)
    assert lines() == [(8000, "clawed_back", "removed")]
    assert recomputed(world.brand.pk)["RECEIVABLE:SH01"] == -8000


@pytest.mark.parametrize(
    ("asset", "reason"), [({"duration_ms": 6_900}, "too_short"), ({"duration_ms": 7_000}, "effective_post")]
)
def test_seven_seconds_at_least(assignment, asset, reason):
    published(assignment, **asset)
    assert lines()[0][2] == reason


def test_the_same_clip_again_earns_nothing(assignment):
    published(assignment, phash="00ff00ff00ff00ff")
    published(assignment, phash="00ff00ff00ff00f0", now=NOW + DAY)
    assert lines() == [(8000, "held", "effective_post"), (0, "void", "near_duplicate")]


def test_a_closed_task_pays_what_was_under_way_and_then_gives_back_the_rest(world):
    task = open_task(world)
    submission = approved(task.assignments.get(account=world.accounts[0]))
    free = available_fen(task.campaign)
    services.close_task(task=task, now=NOW)
    assert reserved_fen(task) == 64_000, "a post is still on its way"
    goes_public(submission)
    services.follow_assets(now=NOW)
    services.settle(now=NOW + DAY)
    assert lines() == [(8000, "held", "effective_post")]
    assert (reserved_fen(task), available_fen(task.campaign)) == (0, free + 64_000 - 8000)


def test_a_task_without_a_reward_earns_nothing(world):
    task = open_task(world, fee_fen=0, campaign=None)
    published(task.assignments.first())
    services.settle(now=NOW)
    assert lines() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_pay_once():
    world = make_world()
    task = open_task(world, cap_per_dealer=1)
    submissions = [approved(row, now=NOW) for row in task.assignments.filter(dealer=world.dealers[0])]
    for submission in submissions:
        goes_public(submission)
    _in_two_threads(lambda: services.follow_assets(now=NOW))
    _in_two_threads(lambda: services.settle(now=NOW))
    assert sorted(amount for amount, _, _ in lines()) == [0, 8000]
    assert payable_fen(world.brand.pk, "SH01") == 8000
    assert Submission.objects.filter(state="published").count() == 2


def _in_two_threads(work):
    def run():
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
