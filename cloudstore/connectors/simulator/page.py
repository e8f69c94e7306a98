"""What people see: the platform's front page with its accounts, posts and deliveries, and the videos themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cloudstore.connectors.simulator.clock import readable
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.store import Row
from cloudstore.connectors.simulator.videos import describe
from cloudstore.connectors.simulator.words import translated, wants_chinese

STYLE = Path(__file__).with_name("page.css")
POLICY = (
    "default-src 'none'; style-src 'self'; media-src 'self'; img-src 'self'; form-action 'self' http: https:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SHOWN = 60
MOBILE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
EMPTY_COVER = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 16"><rect width="9" height="16" fill="#2A313B"/>'
    '<path d="M3.5 6v4l3-2z" fill="#B3BCC9"/></svg>'
)


class Sheet:
    """A page being written: every word escaped, in the reader's language."""

    def __init__(self, request: Request) -> None:
        self.chinese = wants_chinese(request.headers.get("accept-language"))

    def say(self, words: str, **values: str) -> str:
        return escape(translated(words, self.chinese).format(**values))

    def table(self, heads: Iterable[str], rows: list[list[str]], numbers: frozenset[int] = frozenset()) -> str:
        """Rows of ready-made cells; `numbers` are the columns to set right."""
        if not rows:
            return f"<p>{self.say('Nothing yet.')}</p>"

        def cell(tag: str, place: int, content: str) -> str:
            kind = ' class="number"' if place in numbers else ""
            return f"<{tag}{kind}>{content}</{tag}>"

        head = "".join(cell("th", place, self.say(word)) for place, word in enumerate(heads))
        body = "".join(
            "<tr>" + "".join(cell("td", place, value) for place, value in enumerate(row)) + "</tr>" for row in rows
        )
        return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'

    def finish(self, title: str, content: str, status: int = 200) -> HTMLResponse:
        language = "zh-Hans" if self.chinese else "en"
        html = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{self.say(title)}</title><link rel="stylesheet" href="/page.css"></head>'
            f"<body><h1>{self.say(title)}</h1>{content}</body></html>"
        )
        headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
        return HTMLResponse(html, status_code=status, headers=headers)


def masked(words: str) -> str:
    """Mobile numbers with their middle hidden."""
    return MOBILE.sub(r"\1****\2", words)


def routes(platform: Platform) -> list[Route]:
    async def front(request: Request) -> Response:
        sheet = Sheet(request)
        parts = [
            f"<p>{sheet.say('What the platform has seen. Everything here is invented.')}</p>",
            _section(sheet, "Posts", _posts(platform, sheet)),
            _section(sheet, "Accounts", _accounts(platform, sheet)),
            _section(sheet, "Live sessions", _rooms(platform, sheet)),
            _section(sheet, "Messages", _messages(platform, sheet)),
            _section(sheet, "Deliveries to the product", _deliveries(platform, sheet)),
        ]
        return sheet.finish("Platform simulator", "".join(parts))

    async def post(request: Request) -> Response:
        return RedirectResponse(f"/#post-{request.path_params['item_id']}", status_code=303)

    async def video(request: Request) -> Response:
        return _file(
            platform,
            "select video.path, 'video/mp4' as media_type from item join video using (video_id) where item_id = ?",
            request.path_params["item_id"],
        )

    async def cover(request: Request) -> Response:
        found = _file(
            platform,
            "select image.path, image.media_type from item join image on image_id = cover_image_id where item_id = ?",
            request.path_params["item_id"],
        )
        return found if found.status_code == 200 else Response(EMPTY_COVER, media_type="image/svg+xml")

    async def icon(_: Request) -> Response:
        return Response(status_code=204)

    async def style(_: Request) -> Response:
        return FileResponse(STYLE, media_type="text/css")

    return [
        Route("/", front),
        Route("/page.css", style),
        Route("/favicon.ico", icon),
        Route("/posts/{item_id:str}", post),
        Route("/posts/{item_id:str}/video", video),
        Route("/posts/{item_id:str}/cover", cover),
    ]


def _file(platform: Platform, statement: str, item_id: str) -> Response:
    row = platform.store.one(statement, item_id)
    if row is None:
        return Response(status_code=404)
    headers = {"X-Content-Type-Options": "nosniff"}
    return FileResponse(platform.store.files / row["path"], media_type=row["media_type"], headers=headers)


