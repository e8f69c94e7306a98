"""What platforms tell us, in words that belong to no platform.

Every connector's `read` returns these. Ids are strings everywhere (many are larger than 2**53), times are aware UTC
datetimes taken from the platform, `None` where it gave none. Personal data (names, phones, what people wrote) is left
out of `repr` so that a log line or a traceback never carries it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Scene(StrEnum):
    """Where a customer met us. The four lead scenes of the trade."""

    SHORT_VIDEO = "SHORT_VIDEO"
    LIVE_VIDEO = "LIVE_VIDEO"
    IM_MESSAGE = "IM_MESSAGE"
    HOME_PAGE = "HOME_PAGE"


class Traffic(StrEnum):
    """Who paid for the visit: nobody, an advertiser, or the platform did not say."""

    NATURAL = "natural"
    PAID = "paid"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    """Seen from the account: a message came in, or went out."""

    RECEIVED = "received"
    SENT = "sent"


class Signal(StrEnum):
    """A visitor reached for the contact buttons of a homepage. None of the three carries a phone number."""

    DIAL_PHONE = "dial_phone"
    WEBSITE_CONTACT = "website_contact"
    PERSONAL_TAB_CONTACT = "personal_tab_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdInfo:
    """The paid placement behind a visit. Ids and names as the platform gave them; empty when it gave none."""

    advertiser_id: str = ""
    advertiser_name: str = ""
    ad_id: str = ""
    ad_name: str = ""
    creative_id: str = ""
    promotion_id: str = ""
    material_title_id: str = ""
    material_image_id: str = ""
    material_video_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What all messages share.

    `client_key` is our app on the platform, `account_open_id` the dealer's account concerned (empty when the platform
    speaks to the app as a whole), `occurred_at` the platform's own time of the event.
    """

    kind: ClassVar[str] = ""

    platform: str
    client_key: str
    account_open_id: str = ""
    occurred_at: datetime | None = None
    log_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookProbe(Message):
    """The platform asks whether our door is alive; the door answers with the same number."""

    kind: ClassVar[str] = "webhook_probe"

    challenge: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSeen(Message):
    """Somebody left contact data. `phone` is what they typed, not yet normalised, and may be empty or nonsense.

    `labels` keeps every answer of the form as (label, value) in its order, including those understood here.
    """

    kind: ClassVar[str] = "lead_seen"

    scene: Scene
    phone: str = field(repr=False)
    name: str = field(default="", repr=False)
    city_text: str = ""
    series_text: str = ""
    user_open_id: str = ""
    conversation_id: str = ""
    message_id: str = ""
    card_id: str = ""
    item_id: str = ""
    room_id: str = ""
    traffic: Traffic = Traffic.UNKNOWN
    ad: AdInfo | None = None
    labels: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSeen(Message):
    """A video of an account is on the platform. `share_id` ties it to a task of ours when it was fetched beforehand."""

    kind: ClassVar[str] = "post_seen"

    item_id: str
    share_id: str = ""
    video_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectMessage(Message):
    """The shared shape of one private message.

    `text` is empty for pictures, cards and the like; `message_id` only when the platform left it out.
    """

    user_open_id: str
    conversation_id: str = ""
    message_id: str = ""
    message_type: str = "text"
    text: str = field(default="", repr=False)
    user_name: str = field(default="", repr=False)
    user_avatar: str = field(default="", repr=False)
    item_id: str = ""
    card_id: str = ""
    card_filled: bool = False
    media_url: str = field(default="", repr=False)
    group: bool = False
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(DirectMessage):
    """A customer wrote to the account."""

    kind: ClassVar[str] = "message_received"
    direction: ClassVar[Direction] = Direction.RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(DirectMessage):
    """The account wrote to a customer.

    `sent_by_client_key` names the app that sent it and is empty when a person typed it in the platform's own app:
    that is how human replies are seen, and how our own message is found again after a time-out.
    """

    kind: ClassVar[str] = "message_sent"
    direction: ClassVar[Direction] = Direction.SENT

    sent_by_client_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEntered(Message):
    """A customer opened the chat page. `item_id` is the video they came from, `ad` says whether it was paid for."""

    kind: ClassVar[str] = "conversation_entered"

    user_open_id: str
    conversation_id: str = ""
    item_id: str = ""
    user_name: str = field(default="", repr=False)
    traffic: Traffic = Traffic.NATURAL
    ad: AdInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentSeen(Message):
    """Somebody commented on a video, or answered a comment (`reply_to_comment_id`)."""

    kind: ClassVar[str] = "comment_seen"

    comment_id: str
    user_open_id: str
    item_id: str
    text: str = field(default="", repr=False)
    user_name: str = field(default="", repr=False)
    reply_to_comment_id: str = ""
    likes: int = 0
    replies: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAuthorised(Message):
    """The owner of an account let our app act for it."""

    kind: ClassVar[str] = "account_authorised"

    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUnauthorised(Message):
    """The owner took that leave back."""

    kind: ClassVar[str] = "account_unauthorised"

    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSignal(Message):
    """Interest without a phone number: it belongs on the customer's file, it is not a lead."""

    kind: ClassVar[str] = "contact_signal"

    signal: Signal
    user_open_id: str
    scene: Scene = Scene.HOME_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Message):
    """A well-formed word we could not understand: it goes to the quarantine with the reason, never to the floor.

    `reason` is a stable code, `field_path` where it went wrong (`content.card_data`), `event` the platform's name.
    """

    kind: ClassVar[str] = "unreadable"

    reason: str
    field_path: str = ""
    event: str = ""


MESSAGE_TYPES: tuple[type[Message], ...] = (
    WebhookProbe,
    LeadSeen,
    PostSeen,
    MessageReceived,
    MessageSent,
    ConversationEntered,
    CommentSeen,
    AccountAuthorised,
    AccountUnauthorised,
    ContactSignal,
    Unreadable,
)
