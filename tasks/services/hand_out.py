"""A task goes out: one assignment per account, however often it is asked for and wherever a worker is killed."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from cloudstore.network.models import Account
from cloudstore.queue.services import enqueue, pulse
from tasks.models import Assignment, MatrixTask
from tasks.queries.audience import selection_for
from tasks.queries.ledger import available_fen
from tasks.rules.money import Place, Step
from tasks.rules.quota import quota_for
from tasks.rules.rewards import most_possible
from tasks.rules.states import TO_DO, TaskState
from tasks.services.ledger import post

#: Assignments written in one transaction: small enough that a progress bar moves, large enough to be quick.
BATCH = 200


class NotReady(Exception):
    """The task cannot go out yet; `code` says why: `no_accounts`, `overdue`, `no_campaign`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin_hand_out(*, task: MatrixTask, now: datetime) -> bool:
    """Freeze the audience, reserve the money, ask for the work. Returns False when it is already under way or done.

    Raises `NotReady`.
    """
    with transaction.atomic():
        row = MatrixTask.objects.select_for_update().get(pk=task.pk)
        if row.state != TaskState.DRAFT:
            return False
        if row.due_at <= now:
            raise NotReady("overdue")
        chosen = selection_for(row).chosen
        if not chosen:
            raise NotReady("no_accounts")
        if row.campaign_id is None and row.rewards.exists():
            raise NotReady("no_campaign")
        row.snapshot = [[candidate.account_id, candidate.tier] for candidate in chosen]
        row.state = TaskState.HANDING_OUT
        row.save(update_fields=["snapshot", "state"])
        enqueue("tasks.hand_out", key=f"tasks.hand_out:{row.pk}", task_id=str(row.pk))
        pulse(f"task:{row.pk}", f"brand:{row.brand_id}")
    return True


def hand_out(*, task_id: uuid.UUID | str, now: datetime) -> int:
    """Write the assignments that are still missing, batch by batch, then open the task. Returns how many were new."""
    task = MatrixTask.objects.get(pk=task_id)
    if task.state != TaskState.HANDING_OUT:
        return 0
    there = set(Assignment.objects.filter(task=task).values_list("account_id", flat=True))
    missing = [(account_id, tier) for account_id, tier in task.snapshot if account_id not in there]
    for start in range(0, len(missing), BATCH):
        _write_batch(task, missing[start : start + BATCH], now)
    _open(task, now)
    return len(missing)


def _write_batch(task: MatrixTask, chosen: list[tuple[int, str]], now: datetime) -> None:
    tiers = dict(chosen)
    days = max(1, (task.due_at - task.starts_at).days)
    # Only accounts that still exist, with the dealer they belong to now.
    accounts = list(Account.objects.filter(pk__in=tiers, brand=task.brand_id).values_list("pk", "dealer_id"))
    with transaction.atomic():
        Assignment.objects.bulk_create(
            [
                Assignment(
                    task=task,
                    account_id=account_id,
                    dealer_id=dealer_id,
                    quota=quota_for(task.quota, tier=tiers[account_id], days=days),
                    due_at=task.due_at,
                    created_at=now,
                )
                for account_id, dealer_id in accounts
            ],
            ignore_conflicts=True,  # the unique pair of task and account is the rule; a second worker adds nothing
        )
        pulse(f"task:{task.pk}", *{f"dealer:{dealer_id}" for _, dealer_id in accounts})


def _open(task: MatrixTask, now: datetime) -> None:
    with transaction.atomic():
        opened = MatrixTask.objects.filter(pk=task.pk, state=TaskState.HANDING_OUT).update(
            state=TaskState.OPEN,
            handed_out_at=now,
            snapshot=[],  # the assignments are the audience now
        )
        if opened:
            _reserve(task, now)
            pulse(f"task:{task.pk}", f"brand:{task.brand_id}")


def _reserve(task: MatrixTask, now: datetime) -> None:
    """Set aside the most that this task can cost, or what the campaign still has: the rest shows as `no_budget` lines."""
    campaign = task.campaign
    if campaign is None:
        return
    quotas = list(
        Assignment.objects.filter(task=task)
        .values("dealer")
        .annotate(quota=Sum("quota"))
        .values_list("quota", flat=True)
    )
    for rule in task.rewards.all():
        most = sum(
            most_possible(fee_fen=rule.fee_fen, cap_posts=rule.cap_per_dealer, quota_of_dealer=quota)
            for quota in quotas
        )
        amount = min(most, available_fen(campaign))
        if amount > 0:
            post(
                brand_id=task.brand_id,
                step=Step.RESERVE,
                place=Place(campaign=str(campaign.pk), pool=pool_of(task)),
                amount_fen=amount,
                key=f"reserve:{task.pk}:{rule.pk}",
                at=now,
            )


def pool_of(task: MatrixTask) -> str:
    """The name of a task's own pool in its campaign."""
    return f"m1-{task.pk.hex}"


def apply_deadline(*, task: MatrixTask, now: datetime) -> int:
    """A changed deadline holds for assignments that are not finished. Returns how many changed."""
    with transaction.atomic():
        rows = Assignment.objects.filter(task=task, state__in=TO_DO).exclude(due_at=task.due_at)
        dealers = set(rows.values_list("dealer_id", flat=True))
        changed = rows.update(due_at=task.due_at)
        pulse(f"task:{task.pk}", f"brand:{task.brand_id}", *(f"dealer:{dealer_id}" for dealer_id in dealers))
    return changed
