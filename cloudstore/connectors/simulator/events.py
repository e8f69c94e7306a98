"""The contents of webhooks, event by event, as documented. Pure: values in, a plain object out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DOCUMENTED = (
    "create_video",
    "authorize",
    "unauthorize",
    "im_receive_msg",
    "im_send_msg",
    "im_enter_direct_msg",
    "item_comment_reply",
    "new_follow_action",
    "new_video_digg",
    "dial_phone",
    "website_contact",
    "personal_tab_contact",
)
CONTACT_SIGNALS = ("dial_phone", "website_contact", "personal_tab_contact")
OTHER_SCENE = 100
CARD_SENT = 1
CARD_FILLED = 2


@dataclass(frozen=True, slots=True)
class Word:
    """One event on its way to an app."""

    event: str
    sender: str
    receiver: str
    content: dict[str, Any] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two in a conversation."""

    open_id: str
    nickname: str
    avatar: str = ""

    def as_json(self) -> dict[str, str]:
        return {"open_id": self.open_id, "nick_name": self.nickname, "avatar": self.avatar}


def message_content(
    *,
    conversation_id: str,
    message_id: str,
    message_type: str,
    fields: dict[str, Any],
    sides: tuple[Side, Side],
    source: str,
    at: float,
) -> dict[str, Any]:
    """What `im_receive_msg` and `im_send_msg` carry. `fields` are those of the message's own type."""
    return {
        "conversation_short_id": conversation_id,
        "server_message_id": message_id,
        "conversation_type": 1,
        "create_time": int(at * 1000),
        "message_type": message_type,
        **fields,
        "source": source,
        "scene_type": OTHER_SCENE,
        "user_infos": [side.as_json() for side in sides],
    }


def card_fields(card_id: str, answers: list[dict[str, str]]) -> dict[str, Any]:
    """A lead card in a message; with answers it is a filled one."""
    return {"card_id": card_id, "card_status": CARD_FILLED if answers else CARD_SENT, "card_data": answers}


def entered_content(
    *, conversation_id: str, item_id: str, ad_info: dict[str, Any], sides: tuple[Side, Side], at: float
) -> dict[str, Any]:
    """What `im_enter_direct_msg` carries; `ad_info` is empty for a free visit."""
    return {
        "conversation_short_id": conversation_id,
        "conversation_type": 1,
        "create_time": int(at * 1000),
        "objectId": item_id,
        "scene_type": OTHER_SCENE,
        "query": "",
        "path": "",
        "data-im-extra": "",
        "ad_info": ad_info,
        "user_infos": [side.as_json() for side in sides],
    }


def comment_content(
    *, comment_id: str, person_id: str, words: str, item_id: str, reply_to: str, replies: int, at: float
) -> dict[str, Any]:
    """What `item_comment_reply` carries."""
    return {
        "comment_id": comment_id,
        "comment_user_id": person_id,
        "content": words,
        "create_time": int(at),
        "digg_count": 0,
        "reply_comment_total": replies,
        "reply_to_comment_id": reply_to,
        "reply_to_item_id": item_id,
        "at_user_id": "",
    }
