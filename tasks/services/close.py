"""A task ends: nothing more is taken, and money that nobody can earn any more goes back to the campaign."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from cloudstore.queue.services import pulse
from tasks.models import Assignment, MatrixTask, Submission
from tasks.queries.ledger import reserved_fen
from tasks.rules.money import Place, Step
from tasks.rules.states import TO_DO, AssignmentState, SubmissionState, TaskState
from tasks.services.hand_out import pool_of
from tasks.services.ledger import post


def close_task(*, task: MatrixTask, now: datetime) -> bool:
    """Close an open task. What is in review or on its way may still be decided and paid. Returns False when it was not open."""
    with transaction.atomic():
        row = MatrixTask.objects.select_for_update().get(pk=task.pk)
        if row.state != TaskState.OPEN:
            return False
        row.state = TaskState.CLOSED
        row.save(update_fields=["state"])
        busy = _busy(row)
        idle = Assignment.objects.filter(task=row, state__in=TO_DO)
        idle.exclude(pk__in=busy.values("assignment")).update(state=AssignmentState.CANCELLED)
        if not busy.exists():
            _release(row, now)
        pulse(f"task:{row.pk}", f"brand:{row.brand_id}")
    return True


def release_closed(*, now: datetime) -> int:
    """Give back what is left of closed tasks whose last posts were decided and paid meanwhile. Returns how many."""
    released = 0
    for task in MatrixTask.objects.filter(state=TaskState.CLOSED, campaign__isnull=False).select_related("campaign"):
        if reserved_fen(task) > 0 and not _busy(task).exists():
            with transaction.atomic():
                _release(task, now)
            released += 1
    return released


def _busy(task: MatrixTask) -> QuerySet[Submission]:
    """Submissions that may still earn something. A post that failed is not waited for: published later, it draws on the campaign."""
    undecided = Q(state__in=[SubmissionState.PREPARING, SubmissionState.IN_REVIEW])
    under_way = Q(state=SubmissionState.APPROVED) & ~Q(post__state="failed")
    unpaid = Q(state=SubmissionState.PUBLISHED, accruals__isnull=True, assignment__task__rewards__isnull=False)
    return Submission.objects.filter(undecided | under_way | unpaid, assignment__task=task)


def _release(task: MatrixTask, now: datetime) -> None:
    left = reserved_fen(task)
    if left > 0 and task.campaign_id:
        post(
            brand_id=task.brand_id,
            step=Step.RELEASE,
            place=Place(campaign=str(task.campaign_id), pool=pool_of(task)),
            amount_fen=left,
            key=f"release:{task.pk}:{now.isoformat()}",
            at=now,
        )
