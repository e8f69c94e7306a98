"""Direct messages and lead cards.

Sending has no idempotency key. After an error with `maybe_done`, wait for our own message to come back as
`MessageSent` with our client key before sending again.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from cloudstore.connectors.douyin.answers import ConsultCard, IntentionEntry, IntentionPage, SentMessage, flag, rows
from cloudstore.connectors.douyin.calls import Calls, must
from cloudstore.connectors.douyin.parsing import as_list, moment, text, whole


class SendScene(StrEnum):
    """Why we may write, which decides how long and how often."""

    REPLY = "im_reply_msg"  # 24 h after the customer's message, at most 6 for each
    ENTERED = "im_enter_direct_msg"  # 30 s after the customer opened the chat, at most 3
    AUTHORISED = "im_authorize_message"  # leave was given: once a day, at most 3
    BUSINESS = "im_b2b_direct_message"


def text_content(words: str) -> dict[str, Any]:
    return {"msg_type": 1, "text": {"text": words}}


def image_content(media_id: str) -> dict[str, Any]:
    return {"msg_type": 2, "image": {"media_id": media_id}}


def video_content(item_id: str) -> dict[str, Any]:
    return {"msg_type": 3, "video": {"item_id": item_id}}


def card_content(card_id: str) -> dict[str, Any]:
    return {"msg_type": 8, "retain_consult_card": {"card_id": card_id}}


class ConversationCalls(Calls):
    def send_message(
        self,
        *,
        access_token: str,
        open_id: str,
        to_user_id: str,
        conversation_id: str,
        message_id: str,
        contents: Sequence[dict[str, Any]],
        scene: SendScene = SendScene.REPLY,
    ) -> SentMessage:
        """Write to a customer from the account `open_id`, answering `message_id`. Each content counts as a message."""
        body: dict[str, Any] = {
            "msg_id": message_id,
            "conversation_id": conversation_id,
            "to_user_id": to_user_id,
            "scene": scene.value,
        }
        body |= {"content": contents[0]} if len(contents) == 1 else {"content_list": list(contents)}
        answer = self._transport.call(
            "send_message",
            "POST",
            "/im/send/msg/",
            access_token=access_token,
            query={"open_id": open_id},
            json=body,
            changes=True,
        )
        ids = [text(value, 128) for value in as_list(answer.get("msg_list"))]
        return SentMessage(tuple(filter(None, ids)) or (must(answer, "msg_id", "send_message", changes=True),))

    def recall_message(
        self, *, access_token: str, open_id: str, conversation_id: str, message_id: str, group: bool = False
    ) -> None:
        """Take back a message the account sent. Taking it back twice does no harm."""
        self._transport.call(
            "recall_message",
            "POST",
            "/im/recall/msg/",
            access_token=access_token,
            query={"open_id": open_id},
            json={"conversation_id": conversation_id, "conversation_type": 2 if group else 1, "msg_id": message_id},
        )

    def save_retain_consult_card(
        self,
        *,
        access_token: str,
        open_id: str,
        title: str,
        components: Sequence[int],
        media_id: str = "",
        card_id: str = "",
    ) -> str:
        """Make a lead card, or change the one named by `card_id`; the answer is its id."""
        body: dict[str, Any] = {"title": title, "components": list(components), "media_id": media_id}
        if card_id:
            body["card_id"] = card_id
        answer = self._transport.call(
            "save_retain_consult_card",
            "POST",
            "/im/save/retain_consult_card/",
            access_token=access_token,
            query={"open_id": open_id},
            json=body,
            changes=not card_id,
        )
        return must(answer, "card_id", "save_retain_consult_card", changes=not card_id)

    def retain_consult_cards(self, *, access_token: str, open_id: str) -> tuple[ConsultCard, ...]:
        """The account's lead cards."""
        answer = self._transport.call(
            "retain_consult_cards",
            "GET",
            "/im/get/retain_consult_card/",
            access_token=access_token,
            query={"open_id": open_id},
        )
        return tuple(
            ConsultCard(
                card_id=text(row.get("card_id"), 128),
                title=text(row.get("title"), 200),
                components=tuple(n for n in map(whole, as_list(row.get("components"))) if n is not None),
                status=whole(row.get("status")) or 0,
            )
            for row in rows(answer, "cards")
        )

    def intention_log(
        self,
        *,
        access_token: str,
        open_id: str,
        start: int,
        end: int,
        event: str = "",
        session: str = "",
        size: int = 50,
    ) -> IntentionPage:
        """Events of an account between two epoch seconds: the way to find what no webhook brought."""
        query = {"open_id": open_id, "start_time": str(start), "end_time": str(end), "count": str(size)}
        query |= {"event": event} if event else {}
        query |= {"query_session": session} if session else {}
        answer = self._transport.call(
            "intention_log",
            "GET",
            "/api/douyin/v1/interactive/intention/log/list/",
            access_token=access_token,
            query=query,
        )
        entries = tuple(
            IntentionEntry(
                event=text(row.get("event"), 64),
                open_id=text(row.get("open_id"), 128),
                occurred_at=moment(row.get("event_time")),
                content=text(row.get("content"), 100_000),
            )
            for row in rows(answer, "intention_log_infos")
        )
        return IntentionPage(entries, text(answer.get("query_session"), 500), flag(answer.get("has_more")))
