"""The platform's calls: each address, its shell, its handler, and what may be made to go wrong around it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from cloudstore.connectors.simulator import comments, conversations, oauth, rooms, subscriptions, videos
from cloudstore.connectors.simulator.inputs import Inputs, take_in
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Answer, Refusal, Shell, dress, numbers_as_text
from cloudstore.connectors.simulator.store import Row

Handler = Callable[[Platform, Inputs], Awaitable[Answer]]

FAULT_KINDS = ("code", "http", "slow", "lost", "drip", "garbage", "huge", "redirect")
AFTER_ACTING = ("lost", "drip", "garbage", "huge")
CALLS_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    handler: Handler
    shell: Shell = Shell.A


CALLS = (
    Call("POST", "/oauth/access_token/", oauth.access_token, Shell.TOKEN),
    Call("POST", "/oauth/refresh_token/", oauth.refresh_token, Shell.TOKEN),
    Call("POST", "/oauth/renew_refresh_token/", oauth.renew_refresh_token, Shell.TOKEN),
    Call("POST", "/oauth/client_token/", oauth.client_token, Shell.TOKEN),
    Call("POST", "/oauth/userinfo/", oauth.userinfo, Shell.TOKEN),
    Call("POST", "/api/douyin/v1/video/upload_video/", videos.upload_video),
    Call("POST", "/api/douyin/v1/video/init_video_part_upload/", videos.init_video_part_upload),
    Call("POST", "/api/douyin/v1/video/upload_video_part/", videos.upload_video_part),
    Call("POST", "/api/douyin/v1/video/complete_video_part_upload/", videos.complete_video_part_upload),
    Call("POST", "/api/douyin/v1/video/upload_image/", videos.upload_image),
    Call("POST", "/api/douyin/v1/video/create_video/", videos.create_video),
    Call("GET", "/api/douyin/v1/video/video_list/", videos.video_list),
    Call("POST", "/api/douyin/v1/video/video_data/", videos.video_data),
    Call("POST", "/api/douyin/v1/video/video_basic_info/", videos.video_basic_info),
    Call("POST", "/im/send/msg/", conversations.send_message),
    Call("POST", "/im/recall/msg/", conversations.recall_message),
    Call("POST", "/im/save/retain_consult_card/", conversations.save_card),
    Call("GET", "/im/get/retain_consult_card/", conversations.get_cards),
    Call("GET", "/im/del/retain_consult_card/", conversations.delete_card),
    Call("POST", "/im/del/retain_consult_card/", conversations.delete_card),
    Call("GET", "/api/douyin/v1/interactive/intention/log/list/", conversations.intention_log, Shell.B),
    Call("GET", "/item/comment/list/", comments.comment_list),
    Call("GET", "/item/comment/reply/list/", comments.reply_list),
    Call("POST", "/item/comment/reply/", comments.reply),
    Call("GET", "/video/comment/list/", comments.comment_list),
    Call("GET", "/video/comment/reply/list/", comments.reply_list),
    Call("POST", "/video/comment/reply/", comments.reply),
    Call("POST", "/video/comment/top/", comments.top),
    Call("POST", "/item/comment/top/", comments.top),
    Call("GET", "/room/data/room_id/get/", rooms.room_ids, Shell.B),
    Call("GET", "/room/data/base/get/", rooms.table_of("base"), Shell.B),
    Call("GET", "/room/data/audience/get/", rooms.table_of("audience"), Shell.B),
    Call("GET", "/room/data/interactive/get/", rooms.table_of("interactive"), Shell.B),
    Call("GET", "/event/status/list/", subscriptions.status_list),
    Call("POST", "/event/status/update/", subscriptions.status_update),
    Call("POST", "/sandbox/webhook/event/send/", subscriptions.sandbox_send),
    Call("GET", "/share-id/", subscriptions.share_id),
)


def routes(platform: Platform) -> list[Route]:
    return [Route(call.path, _endpoint(platform, call), methods=[call.method]) for call in CALLS]


def _endpoint(platform: Platform, call: Call) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        fault = _next_fault(platform, call.path)
        kind = fault["kind"] if fault else ""
        inputs = Inputs({})
        code, answer, description = 0, Answer(), ""
        try:
            inputs = await take_in(request)
            if fault and kind not in AFTER_ACTING:
                refused = await _before(fault)
                if refused is not None:
                    _note(platform, call, inputs, refused.status_code, 0)
                    return refused
            answer = await call.handler(platform, inputs)
        except Refusal as refusal:
            code, description = refusal.code, refusal.description
        _note(platform, call, inputs, 200, code)
        body = dress(call.shell, answer, code=code, description=description, now=platform.now())
        if platform.behaviour().numbers_as_text:
            body = {**body, "data": numbers_as_text(body["data"])}
        return await _after(fault, body) if fault and kind in AFTER_ACTING else JSONResponse(body)

    return endpoint


def _next_fault(platform: Platform, path: str) -> Row | None:
    """The oldest fault ordered for this address (or all of them with `*`); a negative count never runs out."""
    fault = platform.store.one(
        "select * from fault where remaining != 0 and (path = '*' or instr(?, path) > 0) order by id limit 1", path
    )
    if fault is not None and fault["remaining"] > 0:
        platform.store.run("update fault set remaining = remaining - 1 where id = ?", fault["id"])
    return fault


async def _before(fault: Row) -> Response | None:
    """Faults that keep the call from acting, or only make it wait."""
    if fault["kind"] == "code":
        raise Refusal(fault["code"], "as ordered")
    if fault["kind"] == "slow":
        await asyncio.sleep(fault["seconds"])
        return None
    if fault["kind"] == "redirect":
        return RedirectResponse("http://127.0.0.1:9/elsewhere", status_code=302)
    headers = {"Retry-After": str(int(fault["seconds"]))} if fault["seconds"] else {}
    if fault["code"]:
        body = {"data": {"error_code": fault["code"], "description": "as ordered"}}
        return JSONResponse(body, status_code=fault["status"] or 502, headers=headers)
    return Response("<html>busy</html>", status_code=fault["status"] or 502, headers=headers, media_type="text/html")


async def _after(fault: Row, body: dict[str, Any]) -> Response:
    """Faults that spoil the answer although the platform has acted."""
    kind = fault["kind"]
    if kind == "lost":
        await asyncio.sleep(fault["seconds"])
        return Response("<html>gateway time-out</html>", status_code=504, media_type="text/html")
    if kind == "garbage":
        return Response('<html>{"data":{"error_code":0', media_type="application/json")
    if kind == "huge":
        return JSONResponse({**body, "padding": "x" * 6_000_000})
    return StreamingResponse(_drip(json.dumps(body).encode(), fault["seconds"]), media_type="application/json")


async def _drip(raw: bytes, rest: float) -> AsyncIterator[bytes]:
    for number in raw:
        yield bytes((number,))
        await asyncio.sleep(rest)


def _note(platform: Platform, call: Call, inputs: Inputs, status: int, code: int) -> None:
    """Remember that it was called, by whom and how it ended; never a token or a content."""
    platform.store.run(
        "insert into call (at, method, path, open_id, status, code) values (?, ?, ?, ?, ?, ?)",
        *(platform.now(), call.method, call.path, inputs.text("open_id")[:128], status, code),
    )
    platform.store.run("delete from call where id <= (select max(id) from call) - ?", CALLS_KEPT)