def _spoken(content: str) -> str:
    """What a message says: its words, the answers on its card, or its fields as they are."""
    fields: dict[str, Any] = json.loads(content)
    if fields.get("card_data"):
        return " · ".join(f"{row.get('label', '')} {row.get('value', '')}" for row in fields["card_data"])
    return str(fields["text"]) if "text" in fields else content


def _section(sheet: Sheet, title: str, content: str) -> str:
    return f"<h2>{sheet.say(title)}</h2>{content}"


def _posts(platform: Platform, sheet: Sheet) -> str:
    rows = platform.store.all("select * from item order by created_at desc, seq desc limit ?", SHOWN)
    if not rows:
        return f"<p>{sheet.say('Nothing yet.')}</p>"
    return '<div class="posts">' + "".join(_post(platform, sheet, row) for row in rows) + "</div>"


def _post(platform: Platform, sheet: Sheet, item: Row) -> str:
    account = platform.store.one("select * from account where open_id = ?", item["open_id"])
    if account is None:
        return ""
    shown: dict[str, Any] = describe(platform, account, item)
    counts = shown["statistics"]
    address = f"/posts/{escape(item['item_id'])}"
    if item["video_id"]:
        picture = f'<video controls preload="none" poster="{address}/cover" src="{address}/video"></video>'
    else:
        nothing = sheet.say("No video: published in the platform's app")
        picture = f'<div class="none">{nothing}</div>'
    figures = " · ".join(
        f"{sheet.say(word)} {counts[key]:,}"
        for word, key in (("Plays", "play_count"), ("Likes", "digg_count"), ("Comments", "comment_count"))
    )
    return (
        f'<article class="post" id="post-{escape(item["item_id"])}">{picture}<div class="about">'
        f"<strong>{escape(item['title'])}</strong><p>{escape(account['nickname'])}</p><p>{figures}</p>"
        f"<p>{readable(item['created_at'])}</p></div></article>"
    )


def _accounts(platform: Platform, sheet: Sheet) -> str:
    rows = platform.store.all(
        "select account.*, (select count(*) from item where item.open_id = account.open_id) as posts from account "
        "order by connected desc, nickname"
    )
    cells = [
        [
            escape(row["nickname"]),
            sheet.say("Connected" if row["connected"] else "Not connected"),
            str(row["posts"]),
            escape(row["open_id"]),
        ]
        for row in rows
    ]
    return sheet.table(("Account", "State", "Posts", "Open ID"), cells, frozenset({2}))


def _rooms(platform: Platform, sheet: Sheet) -> str:
    rows = platform.store.all(
        "select room.*, nickname from room join account using (open_id) order by started_at desc limit ?", SHOWN
    )
    cells = [
        [readable(row["started_at"]), escape(row["nickname"]), str(row["minutes"]), f"{row['viewers']:,}"]
        for row in rows
    ]
    return sheet.table(("Time (Beijing)", "Account", "Minutes", "Viewers"), cells, frozenset({2, 3}))


def _messages(platform: Platform, sheet: Sheet) -> str:
    rows = platform.store.all(
        "select message.*, nickname from message join account using (open_id) order by seq desc limit ?", SHOWN
    )
    cells = [
        [
            readable(row["created_at"]),
            escape(row["nickname"]),
            sheet.say("From the customer" if row["direction"] == "in" else "From the account"),
            f'<span class="words">{escape(masked(_spoken(row["content"])))}</span>',
        ]
        for row in rows
    ]
    return sheet.table(("Time (Beijing)", "Account", "Direction", "Content"), cells)


def _deliveries(platform: Platform, sheet: Sheet) -> str:
    rows = platform.store.all(
        "select delivery.*, (select count(*) from attempt where delivery_id = delivery.id) as tries from delivery "
        "order by id desc limit ?",
        SHOWN,
    )
    cells = [
        [
            readable(row["created_at"]),
            escape(row["event"]),
            f'<span class="{escape(row["state"])}">{sheet.say(row["state"])}</span>',
            str(row["tries"]),
            f"<details><summary>{sheet.say('Show')}</summary><code>{escape(masked(row['body'].decode()))}</code></details>",
        ]
        for row in rows
    ]
    heads = ("Time (Beijing)", "Event", "State", "Tries", "Content")
    return sheet.table(heads, cells, frozenset({3}))
