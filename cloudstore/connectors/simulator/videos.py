"""Uploads whole and in parts, publishing, lists and figures of videos."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile

from cloudstore.connectors.simulator.access import account_of
from cloudstore.connectors.simulator.events import Word
from cloudstore.connectors.simulator.figures import post_statistics
from cloudstore.connectors.simulator.inputs import BAD_PARAMETER, Inputs
from cloudstore.connectors.simulator.mp4 import NotAVideo, Shape, shape_of
from cloudstore.connectors.simulator.platform import Platform
from cloudstore.connectors.simulator.shells import Answer, Refusal
from cloudstore.connectors.simulator.store import Row

UPLOAD_LIFE = 7_200
LONGEST = 15 * 60
LARGEST = 4096 * 1024 * 1024
MOST_ITEMS = 100
PUBLIC = 1
IN_REVIEW = 4
LAST_CURSOR = 2**53 - 1
PICTURE_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp", b"BM": "image/bmp"}


async def upload_video(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    upload = _file(inputs, "video")
    if (upload.size or 0) > platform.behaviour().single_upload_maximum:
        raise Refusal(BAD_PARAMETER, "the video is too large to be sent in one piece")
    path = platform.store.files / f"video-{platform.ids.number('file')}.mp4"
    await asyncio.to_thread(_save, upload, path)
    return await _accept_video(platform, account["open_id"], path)


async def init_video_part_upload(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    upload_id = platform.ids.mark("upload")
    platform.store.run(
        "insert into upload (upload_id, open_id, ends_at) values (?, ?, ?)",
        *(upload_id, account["open_id"], platform.now() + UPLOAD_LIFE),
    )
    return Answer({"upload_id": upload_id})


def _open_upload(platform: Platform, inputs: Inputs) -> Row:
    account = account_of(platform, inputs)
    upload = platform.store.one("select * from upload where upload_id = ?", inputs.need("upload_id"))
    if upload is None or upload["open_id"] != account["open_id"] or upload["ends_at"] <= platform.now():
        raise Refusal(BAD_PARAMETER, "upload_id is expired or unknown")
    return upload


async def upload_video_part(platform: Platform, inputs: Inputs) -> Answer:
    upload = _open_upload(platform, inputs)
    number = inputs.whole("part_number", 0, most=10_000)
    if number < 1:
        raise Refusal(BAD_PARAMETER, "part_number begins at 1")
    sent = _file(inputs, "video")
    path = platform.store.files / f"part-{platform.ids.number('file')}"
    await asyncio.to_thread(_save, sent, path)
    before = platform.store.one("select path from part where upload_id = ? and number = ?", upload["upload_id"], number)
    platform.store.run(
        "insert into part (upload_id, number, path, size) values (?, ?, ?, ?) "
        "on conflict (upload_id, number) do update set path = excluded.path, size = excluded.size",
        *(upload["upload_id"], number, path.name, path.stat().st_size),
    )
    if before is not None:  # the part was sent again
        (platform.store.files / before["path"]).unlink(missing_ok=True)
    return Answer()


async def complete_video_part_upload(platform: Platform, inputs: Inputs) -> Answer:
    upload = _open_upload(platform, inputs)
    if upload["video_id"]:  # asked again after a lost answer
        return _uploaded(platform, upload["video_id"])
    parts = platform.store.all("select * from part where upload_id = ? order by number", upload["upload_id"])
    if [part["number"] for part in parts] != list(range(1, len(parts) + 1)) or not parts:
        raise Refusal(BAD_PARAMETER, "parts are missing")
    if any(part["size"] < platform.behaviour().part_minimum for part in parts[:-1]):
        raise Refusal(BAD_PARAMETER, "a part is smaller than 5 MB")
    if sum(part["size"] for part in parts) > LARGEST:
        raise Refusal(BAD_PARAMETER, "the video is larger than 4 GB")
    files = platform.store.files
    path = files / f"video-{platform.ids.number('file')}.mp4"
    await asyncio.to_thread(_join, [files / part["path"] for part in parts], path)
    answer = await _accept_video(platform, upload["open_id"], path)
    video_id = answer.data["video"]["video_id"]
    platform.store.run("update upload set video_id = ? where upload_id = ?", video_id, upload["upload_id"])
    return _uploaded(platform, video_id)


async def _accept_video(platform: Platform, open_id: str, path: Path) -> Answer:
    try:
        shape = await asyncio.to_thread(shape_of, path)
        _check(shape)
    except NotAVideo as fault:
        path.unlink()
        raise Refusal(BAD_PARAMETER, f"video: {fault}") from None
    video_id = platform.ids.number("video")
    platform.store.run(
        "insert into video (video_id, open_id, path, size, width, height, seconds, created_at) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        *(video_id, open_id, path.name, path.stat().st_size, shape.width, shape.height, shape.seconds, platform.now()),
    )
    return _uploaded(platform, video_id)


def _check(shape: Shape) -> None:
    if not shape.width or not shape.height or shape.seconds <= 0:
        raise NotAVideo("it has no picture or no length")
    if shape.seconds > LONGEST:
        raise NotAVideo("it is longer than 15 minutes")


def _uploaded(platform: Platform, video_id: str) -> Answer:
    row = platform.store.one("select * from video where video_id = ?", video_id)
    if row is None:
        raise Refusal(BAD_PARAMETER, "video_id is unknown")
    # The documentation of the last part names the id alone, the official client reads it inside `video`: give both.
    video = {"video_id": video_id, "width": row["width"], "height": row["height"]}
    return Answer({"video": video, "video_id": video_id})


async def upload_image(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    sent = _file(inputs, "image")
    path = platform.store.files / f"image-{platform.ids.number('file')}"
    await asyncio.to_thread(_save, sent, path)
    with path.open("rb") as stream:
        head = stream.read(4)
    media_type = next((kind for start, kind in PICTURE_TYPES.items() if head.startswith(start)), "")
    if not media_type:
        path.unlink()
        raise Refusal(BAD_PARAMETER, "image: neither JPEG, PNG, WebP nor BMP")
    image_id = platform.ids.mark("image")
    platform.store.run(
        "insert into image (image_id, open_id, path, media_type) values (?, ?, ?, ?)",
        *(image_id, account["open_id"], path.name, media_type),
    )
    return Answer({"image": {"image_id": image_id, "width": 0, "height": 0}})


async def create_video(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    video = platform.store.one("select * from video where video_id = ?", inputs.need("video_id"))
    if video is None or video["open_id"] != account["open_id"]:
        raise Refusal(BAD_PARAMETER, "video_id is unknown")
    cover = inputs.text("custom_cover_image_url")
    if cover and platform.store.one("select 1 from image where image_id = ?", cover) is None:
        raise Refusal(BAD_PARAMETER, "custom_cover_image_url is not an image_id")
    item = publish(
        platform, account, title=inputs.text("text")[:1_000], video_id=video["video_id"], cover_image_id=cover
    )
    return Answer({"item_id": item["item_id"], "video_id": video["video_id"]})


def publish(
    platform: Platform,
    account: Row,
    *,
    title: str,
    video_id: str = "",
    cover_image_id: str = "",
    share_id: str = "",
    strength: float = 1.0,
    created_at: float | None = None,
    tell: bool = True,
) -> Row:
    """A new post of an account. With `tell` the app hears of it by webhook."""
    item_id = platform.ids.number("item")
    with platform.store.together():
        platform.store.run(
            "insert into item (item_id, video_id, open_id, title, share_id, cover_image_id, strength, created_at) "
            "values (?, ?, ?, ?, ?, ?, ?, ?)",
            *(item_id, video_id, account["open_id"], title, share_id, cover_image_id, strength),
            platform.now() if created_at is None else created_at,
        )
        if tell:
            content = {"item_id": item_id, "share_id": share_id} | ({"video_id": video_id} if video_id else {})
            platform.outbox.post(account["client_key"], Word("create_video", account["open_id"], "", content))
    row = platform.store.one("select * from item where item_id = ?", item_id)
    if row is None:
        raise LookupError(item_id)
    return row


async def video_list(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    behaviour = platform.behaviour()
    size = max(inputs.whole("count", 10, most=1_000), 1)
    cursor = inputs.whole("cursor", 0)
    if behaviour.empty_first_page and cursor == 0:
        return Answer({"list": [], "cursor": LAST_CURSOR, "has_more": True})
    if behaviour.shift_pages:  # pages by position: a new post in between moves every row
        rows = _newest(platform, account["open_id"], LAST_CURSOR, size + 1, skip=cursor)
        next_cursor = cursor + size
    else:
        rows = _newest(platform, account["open_id"], cursor or LAST_CURSOR, size + 1)
        next_cursor = rows[:size][-1]["place"] if rows else 0
    listed = [describe(platform, account, row) for row in rows[:size]]
    return Answer({"list": listed, "cursor": next_cursor, "has_more": len(rows) > size})


def _newest(platform: Platform, open_id: str, before: int, most: int, skip: int = 0) -> list[Row]:
    """Posts, newest first. A post's `place` is its time in milliseconds with two digits to tell equals apart."""
    return platform.store.all(
        "select *, cast(created_at * 1000 as integer) * 100 + seq % 100 as place from item "
        "where open_id = ? and place < ? order by place desc limit ? offset ?",
        *(open_id, before, most, skip),
    )


