"""Things customers do, ordered by hand: each goes the way it would go on the platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudstore.connectors.simulator.comments import add_comment
from cloudstore.connectors.simulator.conversations import enter, human_reply, person_row, receive
from cloudstore.connectors.simulator.events import CONTACT_SIGNALS, Word, card_fields
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.store import Row

LABELS = (("姓名", "name"), ("手机号", "phone"), ("城市", "city"))


class Wrong(ValueError):
    """What was asked for does not make sense; the text says why."""


def account_row(platform: Platform, given: dict[str, Any]) -> Row:
    open_id = str(given.get("open_id", ""))
    row = platform.store.one("select * from account where open_id = ?", open_id)
    if row is None:
        raise Wrong("open_id: there is no such account")
    return row


def number(given: dict[str, Any], key: str, default: float) -> float:
    try:
        return float(given.get(key, default))
    except (TypeError, ValueError):
        raise Wrong(f"{key} must be a number") from None


def fire(platform: Platform, given: dict[str, Any]) -> dict[str, Any]:
    """One event: `event` (see EVENTS), `open_id` of the account, `user` {open_id, nickname}, and what the event needs.

    lead_card: name, phone, city, labels [{label, value}], item_id, ad_info, card_id · text: text · human_reply: text ·
    enter: item_id, ad_info · comment: item_id, text, reply_to · follow, like · grant (leave to write).
    """
    name = str(given.get("event", ""))
    order = EVENTS.get(name)
    if order is None:
        raise Wrong(f"event must be one of {', '.join(EVENTS)}")
    account = account_row(platform, given)
    user = given.get("user")
    if user is not None and not isinstance(user, dict):
        raise Wrong("user must be an object")
    return order(platform, account, given)


def _lead_card(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    answers = [{"label": label, "value": str(given[key])} for label, key in LABELS if given.get(key)]
    answers += [row for row in given.get("labels") or [] if isinstance(row, dict)]
    if not answers:
        raise Wrong("a filled card needs name, phone, city or labels")
    fields = card_fields(str(given.get("card_id") or platform.ids.mark("card")), answers)
    fields |= {key: given[key] for key in ("item_id", "ad_info") if given.get(key)}
    message_id = receive(platform, account, person, "retain_consult_card", fields)
    return {"message_id": message_id, "user_open_id": person.open_id}


def _text(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    message_id = receive(platform, account, person, "text", {"text": str(given.get("text", ""))})
    return {"message_id": message_id, "user_open_id": person.open_id}


def _human_reply(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    return {"message_id": human_reply(platform, account, person, str(given.get("text", "")))}


def _enter(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    ad_info = given.get("ad_info")
    enter(platform, account, person, str(given.get("item_id", "")), ad_info if isinstance(ad_info, dict) else {})
    return {"user_open_id": person.open_id}


def _comment(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    item = platform.store.one("select * from item where item_id = ?", str(given.get("item_id", "")))
    if item is None or item["open_id"] != account["open_id"]:
        raise Wrong("item_id: this account has no such post")
    person = person_row(platform, given.get("user"))
    words, reply_to = str(given.get("text", "")), str(given.get("reply_to", ""))
    return {"comment_id": add_comment(platform, account, item, person, words, reply_to)}


def _signal(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    platform.outbox.post(account["client_key"], Word(str(given["event"]), person.open_id, account["open_id"]))
    return {"user_open_id": person.open_id}


def _follow(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    content = {"action_type": 1, "action_time": int(platform.now())}
    word = Word("new_follow_action", person.open_id, account["open_id"], content)
    platform.outbox.post(account["client_key"], word)
    return {"user_open_id": person.open_id}


def _like(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    content = {"action_type": 1, "action_time": int(platform.now()), "item_id": str(given.get("item_id", ""))}
    platform.outbox.post(account["client_key"], Word("new_video_digg", person.open_id, account["open_id"], content))
    return {"user_open_id": person.open_id}


def _grant(platform: Platform, account: Row, given: dict[str, Any]) -> dict[str, Any]:
    person = person_row(platform, given.get("user"))
    platform.store.run(
        "insert or replace into leave_to_write (open_id, person_id, granted_at) values (?, ?, ?)",
        *(account["open_id"], person.open_id, platform.now()),
    )
    return {"user_open_id": person.open_id}


EVENTS: dict[str, Callable[[Platform, Row, dict[str, Any]], dict[str, Any]]] = {
    "lead_card": _lead_card,
    "text": _text,
    "human_reply": _human_reply,
    "enter": _enter,
    "comment": _comment,
    "follow": _follow,
    "like": _like,
    "grant": _grant,
    **dict.fromkeys(CONTACT_SIGNALS, _signal),
}
