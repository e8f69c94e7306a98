"""Direct messages both ways, lead cards, and the log of what customers did."""

from __future__ import annotations

import json
from typing import Any

from cloudstore.connectors.simulator.access import account_of
from cloudstore.connectors.simulator.events import Side, Word, card_fields, entered_content, message_content
from cloudstore.connectors.simulator.ids import conversation_id
from cloudstore.connectors.simulator.inputs import BAD_PARAMETER, Inputs
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Answer, Refusal
from cloudstore.connectors.simulator.store import Row
from cloudstore.connectors.simulator.windows import DAY, WINDOWS, refusal

PEER_MISMATCH = 28_003_082
CONTENT_REJECTED = 28_001_038
LONGEST_TEXT = 2_000
MOST_CONTENTS = 6

# msg_type of the call → (message_type of the webhook, key of its payload, the field that must be there)
CONTENTS = {
    1: ("text", "text", "text"),
    2: ("image", "image", "media_id"),
    3: ("video", "video", "item_id"),
    8: ("retain_consult_card", "retain_consult_card", "card_id"),
    9: ("other", "group_invitation", "group_id"),
    10: ("other", "applet_card", "card_template_id"),
    11: ("other", "applet_coupon", "activity_id"),
    12: ("other", "auth_private_message_card", "Title"),
    204: ("other", "question_guide_msg_card", "title"),
}


def person_row(platform: Platform, given: dict[str, Any] | None) -> Side:
    """A member of the public, made on demand."""
    given = given or {}
    open_id = str(given.get("open_id") or platform.ids.mark("person"))
    nickname = str(given.get("nickname") or given.get("nick_name") or f"user {open_id[-4:]}")
    platform.store.run(
        "insert into person (open_id, nickname, avatar) values (?, ?, ?) on conflict (open_id) do nothing",
        *(open_id, nickname, str(given.get("avatar") or "")),
    )
    row = platform.store.one("select * from person where open_id = ?", open_id)
    return Side(open_id, row["nickname"] if row else nickname, row["avatar"] if row else "")


def _side(account: Row) -> Side:
    return Side(account["open_id"], account["nickname"], account["avatar"])


def keep_message(
    platform: Platform,
    account: Row,
    person: Side,
    *,
    direction: str,
    message_type: str,
    fields: dict[str, Any],
    scene: str = "",
    answers: str = "",
    source: str = "",
) -> str:
    """Write a message down and tell the app. Returns the message's id."""
    message_id, now = platform.ids.mark("message"), platform.now()
    thread = conversation_id(account["open_id"], person.open_id)
    platform.store.run(
        "insert into message (message_id, open_id, person_id, conversation_id, direction, message_type, content, "
        "scene, answers, source, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(message_id, account["open_id"], person.open_id, thread, direction, message_type),
        *(json.dumps(fields, ensure_ascii=False), scene, answers, source, now),
    )
    content = message_content(
        conversation_id=thread,
        message_id=message_id,
        message_type=message_type,
        fields=fields,
        sides=(_side(account), person),
        source=source,
        at=now,
    )
    ours = account["open_id"]
    if direction == "in":
        word = Word("im_receive_msg", person.open_id, ours, content)
    else:
        word = Word("im_send_msg", ours, person.open_id, content)
    platform.outbox.post(account["client_key"], word)
    return message_id


def receive(platform: Platform, account: Row, person: Side, message_type: str, fields: dict[str, Any]) -> str:
    """A customer writes."""
    with platform.store.together():
        return keep_message(platform, account, person, direction="in", message_type=message_type, fields=fields)


def human_reply(platform: Platform, account: Row, person: Side, words: str) -> str:
    """Somebody of the dealer answers in the platform's own app."""
    with platform.store.together():
        return keep_message(
            platform, account, person, direction="out", message_type="text", fields={"text": words}, source=""
        )


def enter(platform: Platform, account: Row, person: Side, item_id: str, ad_info: dict[str, Any]) -> str:
    """A customer opens the chat page."""
    now = platform.now()
    with platform.store.together():
        platform.store.run(
            "insert into visit (open_id, person_id, visited_at) values (?, ?, ?)",
            *(account["open_id"], person.open_id, now),
        )
        content = entered_content(
            conversation_id=conversation_id(account["open_id"], person.open_id),
            item_id=item_id,
            ad_info=ad_info,
            sides=(_side(account), person),
            at=now,
        )
        word = Word("im_enter_direct_msg", person.open_id, account["open_id"], content)
        return platform.outbox.post(account["client_key"], word)


async def send_message(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs, "im.direct_message")
    contents = [_read_content(platform, account, content) for content in _contents(inputs)]
    to_user_id, scene = inputs.need("to_user_id"), inputs.text("scene", "im_reply_msg")
    answers = _check_window(platform, account, inputs, to_user_id, scene, len(contents))
    person = person_row(platform, {"open_id": to_user_id})
    with platform.store.together():
        sent = [
            keep_message(
                platform,
                account,
                person,
                direction="out",
                message_type=kind,
                fields=fields,
                scene=scene,
                answers=answers,
                source=account["client_key"],
            )
            for kind, fields in contents
        ]
    several = {"msg_list": sent} if inputs.items("content_list") else {}
    return Answer(beside={"msg_id": sent[0], **several})


def _contents(inputs: Inputs) -> list[dict[str, Any]]:
    listed = inputs.items("content_list")
    single = inputs.values.get("content")
    contents = listed or ([single] if isinstance(single, dict) else [])
    if not contents or len(contents) > MOST_CONTENTS or not all(isinstance(content, dict) for content in contents):
        raise Refusal(BAD_PARAMETER, f"content or content_list of 1 to {MOST_CONTENTS} is required")
    return contents