async def video_data(platform: Platform, inputs: Inputs) -> Answer:
    account = account_of(platform, inputs)
    wanted = [str(value) for value in inputs.items("item_ids")]
    if not wanted or len(wanted) > MOST_ITEMS:
        raise Refusal(BAD_PARAMETER, f"item_ids must name 1 to {MOST_ITEMS} videos")
    rows = [
        platform.store.one("select * from item where item_id = ? and open_id = ?", item_id, account["open_id"])
        for item_id in wanted
    ]
    listed = [describe(platform, account, row) for row in rows if row is not None]
    if platform.behaviour().partial_lists:
        listed = listed[: len(listed) // 2]
    return Answer({"list": listed})


def describe(platform: Platform, account: Row, item: Row) -> dict[str, Any]:
    """A post as the platform shows it, with figures that have grown until now."""
    behaviour, now = platform.behaviour(), platform.now()
    age = now - item["created_at"]
    reviewed = age >= behaviour.review_seconds
    strength = account["strength"] * item["strength"] * behaviour.views_scale
    statistics = post_statistics(item["item_id"], age if reviewed else 0.0, strength)
    statistics["comment_count"] += platform.store.number(
        "select count(*) from comment where item_id = ?", item["item_id"]
    )
    return {
        "item_id": item["item_id"],
        "video_id": item["video_id"],
        "title": item["title"],
        "cover": f"/posts/{item['item_id']}/cover",
        "share_url": f"/posts/{item['item_id']}",
        "create_time": int(item["created_at"]),
        "is_reviewed": reviewed,
        "video_status": item["status"] if reviewed else IN_REVIEW,
        "is_top": False,
        "media_type": 4,
        "statistics": statistics,
    }


async def video_basic_info(platform: Platform, inputs: Inputs) -> Answer:
    answer = await video_data(platform, inputs)
    kept = ("item_id", "video_id", "title", "cover", "create_time", "video_status", "media_type")
    return Answer({"list": [{key: row[key] for key in kept} for row in answer.data["list"]]})


def _file(inputs: Inputs, name: str) -> UploadFile:
    upload = inputs.files.get(name)
    if upload is None or not upload.size:
        raise Refusal(BAD_PARAMETER, f"{name} is required")
    return upload


def _save(upload: UploadFile, path: Path) -> None:
    upload.file.seek(0)
    with path.open("wb") as stream:
        shutil.copyfileobj(upload.file, stream, 1024 * 1024)


def _join(parts: list[Path], path: Path) -> None:
    with path.open("wb") as stream:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, stream, 1024 * 1024)
    for part in parts:
        part.unlink()
