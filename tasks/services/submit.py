"""An upload is handed in for an assignment, or taken back before anybody looked."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from cloudstore.network.models import StaffMember
from cloudstore.queue.services import pulse
from media.models import Asset
from tasks.models import Assignment, Submission
from tasks.rules.states import (
    AssignmentState,
    Stop,
    SubmissionState,
    TaskState,
    may_move_assignment,
    may_move_submission,
    may_submit,
)


class NotTaken(Exception):
    """The submission is not taken; `code` is a `Stop`, or `foreign_asset`, `unfinished_asset`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def submit(*, assignment: Assignment, asset: Asset, caption: str, by: StaffMember | None, now: datetime) -> Submission:
    """Hand in a complete upload. The same asset twice is the same submission. Raises `NotTaken`.

    Handing in counts as accepting. After a refusal or a return the place is free for a replacement.
    """
    if asset.dealer_id != assignment.dealer_id:
        raise NotTaken("foreign_asset")
    if Asset.objects.filter(pk=asset.pk, state="receiving").exists():
        raise NotTaken("unfinished_asset")
    try:
        with transaction.atomic():
            return _submit(assignment, asset, caption, by, now)
    except IntegrityError:
        # Two presses at once: the other one was first.
        return Submission.objects.get(asset=asset)


def _submit(assignment: Assignment, asset: Asset, caption: str, by: StaffMember | None, now: datetime) -> Submission:
    row = Assignment.objects.select_for_update(of=("self",)).select_related("task").get(pk=assignment.pk)
    known = Submission.objects.filter(asset=asset).first()
    if known is not None:
        if known.assignment_id != row.pk:
            raise NotTaken("foreign_asset")
        return known
    attempts = [SubmissionState(state) for state in row.submissions.values_list("state", flat=True)]
    stop = may_submit(TaskState(row.task.state), AssignmentState(row.state), quota=row.quota, attempts=attempts)
    if stop is not None:
        raise NotTaken(stop.value)
    number = (row.submissions.aggregate(last=Max("number"))["last"] or 0) + 1
    submission = Submission.objects.create(
        assignment=row,
        asset=asset,
        number=number,
        caption=caption.strip()[:300],
        submitted_by=by,
        submitted_at=now,
    )
    if may_move_assignment(AssignmentState(row.state), AssignmentState.ACCEPTED):
        row.state, row.answered_at = AssignmentState.ACCEPTED, now
        row.save(update_fields=["state", "answered_at"])
    pulse(f"dealer:{row.dealer_id}", f"task:{row.task_id}", f"asset:{asset.pk}")
    return submission


def withdraw(*, submission: Submission, now: datetime) -> Submission:
    """Take a submission back while no decision is made. Raises `NotTaken` afterwards."""
    with transaction.atomic():
        row = (
            Submission.objects.select_for_update(of=("self",)).select_related("assignment__task").get(pk=submission.pk)
        )
        if row.state == SubmissionState.WITHDRAWN:
            return row
        if not may_move_submission(SubmissionState(row.state), SubmissionState.WITHDRAWN):
            raise NotTaken(Stop.QUOTA_REACHED.value)
        row.state, row.decided_at = SubmissionState.WITHDRAWN, now
        row.save(update_fields=["state", "decided_at"])
        task = row.assignment.task
        pulse(f"dealer:{row.assignment.dealer_id}", f"task:{task.pk}", f"review:{task.brand_id}")
    return row
