"""A dealer takes a task or says why not."""

from datetime import datetime

from django.db import transaction

from cloudstore.queue.services import pulse
from tasks.models import Assignment
from tasks.rules.states import AssignmentState, may_move_assignment


def accept(*, assignment: Assignment, now: datetime) -> Assignment:
    """The account will do it. A second press, or a press on what is further along, changes nothing."""
    return _move(assignment, AssignmentState.ACCEPTED, reason="", now=now)


def decline(*, assignment: Assignment, reason: str, now: datetime) -> Assignment:
    """The account will not do it, with the reason. Nothing happens to what was approved already."""
    return _move(assignment, AssignmentState.DECLINED, reason=reason.strip()[:200], now=now)


def _move(assignment: Assignment, to: AssignmentState, *, reason: str, now: datetime) -> Assignment:
    with transaction.atomic():
        row = Assignment.objects.select_for_update(of=("self",)).select_related("task").get(pk=assignment.pk)
        if may_move_assignment(AssignmentState(row.state), to):
            row.state, row.decline_reason, row.answered_at = to, reason, now
            row.save(update_fields=["state", "decline_reason", "answered_at"])
            pulse(f"dealer:{row.dealer_id}", f"task:{row.task_id}")
    return row