def _read_content(platform: Platform, account: Row, content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    try:
        kind, key, needed = CONTENTS[int(str(content.get("msg_type")))]
    except (KeyError, ValueError):
        raise Refusal(BAD_PARAMETER, "content.msg_type is unknown") from None
    payload = content.get(key)
    if not isinstance(payload, dict) or not payload.get(needed):
        raise Refusal(BAD_PARAMETER, f"content.{key}.{needed} is required")
    if kind == "text" and len(str(payload["text"])) > LONGEST_TEXT:
        raise Refusal(CONTENT_REJECTED, "the text is too long")
    if kind == "retain_consult_card":
        if _card(platform, account, str(payload["card_id"])) is None:
            raise Refusal(BAD_PARAMETER, "card_id is unknown")
        return kind, card_fields(str(payload["card_id"]), [])
    return kind, payload


def _check_window(platform: Platform, account: Row, inputs: Inputs, to_user_id: str, scene: str, adding: int) -> str:
    """Raises the platform's refusal when the window is shut; returns the id of the message being answered, if any."""
    if scene == "im_b2b_direct_message":
        if platform.store.one("select 1 from account where open_id = ?", to_user_id) is None:
            raise Refusal(PEER_MISMATCH, "to_user_id is not a business account")
        return ""
    if scene not in WINDOWS:
        raise Refusal(BAD_PARAMETER, "scene is unknown")
    opened_at, answers, since = _opened(platform, account["open_id"], inputs, to_user_id, scene)
    sent = platform.store.number(
        "select count(*) from message where direction = 'out' and scene = ? and open_id = ? and person_id = ? "
        "and created_at >= ? and (? = '' or answers = ?)",
        *(scene, account["open_id"], to_user_id, since, answers, answers),
    )
    code = refusal(scene, now=platform.now(), opened_at=opened_at, sent=sent, adding=adding)
    if code:
        raise Refusal(code, "the reply window is closed or used up")
    return answers


def _opened(
    platform: Platform, open_id: str, inputs: Inputs, to_user_id: str, scene: str
) -> tuple[float | None, str, float]:
    """When the window was opened, the message it hangs on, and since when messages count against it."""
    store = platform.store
    if scene == "im_reply_msg":
        message_id = inputs.need("msg_id")
        asked = store.one("select * from message where message_id = ? and direction = 'in'", message_id)
        if asked is not None and (asked["person_id"] != to_user_id or asked["open_id"] != open_id):
            raise Refusal(PEER_MISMATCH, "msg_id is not from this user")
        return (asked["created_at"] if asked else None), message_id, 0.0
    if scene == "im_enter_direct_msg":
        visit = store.one(
            "select max(visited_at) as at from visit where open_id = ? and person_id = ?", open_id, to_user_id
        )
        visited_at = visit["at"] if visit else None
        return visited_at, "", visited_at or 0.0
    leave = store.one("select * from leave_to_write where open_id = ? and person_id = ?", open_id, to_user_id)
    return (leave["granted_at"] if leave else None), "", platform.now() - DAY


async def recall_message(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs, "im.recall_message")
    done = platform.store.run(
        "update message set recalled = 1 where message_id = ? and open_id = ? and direction = 'out'",
        *(inputs.need("msg_id"), account["open_id"]),
    )
    if not done.rowcount:
        raise Refusal(BAD_PARAMETER, "msg_id is unknown")
    return Answer()


def _card(platform: Platform, account: Row, card_id: str) -> Row | None:
    return platform.store.one("select * from card where card_id = ? and open_id = ?", card_id, account["open_id"])


async def save_card(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs, "im.message_card")
    card_id = inputs.text("card_id")
    if card_id and _card(platform, account, card_id) is None:
        raise Refusal(BAD_PARAMETER, "card_id is unknown")
    card_id = card_id or platform.ids.mark("card")
    platform.store.run(
        "insert into card (card_id, open_id, title, media_id, components) values (?, ?, ?, ?, ?) "
        "on conflict (card_id) do update set title = excluded.title, media_id = excluded.media_id, "
        "components = excluded.components",
        *(card_id, account["open_id"], inputs.need("title")[:100], inputs.text("media_id")),
        json.dumps([int(value) for value in inputs.items("components") if str(value).isdigit()]),
    )
    return Answer(beside={"card_id": card_id})


async def get_cards(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs, "im.message_card")
    rows = platform.store.all("select * from card where open_id = ? order by rowid", account["open_id"])
    cards = [
        {key: row[key] for key in ("card_id", "title", "media_id", "status")}
        | {"components": json.loads(row["components"])}
        for row in rows
    ]
    return Answer(beside={"cards": cards})


async def delete_card(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs, "im.message_card")
    platform.store.run("delete from card where card_id = ? and open_id = ?", inputs.need("card_id"), account["open_id"])
    return Answer()


async def intention_log(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    size = max(inputs.whole("count", 20, most=100), 1)
    after = inputs.whole("query_session", 0)
    rows = platform.store.all(
        "select * from intention where account_id = ? and seq > ? and event_time >= ? and event_time < ? "
        "and (? = '' or event = ?) order by seq limit ?",
        *(account["open_id"], after, inputs.whole("start_time", 0), inputs.whole("end_time", 2**40)),
        *(inputs.text("event"), inputs.text("event"), size + 1),
    )
    shown = rows[:size]
    infos = [
        {
            "event": row["event"],
            "open_id": row["open_id"],
            "event_time": int(row["event_time"]),
            "content": row["content"],
        }
        for row in shown
    ]
    session = str(shown[-1]["seq"] if shown else after)
    return Answer({"intention_log_infos": infos, "query_session": session, "has_more": len(rows) > size})
