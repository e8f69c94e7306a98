"""The decisions of the gateway as pure functions: outcomes, states, pauses between tries, and what of a body may be shown."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Outcome(StrEnum):
    """What an event came to. Every event that may carry a lead ends in one of the first five; `NONE` carries no lead."""

    PENDING = "pending"
    CREATED = "created"
    JOINED = "joined"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    NONE = "none"


class EventState(StrEnum):
    """Where an event stands: waiting, understood and done, or kept aside for a person."""

    NEW = "new"
    DONE = "done"
    QUARANTINED = "quarantined"


class DeliveryState(StrEnum):
    """Where a delivery stands: waiting, being performed, done, or given up until a person asks for another try."""

    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class Refusal(StrEnum):
    """Why the door turned a request away without keeping anything of it."""

    WRONG_SIGNATURE = "wrong_signature"
    UNKNOWN_APP = "unknown_app"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


#: The outcomes that reconciliation adds up: raw = their sum, always.
COUNTED = (Outcome.PENDING, Outcome.CREATED, Outcome.JOINED, Outcome.DUPLICATE, Outcome.REJECTED)
#: One event may hold several messages (a lead and the chat line it came in); the first of these that occurs is the event's.
PRECEDENCE = (Outcome.CREATED, Outcome.JOINED, Outcome.DUPLICATE, Outcome.REJECTED, Outcome.NONE)

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 24 * 3600.0
EVENT_ATTEMPTS, DELIVERY_ATTEMPTS = 10, 16
LONGEST_EVENT_PAUSE = 3600.0
#: A token is renewed when this share of its life is over.
REFRESH_AT = 0.8


@dataclass(frozen=True, slots=True)
class Heard:
    """What a hearer made of one message.

    `outcome` is a value of `Outcome` except `pending`; `reason` a stable code without personal data (at most 200
    characters are kept); `quarantine` asks that a person look at the event.
    """

    outcome: str = Outcome.NONE
    lead_id: UUID | None = None
    reason: str = ""
    quarantine: bool = False


def together(heard: Iterable[Heard]) -> Heard:
    """The one result of an event whose messages were heard one by one. No message at all is an event without a lead."""
    results = list(heard)
    if not results:
        return Heard(Outcome.NONE, reason="nothing_for_us")
    first = min(results, key=lambda one: PRECEDENCE.index(Outcome(one.outcome)))
    return Heard(first.outcome, first.lead_id, first.reason, any(one.quarantine for one in results))


def pause(attempts: int, *, spread: float, longest: float = LONGEST_PAUSE) -> float:
    """Seconds to wait after the attempt number `attempts` (from 1) failed: 5 s doubling up to `longest`, times `spread`.

    `spread` is drawn by the caller from 0.8 to 1.2, so that what failed together does not come back together.
    """
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 30), longest) * spread


def worn(*, issued: float, expires: float, at: float) -> bool:
    """Whether a token issued and expiring at these epoch seconds should be renewed at the moment `at`."""
    return at >= issued + (expires - issued) * REFRESH_AT


# --- showing a body to a person -----------------------------------------------------------------------------------------
# Only the values under these keys are shown: they name events and things, never people.
SHOWN_KEYS = frozenset(
    [
        "event",
        "client_key",
        "log_id",
        "event_id",
        "challenge",
        "message_type",
        "card_status",
        "scene_type",
        "conversation_type",
        "create_time",
        "item_id",
        "share_id",
        "video_id",
        "card_id",
        "operation_type",
        "auth_status",
        "label",
        "widget",
        "scene",
        "series",
        "consent",
        "version",
        "hash",
        "recipients",
        "city_adcode",
        "ip_adcode",
        "room_id",
        "account",
        "dealer",
        "traffic",
        "adv_id",
        "ad_id",
        "creative_id",
        "promotion_id",
        "scopes",
        "action_type",
        "action_time",
    ]
)
SHOWN_LENGTH = 4000
DEEPEST = 12
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")


def without_personal_data(body: bytes) -> str:
    """A body as text for the console: its structure and the values that name events and things; everything else as dots.

    Text that is no JSON keeps only its punctuation, so that the place of a fault can still be seen.
    """
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return "".join("·" if char.isalnum() else char for char in text[:SHOWN_LENGTH] if char.isprintable())
    return json.dumps(_hide(value, "", 0), ensure_ascii=False, indent=2)[:SHOWN_LENGTH]


def _hide(value: Any, key: str, depth: int) -> Any:
    if depth > DEEPEST:
        return "…"
    if isinstance(value, dict):
        rows = [
            (name if _PLAIN_KEY.fullmatch(name) else f"•{number}", name, value[name])
            for number, name in enumerate(value)
        ]
        return {shown: _hide(inner, name, depth + 1) for shown, name, inner in rows[:100]}
    if isinstance(value, list):
        return [_hide(inner, key, depth + 1) for inner in value[:100]]
    if isinstance(value, str):
        return _hide_text(value, key, depth)
    return value


def _hide_text(value: str, key: str, depth: int) -> Any:
    """`content` is often an object written as text: look inside."""
    if key in SHOWN_KEYS:
        return _MOBILE.sub("•••", value[:200])
    if value.lstrip().startswith(("{", "[")):
        try:
            return _hide(json.loads(value, parse_int=str, parse_float=str), key, depth + 1)
        except (ValueError, RecursionError):
            pass
    return f"•••({len(value)})" if value else ""
