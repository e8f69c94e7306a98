"""Valid leads: which leads are old or settled enough to be judged, and which of them are good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cloudstore.facts.rules.days import local_day

MATURES_AFTER = timedelta(hours=72)
PROOF_CALLS = 3
PROOF_DAYS = 2


class Ruling(StrEnum):
    """What the OEM or a rule has said of a lead for good."""

    NONE = "none"
    VALID = "valid"
    INVALID = "invalid"


class DealerMark(StrEnum):
    """What the dealer says of a lead; heard only with proof."""

    NONE = "none"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"


class LeadVerdict(StrEnum):
    """Whether a matured lead is valid, or the first reason why not; pending while too young to say."""

    PENDING = "pending"
    VALID = "valid"
    ADJUDICATED = "adjudicated"
    DUPLICATE = "duplicate"
    UNREACHABLE = "unreachable"
    PROVEN_NO_ANSWER = "proven_no_answer"
    CONFIRMED_BY_SAMPLE = "confirmed_by_sample"


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What is known of one lead. The contact itself is not needed: whether its format is right, it is blacklisted or
    known to be an empty number. call_records: times of the dealer's recorded calls. sample_agrees: an OEM sample check
    confirmed the dealer's mark."""

    created_at: datetime
    format_ok: bool = True
    blacklisted: bool = False
    empty_number: bool = False
    duplicate: bool = False
    ruling: Ruling = Ruling.NONE
    mark: DealerMark = DealerMark.NONE
    sample_agrees: bool = False
    call_records: tuple[datetime, ...] = ()


def verdict(lead: LeadFacts, as_of: datetime) -> LeadVerdict:
    """The standing of a lead at `as_of`. A lead matures after 72 hours, or at once when something settles it."""
    settled = _settled(lead)
    if settled is not None:
        return settled
    if as_of - lead.created_at < MATURES_AFTER:
        return LeadVerdict.PENDING
    if lead.duplicate:
        return LeadVerdict.DUPLICATE
    reachable = lead.format_ok and not lead.blacklisted and not lead.empty_number
    return LeadVerdict.VALID if reachable else LeadVerdict.UNREACHABLE


def is_matured(lead: LeadFacts, as_of: datetime) -> bool:
    """Does the lead count in the base of the valid-lead rate?"""
    return verdict(lead, as_of) is not LeadVerdict.PENDING


def is_valid(lead: LeadFacts, as_of: datetime) -> bool:
    """Does the lead count as matured and valid?"""
    return verdict(lead, as_of) is LeadVerdict.VALID


def no_answer_is_proven(call_records: Sequence[datetime]) -> bool:
    """At least three recorded calls on at least two local days."""
    return len(call_records) >= PROOF_CALLS and len({local_day(at) for at in call_records}) >= PROOF_DAYS


def _settled(lead: LeadFacts) -> LeadVerdict | None:
    """What the OEM, a rule, a sample check or proof has settled; the dealer's word alone settles nothing."""
    if lead.ruling is Ruling.INVALID:
        return LeadVerdict.ADJUDICATED
    if lead.ruling is Ruling.VALID and not lead.duplicate:
        return LeadVerdict.VALID
    if lead.ruling is Ruling.VALID:
        return LeadVerdict.DUPLICATE
    if lead.mark is not DealerMark.NONE and lead.sample_agrees:
        return LeadVerdict.CONFIRMED_BY_SAMPLE
    if lead.mark is DealerMark.NO_ANSWER and no_answer_is_proven(lead.call_records):
        return LeadVerdict.PROVEN_NO_ANSWER
    return None
