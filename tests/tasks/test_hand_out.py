"""A task goes out to the accounts it is for: all of them, once, whatever happens meanwhile."""

import threading

import pytest
from django.db import connection

from cloudstore.queue.models import Job
from cloudstore.queue.performing import perform
from tasks import services
from tasks.jobs import hand_out as hand_out_job
from tasks.models import Assignment, MatrixTask
from tasks.queries.ledger import available_fen, reserved_fen
from tasks.services.hand_out import BATCH, NotReady
from tests.tasks.conftest import NOW, make_account, make_campaign, make_task, make_world, open_task

assert hand_out_job


def run_jobs(name):
    for job in Job.objects.filter(name=name, state="ready"):
        perform(job.pk)


def test_the_manager_hands_out_and_every_account_has_it_once(world):
    task = make_task(world)
    assert services.begin_hand_out(task=task, now=NOW)
    assert not services.begin_hand_out(task=task, now=NOW), "the second press is no second hand-out"
    assert Job.objects.filter(name="tasks.hand_out").count() == 1
    run_jobs("tasks.hand_out")
    task.refresh_from_db()
    assert task.state == "open"
    assert set(task.assignments.values_list("account_id", flat=True)) == {account.pk for account in world.accounts}
    assert services.hand_out(task_id=task.pk, now=NOW) == 0


def test_only_the_audience_gets_it(world):
    task = open_task(world, audience={"regions": [world.east.pk], "without": [world.dealers[1].pk]})
    assert {row.dealer_id for row in task.assignments.all()} == {world.dealers[0].pk}


def test_a_choice_of_regions_that_are_gone_is_nobody_not_everybody(world):
    task = make_task(world, audience={"regions": [999_999]})
    with pytest.raises(NotReady, match="no_accounts"):
        services.begin_hand_out(task=task, now=NOW)
    task.refresh_from_db()
    assert task.state == "draft"


def test_it_does_not_go_out_late_or_without_money_to_pay_with(world):
    with pytest.raises(NotReady, match="overdue"):
        services.begin_hand_out(task=make_task(world, due_at=NOW), now=NOW)
    with pytest.raises(NotReady, match="no_campaign"):
        services.begin_hand_out(task=make_task(world, campaign=None), now=NOW)


def test_the_money_is_set_aside_as_far_as_the_campaign_goes(world):
    task = open_task(world)
    # Three dealers with 4 + 2 + 2 posts asked for, ¥80 each.
    assert reserved_fen(task) == 8 * 8000
    second = open_task(world, campaign=make_campaign(world, yuan=100))
    assert (reserved_fen(second), available_fen(second.campaign)) == (10_000, 0)


def test_the_tier_bounds_what_is_asked(world):
    task = open_task(world, quota=9)
    assert {row.quota for row in task.assignments.all()} == {3}


def test_a_worker_killed_in_the_middle_leaves_nothing_double(world, monkeypatch):
    for number in range(BATCH + 30):
        make_account(world.dealers[2], f"more_{number}")
    task = make_task(world)
    services.begin_hand_out(task=task, now=NOW)
    with pytest.raises(KeyboardInterrupt):
        _hand_out_and_die_after_one_batch(task, monkeypatch)
    assert Assignment.objects.filter(task=task).count() == BATCH
    assert MatrixTask.objects.get(pk=task.pk).state == "handing_out"
    monkeypatch.undo()
    assert services.hand_out(task_id=task.pk, now=NOW) == 34
    assert Assignment.objects.filter(task=task).count() == BATCH + 34
    assert MatrixTask.objects.get(pk=task.pk).state == "open"


def _hand_out_and_die_after_one_batch(task, monkeypatch):
    """The process dies between two transactions: the second batch never begins."""
    module = services.hand_out.__globals__
    write, written = module["_write_batch"], []

    def once(*arguments):
        if written:
            raise KeyboardInterrupt
        written.append(write(*arguments))

    monkeypatch.setitem(module, "_write_batch", once)
    services.hand_out(task_id=task.pk, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_hand_out_once():
    world = make_world()
    task = make_task(world)
    services.begin_hand_out(task=task, now=NOW)

    def work():
        try:
            services.hand_out(task_id=task.pk, now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Assignment.objects.filter(task=task).count() == 4
    assert reserved_fen(task) == 8 * 8000


def test_closing_gives_back_what_nobody_earned(world):
    task = open_task(world)
    before = available_fen(task.campaign)
    assert services.close_task(task=task, now=NOW)
    assert not services.close_task(task=task, now=NOW)
    assert available_fen(task.campaign) == before + 64_000
    assert set(task.assignments.values_list("state", flat=True)) == {"cancelled"}


def test_a_budget_can_be_raised_and_lowered_to_what_is_promised(world):
    task = open_task(world)
    assert services.set_budget(campaign=task.campaign, budget_fen=2_000_000, now=NOW) == 2_000_000
    assert services.set_budget(campaign=task.campaign, budget_fen=0, now=NOW) == 64_000
    assert available_fen(task.campaign) == 0
