"""What this room does, one intention per function."""

from tasks.services.answer import accept, decline
from tasks.services.close import close_task
from tasks.services.create import create_campaign, create_task, set_budget
from tasks.services.follow import follow_assets, something_to_follow
from tasks.services.hand_out import NotReady, apply_deadline, begin_hand_out, hand_out
from tasks.services.ledger import NotCovered, post
from tasks.services.review import AlreadyDecided, NeedsReason, claim, review
from tasks.services.settle import accrue, settle
from tasks.services.submit import NotTaken, submit, withdraw

__all__ = [
    "AlreadyDecided",
    "NeedsReason",
    "NotCovered",
    "NotReady",
    "NotTaken",
    "accept",
    "accrue",
    "apply_deadline",
    "begin_hand_out",
    "claim",
    "close_task",
    "create_campaign",
    "create_task",
    "decline",
    "follow_assets",
    "hand_out",
    "post",
    "review",
    "set_budget",
    "settle",
    "something_to_follow",
    "submit",
    "withdraw",
]
