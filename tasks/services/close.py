"""A task ends: nothing more is taken, and money that nobody can earn any more goes back to the campaign."""

from datetime import datetime

from django.db import transaction

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
        idle = Assignment.objects.filter(task=row, state__in=TO_DO)
        busy = Submission.objects.filter(
            assignment__task=row,
            state__in=[SubmissionState.PREPARING, SubmissionState.IN_REVIEW, SubmissionState.APPROVED],
        )
        idle.exclude(pk__in=busy.values("assignment")).update(state=AssignmentState.CANCELLED)
        if not busy.exists():
            release(row, now)
        pulse(f"task:{row.pk}", f"brand:{row.brand_id}")
    return True


def release(task: MatrixTask, now: datetime) -> None:
    """Give what is left of a task's pool back to its campaign. Must be called inside a transaction."""
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
