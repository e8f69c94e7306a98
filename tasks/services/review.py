"""The reviewer's word: approved goes to the platform, returned goes back with a reason. Said once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from cloudstore.network.models import StaffMember
from cloudstore.queue.services import pulse
from media.services import publish
from tasks.models import Assignment, ReviewDecision, Submission
from tasks.rules.captions import post_text
from tasks.rules.states import (
    AssignmentState,
    SubmissionState,
    Verdict,
    is_done,
    may_move_assignment,
    state_after,
)

#: How long a reviewer's claim holds without a sign of life.
CLAIM_HOLDS = timedelta(minutes=10)


class AlreadyDecided(Exception):
    """Somebody was first and said something else; `verdict` is what stands."""

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class NeedsReason(Exception):
    """A return says what to change."""


def review(
    *,
    submission: Submission,
    verdict: Verdict,
    reason: str,
    by: StaffMember | None,
    now: datetime,
    at_ms: int | None = None,
) -> Submission:
    """Approve or return a submission in review. The same word twice is said once: a double click pays once.

    `at_ms` is the moment of the video that the reason is about. Raises `AlreadyDecided`, `NeedsReason`.
    """
    if verdict is Verdict.RETURNED and not reason.strip():
        raise NeedsReason
    with transaction.atomic():
        row = _locked(submission)
        if row.state != SubmissionState.IN_REVIEW:
            if _stands(row) == verdict:
                return row
            raise AlreadyDecided(_stands(row))
        ReviewDecision.objects.create(
            submission=row, verdict=verdict.value, reason=reason.strip()[:500], at_ms=at_ms, by=by, at=now
        )
        row.state, row.decided_at, row.claimed_by, row.claimed_at = state_after(verdict), now, None, None
        if verdict is Verdict.APPROVED:
            row.post = publish(
                asset=row.asset,
                account=row.assignment.account,
                caption=post_text(row.caption, row.assignment.task.hashtags),
                origin_id=row.pk,
                now=now,
            )
        row.save(update_fields=["state", "decided_at", "post", "claimed_by", "claimed_at"])
        _book_progress(row.assignment)
        tell(row)
    return row


def _locked(submission: Submission) -> Submission:
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("assignment__task", "assignment__account", "asset__brand", "asset__dealer")
        .get(pk=submission.pk)
    )


def _stands(row: Submission) -> str:
    last = row.decisions.order_by("-pk").first()
    return last.verdict if last else row.state


def _book_progress(assignment: Assignment) -> None:
    """An assignment with everything approved is done."""
    states = [SubmissionState(state) for state in assignment.submissions.values_list("state", flat=True)]
    done = is_done(quota=assignment.quota, attempts=states)
    if done and may_move_assignment(AssignmentState(assignment.state), AssignmentState.DONE):
        Assignment.objects.filter(pk=assignment.pk).update(state=AssignmentState.DONE)


def tell(row: Submission) -> None:
    """Open pages about this submission re-read themselves. Must be called inside a transaction."""
    assignment = row.assignment
    pulse(
        f"dealer:{assignment.dealer_id}",
        f"task:{assignment.task_id}",
        f"asset:{row.asset_id}",
        f"review:{assignment.task.brand_id}",
    )


def claim(*, submission: Submission, by: StaffMember, now: datetime) -> bool:
    """Say that one is looking at it. Returns False while somebody else is."""
    free = Q(claimed_by__isnull=True) | Q(claimed_by=by) | Q(claimed_at__lt=now - CLAIM_HOLDS)
    return bool(
        Submission.objects.filter(free, pk=submission.pk, state=SubmissionState.IN_REVIEW).update(
            claimed_by=by, claimed_at=now
        )
    )
