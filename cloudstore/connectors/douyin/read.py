"""What a webhook body says: bytes in, messages out. Nothing here touches a network, a clock or a database.

Event list: the platform's page "事件列表" (develop/webhooks/event-list). `content` is an object for some events and
JSON text for others, even within one family, so both are always accepted. The platform promises neither delivery nor
order nor uniqueness; the caller keeps `Msg-Id` (else the hash of the body) against repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cloudstore.connectors.douyin import PLATFORM
from cloudstore.connectors.douyin.cards import read_answers
from cloudstore.connectors.douyin.parsing import (
    BadField,
    as_list,
    as_object,
    count,
    identity,
    load_object,
    moment,
    required,
    text,
    whole,
)
from cloudstore.connectors.messages import (
    AccountAuthorised,
    AccountUnauthorised,
    AdInfo,
    CommentSeen,
    ContactSignal,
    ConversationEntered,
    LeadSeen,
    Message,
    MessageReceived,
    MessageSent,
    PostSeen,
    Scene,
    Signal,
    Traffic,
    Unreadable,
    WebhookProbe,
)

FILLED_CARD = 2
GROUP_CONVERSATION = 2
AUTOMATIC_SCENES = frozenset({1, 2})  # keyword auto-reply, welcome

# Documented events that carry nothing this product acts on; they are understood and let go.
NOT_FOR_US = frozenset(
    {
        "contract_authorize",
        "contract_unauthorize",
        "im_recall_msg",
        "im_authorize",
        "im_group_receive_msg",
        "im_group_send_msg",
        "enter_group_audit_change",
        "group_fans_event",
        "new_follow_action",
        "new_video_digg",
        "receive_msg",
        "enter_im",
    }
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outside of a webhook: enough for the door, without reading the letter."""

    event: str
    client_key: str
    challenge: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One webhook with its content unpacked."""

    name: str
    client_key: str
    sender: str
    receiver: str
    log_id: str
    content: dict[str, Any]


def envelope(raw: bytes) -> Envelope:
    """The event's name and, for the platform's probe, the number to echo. Raises MalformedBody like `read`."""
    values = load_object(raw)
    challenge = None
    if values.get("event") == "verify_webhook":
        try:
            challenge = whole(as_object(values.get("content"), "content").get("challenge"))
        except BadField:
            challenge = None
    return Envelope(text(values.get("event"), 64), text(values.get("client_key"), 128), challenge)


def read(raw: bytes) -> list[Message]:
    """The messages in one webhook body, in the order they should be heard.

    Usually one. A filled lead card is two: the lead, and the message it arrived in. A documented event that is of no
    use here is an empty list. What is well-formed but not understood comes back as `Unreadable`. Raises `MalformedBody`
    (with the position) when the body is not a JSON object, and nothing else for any input.
    """
    values = load_object(raw)
    name = text(values.get("event"), 64)
    client_key = text(values.get("client_key"), 128)
    try:
        return _hear(_unpack(name, values))
    except BadField as fault:
        return [
            Unreadable(
                platform=PLATFORM,
                client_key=client_key,
                log_id=text(values.get("log_id"), 128),
                reason=fault.reason,
                field_path=fault.path,
                event=name,
            )
        ]


def _unpack(name: str, values: dict[str, Any]) -> Event:
    if not name:
        raise BadField("event", "missing")
    return Event(
        name=name,
        client_key=identity(values, "client_key"),
        sender=identity(values, "from_user_id"),
        receiver=identity(values, "to_user_id"),
        log_id=text(values.get("log_id"), 128),
        content=as_object(values.get("content"), "content"),
    )


def _hear(event: Event) -> list[Message]:
    if event.name in NOT_FOR_US:
        return []
    reader = READERS.get(event.name)
    if reader is None:
        raise BadField("event", "unknown_event")
    return reader(event)


def _shared(event: Event, account: str) -> dict[str, Any]:
    """What every message is made with. `account` is our side of the event."""
    return {
        "platform": PLATFORM,
        "client_key": event.client_key,
        "account_open_id": account,
        "occurred_at": moment(event.content.get("create_time")),
        "log_id": event.log_id,
    }


def _need(value: str, path: str) -> str:
    if not value:
        raise BadField(path, "missing")
    return value


def _probe(event: Event) -> list[Message]:
    challenge = whole(event.content.get("challenge"))
    if challenge is None:
        raise BadField("content.challenge", "not_a_number")
    return [WebhookProbe(**_shared(event, ""), challenge=challenge)]


def _post(event: Event) -> list[Message]:
    return [
        PostSeen(
            **_shared(event, _need(event.sender or event.receiver, "from_user_id")),
            item_id=required(event.content, "item_id", "content."),
            share_id=identity(event.content, "share_id", "content."),
            video_id=identity(event.content, "video_id", "content."),
        )
    ]


def _received(event: Event) -> list[Message]:
    message = MessageReceived(**_shared(event, event.receiver), **_direct_message(event, event.sender))
    if message.card_filled:
        # Contact data is never refused for a missing id: somebody is waiting for a call.
        return [_lead(event, message), *([message] if event.sender and event.receiver else [])]
    _need(event.sender, "from_user_id")
    _need(event.receiver, "to_user_id")
    return [message]


def _sent(event: Event) -> list[Message]:
    account = _need(event.sender, "from_user_id")
    user = _need(event.receiver, "to_user_id")
    source = identity(event.content, "source", "content.")
    return [MessageSent(**_shared(event, account), **_direct_message(event, user), sent_by_client_key=source)]


def _direct_message(event: Event, user: str) -> dict[str, Any]:
    content = event.content
    kind = text(content.get("message_type"), 64) or "text"
    name, avatar = _about(user, content)
    return {
        "user_open_id": user,
        "conversation_id": identity(content, "conversation_short_id", "content."),
        "message_id": identity(content, "server_message_id", "content."),
        "message_type": kind,
        "text": text(content.get("text")),
        "user_name": name,
        "user_avatar": avatar,
        "item_id": identity(content, "item_id", "content."),
        "card_id": identity(content, "card_id", "content."),
        "card_filled": kind == "retain_consult_card" and whole(content.get("card_status")) == FILLED_CARD,
        "media_url": text(content.get("resource_url"), 2_000),
        "group": whole(content.get("conversation_type")) == GROUP_CONVERSATION,
        "automatic": whole(content.get("scene_type")) in AUTOMATIC_SCENES,
    }


def _about(user: str, content: dict[str, Any]) -> tuple[str, str]:
    """The display name and picture of one side, from the list of both."""
    for person in as_list(content.get("user_infos")):
        if isinstance(person, dict) and person.get("open_id") == user:
            return text(person.get("nick_name"), 100), text(person.get("avatar"), 2_000)
    return "", ""


def _lead(event: Event, message: MessageReceived) -> LeadSeen:
    answers = read_answers(event.content.get("card_data"))
    ad = _ad(event.content)
    return LeadSeen(
        **_shared(event, message.account_open_id),
        scene=Scene.IM_MESSAGE,
        phone=answers.phone,
        name=answers.name,
        city_text=answers.city,
        series_text=answers.series,
        labels=answers.labels,
        user_open_id=message.user_open_id,
        conversation_id=message.conversation_id,
        message_id=message.message_id,
        card_id=message.card_id,
        item_id=message.item_id,
        traffic=Traffic.PAID if ad else Traffic.UNKNOWN,
        ad=ad,
    )


def _entered(event: Event) -> list[Message]:
    user = _need(event.sender, "from_user_id")
    content = event.content
    ad = _ad(content)
    return [
        ConversationEntered(
            **_shared(event, _need(event.receiver, "to_user_id")),
            user_open_id=user,
            conversation_id=identity(content, "conversation_short_id", "content."),
            item_id=identity(content, "objectId", "content.") or identity(content, "item_id", "content."),
            user_name=_about(user, content)[0],
            traffic=Traffic.PAID if ad else Traffic.NATURAL,
            ad=ad,
        )
    ]


AD_KEYS = {
    "advertiser_id": "adv_id",
    "advertiser_name": "adv_name",
    "ad_id": "ad_id",
    "ad_name": "ad_name",
    "creative_id": "creative_id",
    "promotion_id": "promotion_id",
    "material_title_id": "material_title_id",
    "material_image_id": "material_image_id",
    "material_video_id": "material_video_id",
}
PAID_BY = ("advertiser_id", "ad_id", "creative_id", "promotion_id")


def _ad(content: dict[str, Any]) -> AdInfo | None:
    """The advertisement behind the visit, or None when it was free. The platform writes 0 for "no such id"."""
    given = as_object(content.get("ad_info"), "content.ad_info")
    found = {ours: text(given.get(theirs), 128) for ours, theirs in AD_KEYS.items()}
    found = {key: "" if value == "0" else value for key, value in found.items()}
    return AdInfo(**found) if any(found[key] for key in PAID_BY) else None


def _comment(event: Event) -> list[Message]:
    content = event.content
    user = identity(content, "comment_user_id", "content.") or event.sender
    return [
        CommentSeen(
            **_shared(event, _need(event.receiver, "to_user_id")),
            comment_id=required(content, "comment_id", "content."),
            user_open_id=_need(user, "content.comment_user_id"),
            item_id=required(content, "reply_to_item_id", "content."),
            text=text(content.get("content")),
            user_name=text(content.get("nick_name"), 100),
            reply_to_comment_id=identity(content, "reply_to_comment_id", "content."),
            likes=count(content.get("digg_count")),
            replies=count(content.get("reply_comment_total")),
        )
    ]


def _scopes(event: Event) -> tuple[str, ...]:
    listed = event.content.get("scopes")
    values = as_list(listed) or text(listed, 1_000).split(",")
    return tuple(filter(None, (text(value, 64) for value in values)))


def _authorised(event: Event) -> list[Message]:
    account = _need(event.sender or event.receiver, "from_user_id")
    return [AccountAuthorised(**_shared(event, account), scopes=_scopes(event))]


def _unauthorised(event: Event) -> list[Message]:
    account = _need(event.sender or event.receiver, "from_user_id")
    return [AccountUnauthorised(**_shared(event, account), scopes=_scopes(event))]


def _signal(event: Event) -> list[Message]:
    return [
        ContactSignal(
            **_shared(event, _need(event.receiver, "to_user_id")),
            signal=Signal(event.name),
            user_open_id=_need(event.sender, "from_user_id"),
        )
    ]


READERS: dict[str, Callable[[Event], list[Message]]] = {
    "verify_webhook": _probe,
    "create_video": _post,
    "im_receive_msg": _received,
    "im_send_msg": _sent,
    "im_enter_direct_msg": _entered,
    "item_comment_reply": _comment,
    "authorize": _authorised,
    "unauthorize": _unauthorised,
    "dial_phone": _signal,
    "website_contact": _signal,
    "personal_tab_contact": _signal,
}
