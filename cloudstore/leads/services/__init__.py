"""One function per intention. Other rooms call these; each locks the lead, asks the rules, writes, tells open pages."""

from cloudstore.leads.services.clock import decay_levels
from cloudstore.leads.services.following import assign_consultant, follow, reveal, set_level
from cloudstore.leads.services.intake import add_evidence, count_again, create, decide_region, join
from cloudstore.leads.services.journal import lock, record, tell, write
from cloudstore.leads.services.moving import act, last_request, move, wake
from cloudstore.leads.services.rounds import (
    CLOCK_DONE,
    advance,
    close_round,
    expire,
    hours_of,
    open_round,
    open_round_of,
    restart_clock,
    to_desk,
)

__all__ = [
    "CLOCK_DONE",
    "act",
    "add_evidence",
    "advance",
    "assign_consultant",
    "close_round",
    "count_again",
    "create",
    "decay_levels",
    "decide_region",
    "expire",
    "follow",
    "hours_of",
    "join",
    "last_request",
    "lock",
    "move",
    "open_round",
    "open_round_of",
    "record",
    "restart_clock",
    "reveal",
    "set_level",
    "tell",
    "to_desk",
    "wake",
    "write",
]
