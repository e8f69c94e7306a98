"""The review queue: what waits for a decision, the oldest first, and everything a reviewer looks at."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from cloudstore.network.scope import Scope, scoped
from media.models import Rendition
from media.queries import PublishFault, newest_renditions, publish_faults
from tasks.models import ReviewDecision, Submission
from tasks.queries.briefs import Brief, read
from tasks.rules.captions import post_text
from tasks.rules.states import SubmissionState
from tasks.services.review import CLAIM_HOLDS

#: The list shows so many; the queue behind it may be longer.
SHOWN = 100


def waiting(scope: Scope) -> QuerySet[Submission]:
    """Submissions in review that a person may decide, the longest waiting first."""
    rows = scoped(Submission.objects.filter(state=SubmissionState.IN_REVIEW), scope)
    rows = rows.select_related(
        "assignment__task", "assignment__dealer__region", "assignment__dealer__current_tier", "claimed_by"
    )
    return rows.defer("assignment__task__brief", "assignment__task__snapshot").order_by("review_ready_at", "pk")


@dataclass(frozen=True, slots=True)
class Desk:
    """The queue with one submission open: the list, its full length, and the neighbours for J and K."""

    rows: list[Submission]
    length: int
    previous: Submission | None
    following: Submission | None


def desk(scope: Scope, current: uuid.UUID | None) -> Desk:
    """The queue around the open submission (which may be decided already)."""
    queue = waiting(scope)
    rows = list(queue[:SHOWN])
    length = len(rows) if len(rows) < SHOWN else queue.count()
    place = next((number for number, row in enumerate(rows) if row.pk == current), None)
    if place is None:
        return Desk(rows, length, None, rows[0] if rows else None)
    before = rows[place - 1] if place else None
    return Desk(rows, length, before, rows[place + 1] if place + 1 < len(rows) else None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One submission on the reviewer's desk."""

    submission: Submission
    video: Rendition | None
    cover: Rendition | None
    brief: Brief
    goes_out_as: str
    earlier: list[ReviewDecision]
    claimed_by_other: bool
    fault: PublishFault | None


def sheet(submission: Submission, scope: Scope, *, now: datetime) -> Sheet:
    """Everything beside the player. `earlier` are the decisions on former attempts of the same assignment, newest first."""
    asset_ids = [submission.asset_id]
    claimed = submission.claimed_at is not None and now - submission.claimed_at < CLAIM_HOLDS
    earlier = ReviewDecision.objects.filter(submission__assignment=submission.assignment_id).exclude(
        submission=submission, submission__state=SubmissionState.IN_REVIEW
    )
    return Sheet(
        submission=submission,
        video=newest_renditions(asset_ids, "video").get(submission.asset_id),
        cover=newest_renditions(asset_ids, "cover").get(submission.asset_id),
        brief=read(submission.assignment.task),
        goes_out_as=post_text(submission.caption, submission.assignment.task.hashtags),
        earlier=list(earlier.select_related("by", "submission").order_by("-pk")[:5]),
        claimed_by_other=claimed and submission.claimed_by_id != scope.staff.pk,
        fault=publish_faults([submission.post_id]).get(submission.post_id) if submission.post_id else None,
    )


def full(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """With everything a sheet shows."""
    return rows.select_related(
        "asset", "post", "submitted_by", "claimed_by", "assignment__task", "assignment__account",
        "assignment__dealer__region", "assignment__dealer__current_tier",
    ).prefetch_related(Prefetch("decisions", ReviewDecision.objects.select_related("by").order_by("-pk")))  # fmt: skip
