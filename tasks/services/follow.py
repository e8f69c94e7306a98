"""Looking at what became of assets and posts. The media room does not call us: we look."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from media.models import Asset
from tasks.models import Submission
from tasks.rules.states import SubmissionState, may_move_submission
from tasks.services.review import tell
from tasks.services.settle import accrue

#: What an asset's end means for the submission that waits for it.
_AFTER_ASSET = {"ready": SubmissionState.IN_REVIEW, "refused": SubmissionState.REFUSED}
_BATCH = 200


def something_to_follow() -> bool:
    """Whether a submission waits for an asset or a post that is finished. Asked four times a second: two index look-ups."""
    return _prepared().exists() or _public().exists()


def _prepared() -> QuerySet[Submission]:
    return Submission.objects.filter(state=SubmissionState.PREPARING, asset__state__in=_AFTER_ASSET)


def _public() -> QuerySet[Submission]:
    return Submission.objects.filter(state=SubmissionState.APPROVED, post__state__in=("published", "removed"))


def follow_assets(*, now: datetime) -> int:
    """Move every submission whose asset or post is finished; a public post earns its line at once. Returns how many moved."""
    moved = 0
    for submission_id in list(_prepared().order_by("submitted_at").values_list("pk", flat=True)[:_BATCH]):
        moved += _after_asset(submission_id, now)
    for submission_id in list(_public().order_by("decided_at", "pk").values_list("pk", flat=True)[:_BATCH]):
        moved += _after_post(submission_id, now)
    return moved


def _after_asset(submission_id: uuid.UUID, now: datetime) -> bool:
    with transaction.atomic():
        row = _row(submission_id)
        asset_state = Asset.objects.values_list("state", flat=True).get(pk=row.asset_id)
        to = _AFTER_ASSET.get(asset_state)
        if to is None or not may_move_submission(SubmissionState(row.state), to):
            return False
        row.state = to
        if to is SubmissionState.IN_REVIEW:
            row.review_ready_at = now
        else:
            row.decided_at = now
        row.save(update_fields=["state", "review_ready_at", "decided_at"])
        tell(row)
    return True


def _after_post(submission_id: uuid.UUID, now: datetime) -> bool:
    with transaction.atomic():
        row = _row(submission_id)
        if row.state != SubmissionState.APPROVED:
            return False
        row.state = SubmissionState.PUBLISHED
        row.save(update_fields=["state"])
        accrue(submission_id=row.pk, now=now)
        tell(row)
    return True


def _row(submission_id: uuid.UUID) -> Submission:
    return Submission.objects.select_for_update(of=("self",)).select_related("assignment__task").get(pk=submission_id)
