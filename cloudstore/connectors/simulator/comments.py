"""Comments under posts, read and answered."""

from __future__ import annotations

from typing import Any

from cloudstore.connectors.simulator.access import account_of
from cloudstore.connectors.simulator.events import Side, Word, comment_content
from cloudstore.connectors.simulator.inputs import BAD_PARAMETER, Inputs
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Answer, Refusal
from cloudstore.connectors.simulator.store import Row


def add_comment(platform: Platform, account: Row, item: Row, author: Side, words: str, reply_to: str = "") -> str:
    """Somebody comments; the app hears of it, of the account's own answers too."""
    comment_id, now = platform.ids.mark("comment"), platform.now()
    with platform.store.together():
        platform.store.run(
            "insert into comment (comment_id, item_id, person_id, nickname, text, reply_to, created_at) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            *(comment_id, item["item_id"], author.open_id, author.nickname, words, reply_to, now),
        )
        content = comment_content(
            comment_id=comment_id,
            person_id=author.open_id,
            words=words,
            item_id=item["item_id"],
            reply_to=reply_to,
            replies=0,
            at=now,
        )
        word = Word("item_comment_reply", author.open_id, account["open_id"], content)
        platform.outbox.post(account["client_key"], word)
    return comment_id


def _own_item(platform: Platform, account: Row, inputs: Inputs) -> Row:
    item = platform.store.one("select * from item where item_id = ?", inputs.need("item_id"))
    if item is None or item["open_id"] != account["open_id"]:
        raise Refusal(BAD_PARAMETER, "item_id is unknown")
    return item


async def comment_list(platform: Platform, inputs: Inputs) -> Answer:
    return _page(platform, inputs, reply_to="")


async def reply_list(platform: Platform, inputs: Inputs) -> Answer:
    return _page(platform, inputs, reply_to=inputs.need("comment_id"))


def _page(platform: Platform, inputs: Inputs, reply_to: str) -> Answer:
    account = account_of(platform, inputs)
    item = _own_item(platform, account, inputs)
    size = max(inputs.whole("count", 10, most=100), 1)
    rows = platform.store.all(
        "select * from comment where item_id = ? and reply_to = ? and seq > ? order by seq limit ?",
        *(item["item_id"], reply_to, inputs.whole("cursor", 0), size + 1),
    )
    shown = rows[:size]
    cursor = shown[-1]["seq"] if shown else 0
    listed = [_describe(platform, row) for row in shown]
    return Answer({"list": listed, "cursor": cursor, "has_more": len(rows) > size})


def _describe(platform: Platform, row: Row) -> dict[str, Any]:
    replies = platform.store.number("select count(*) from comment where reply_to = ?", row["comment_id"])
    return {
        "comment_id": row["comment_id"],
        "reply_comment_id": row["reply_to"],
        "comment_user_id": row["person_id"],
        "nick_name": row["nickname"],
        "avatar": "",
        "content": row["text"],
        "digg_count": 0,
        "reply_comment_total": replies,
        "top": bool(row["top"]),
        "create_time": int(row["created_at"]),
    }


async def reply(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    item = _own_item(platform, account, inputs)
    reply_to = inputs.text("comment_id")
    known = "select 1 from comment where comment_id = ? and item_id = ?"
    if reply_to and platform.store.one(known, reply_to, item["item_id"]) is None:
        raise Refusal(BAD_PARAMETER, "comment_id is unknown")
    author = Side(account["open_id"], account["nickname"])
    comment_id = add_comment(platform, account, item, author, inputs.need("content")[:1_000], reply_to)
    return Answer({"comment_id": comment_id})


async def top(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    item = _own_item(platform, account, inputs)
    pinned = inputs.text("top").lower() in ("true", "1")
    platform.store.run(
        "update comment set top = ? where comment_id = ? and item_id = ?",
        *(int(pinned), inputs.need("comment_id"), item["item_id"]),
    )
    return Answer()
