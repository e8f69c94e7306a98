"""One function per intention: hear a lead, work the desk, watch the rounds."""

from cloudstore.routing.services.desk import (
    check_dealer,
    claim,
    confirm_region,
    dispatch,
    judge_level,
    log_call,
    propose,
    record_consent,
    release,
    settle_request,
)
from cloudstore.routing.services.figures import rebuild_figures
from cloudstore.routing.services.sweeping import sweep_rounds
from cloudstore.routing.services.taking_in import take_in
from cloudstore.routing.services.walking_in import How, walk_in

__all__ = [
    "How",
    "check_dealer",
    "claim",
    "confirm_region",
    "dispatch",
    "judge_level",
    "log_call",
    "propose",
    "rebuild_figures",
    "record_consent",
    "release",
    "settle_request",
    "sweep_rounds",
    "take_in",
    "walk_in",
]
