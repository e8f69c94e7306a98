"""The lives of a task, an assignment and a submission, and the moves between their states."""

from enum import StrEnum


class TaskState(StrEnum):
    """draft -> handing_out -> open -> closed."""

    DRAFT = "draft"
    HANDING_OUT = "handing_out"
    OPEN = "open"
    CLOSED = "closed"


class AssignmentState(StrEnum):
    """A task as one account sees it."""

    HANDED_OUT = "handed_out"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"
    CANCELLED = "cancelled"


class SubmissionState(StrEnum):
    """One attempt. `preparing` while the asset is checked and rendered; `refused` is the machine's no, `returned` a person's."""

    PREPARING = "preparing"
    REFUSED = "refused"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What a reviewer says."""

    APPROVED = "approved"
    RETURNED = "returned"


class Stop(StrEnum):
    """Why a submission is not taken now."""

    TASK_NOT_OPEN = "task_not_open"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    QUOTA_REACHED = "quota_reached"


#: Assignments whose operator still has something to do.
TO_DO = frozenset({AssignmentState.HANDED_OUT, AssignmentState.ACCEPTED})
#: Attempts that hold a place of the quota; refused, returned and withdrawn ones free it for a replacement.
HOLDS_A_PLACE = frozenset(
    {SubmissionState.PREPARING, SubmissionState.IN_REVIEW, SubmissionState.APPROVED, SubmissionState.PUBLISHED}
)
#: Attempts that count as delivered.
PASSED = frozenset({SubmissionState.APPROVED, SubmissionState.PUBLISHED})
#: Attempts that wait for a machine or a reviewer.
UNDER_WAY = frozenset({SubmissionState.PREPARING, SubmissionState.IN_REVIEW})

_ASSIGNMENT_MOVES = {
    (AssignmentState.HANDED_OUT, AssignmentState.ACCEPTED),
    (AssignmentState.HANDED_OUT, AssignmentState.DECLINED),
    (AssignmentState.HANDED_OUT, AssignmentState.DONE),
    (AssignmentState.HANDED_OUT, AssignmentState.CANCELLED),
    (AssignmentState.ACCEPTED, AssignmentState.DECLINED),
    (AssignmentState.ACCEPTED, AssignmentState.DONE),
    (AssignmentState.ACCEPTED, AssignmentState.CANCELLED),
    (AssignmentState.DECLINED, AssignmentState.ACCEPTED),
}
_SUBMISSION_MOVES = {
    (SubmissionState.PREPARING, SubmissionState.REFUSED),
    (SubmissionState.PREPARING, SubmissionState.IN_REVIEW),
    (SubmissionState.PREPARING, SubmissionState.WITHDRAWN),
    (SubmissionState.IN_REVIEW, SubmissionState.RETURNED),
    (SubmissionState.IN_REVIEW, SubmissionState.APPROVED),
    (SubmissionState.IN_REVIEW, SubmissionState.WITHDRAWN),
    (SubmissionState.APPROVED, SubmissionState.PUBLISHED),
}


def may_move_assignment(old: AssignmentState, new: AssignmentState) -> bool:
    """Whether an assignment may go from `old` to `new`. A declined task may be taken up after all."""
    return (old, new) in _ASSIGNMENT_MOVES


def may_move_submission(old: SubmissionState, new: SubmissionState) -> bool:
    """Whether a submission may go from `old` to `new`."""
    return (old, new) in _SUBMISSION_MOVES


def state_after(verdict: Verdict) -> SubmissionState:
    """What a reviewer's word makes of a submission."""
    return SubmissionState.APPROVED if verdict is Verdict.APPROVED else SubmissionState.RETURNED


def may_submit(
    task: TaskState, assignment: AssignmentState, *, quota: int, attempts: list[SubmissionState]
) -> Stop | None:
    """None when a further attempt is welcome, else the reason it is not.

    Late is allowed while the task is open: a late post is better than none, and the compliance figures tell it apart.
    """
    if task is not TaskState.OPEN:
        return Stop.TASK_NOT_OPEN
    if assignment is AssignmentState.DECLINED:
        return Stop.DECLINED
    if assignment is AssignmentState.CANCELLED:
        return Stop.CANCELLED
    if places_taken(attempts) >= quota:
        return Stop.QUOTA_REACHED
    return None


def places_taken(attempts: list[SubmissionState]) -> int:
    """How many places of the quota are held."""
    return sum(state in HOLDS_A_PLACE for state in attempts)


def is_done(*, quota: int, attempts: list[SubmissionState]) -> bool:
    """Whether an assignment has everything it asked for."""
    return sum(state in PASSED for state in attempts) >= quota
