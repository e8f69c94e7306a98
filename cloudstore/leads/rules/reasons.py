"""The reasons people may give, as codes. Each list is the same on every screen; labels are registered by the room."""

from __future__ import annotations

from enum import StrEnum


class Invalid(StrEnum):
    """Why a lead is no lead: the common denominator of the platforms' own lists."""

    NO_ANSWER = "no_answer"
    BAD_NUMBER = "bad_number"
    DENIES = "denies_asking"
    NO_INTENTION = "no_intention"
    ABUSIVE = "abusive"
    DUPLICATE = "duplicate"
    COMPETITOR = "competitor"
    NO_CONSENT = "no_consent"
    OTHER = "other"


class Lost(StrEnum):
    """Why a customer did not buy."""

    OTHER_BRAND = "other_brand"
    OTHER_STORE = "other_store"
    PRICE = "price"
    FINANCE = "finance"
    DELIVERY_TIME = "delivery_time"
    PLAN_DROPPED = "plan_dropped"
    OTHER = "other"


class Transfer(StrEnum):
    """Why a dealer gives a lead away."""

    REMOTE = "remote"
    OTHER_STORE = "other_store"
    SERIES = "series"
    OTHER = "other"


class Sleep(StrEnum):
    """Why a lead rests."""

    LATER = "later"
    UNREACHABLE = "unreachable"


class Closing(StrEnum):
    """Why a dealer's round ended."""

    SLA_EXPIRED = "sla_expired"
    TRANSFERRED = "transferred"
    REFUSED = "refused"  # the customer does not want this store
    LOST = "lost"
    INVALID = "invalid"
    DORMANT = "dormant"
    DELIVERED = "delivered"
    MOVED = "moved"


class Opening(StrEnum):
    """Why a dealer's round began."""

    LOCAL = "local"
    SOURCE = "source"  # decentralised: the dealer whose account caught the lead
    DISPATCHED = "dispatched"
    REDISPATCHED = "redispatched"
    REOPENED = "reopened"
    WALK_IN = "walk_in"
