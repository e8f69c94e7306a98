"""Videos: upload, publish, list, count.

Publishing has no idempotency key. After an error with `maybe_done`, call `find_published` before publishing again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast

from cloudstore.connectors.douyin.answers import Published, UploadedVideo, VideoPage, VideoRow, flag, rows, video_row
from cloudstore.connectors.douyin.calls import Calls, must
from cloudstore.connectors.douyin.parsing import count, text
from cloudstore.connectors.douyin.slices import FileSlice
from cloudstore.connectors.errors import Action, ConnectorError

MEGABYTE = 1024 * 1024
PARTS_ABOVE = 50 * MEGABYTE
PART_SIZE = 20 * MEGABYTE
LARGEST_VIDEO = 4096 * MEGABYTE
PART_TRIES = 3
PAGE_SIZE = 20
MOST_PAGES = 50
MOST_ITEMS_A_CALL = 50
CLOCK_LEEWAY = timedelta(minutes=5)

Progress = Callable[[int, int], None]


class VideoCalls(Calls):
    def upload_video(
        self,
        path: Path,
        *,
        access_token: str,
        open_id: str,
        parts_above: int = PARTS_ABOVE,
        part_size: int = PART_SIZE,
        progress: Progress | None = None,
    ) -> UploadedVideo:
        """Send a file without holding it in memory; in parts above 50 MB. `progress(sent, total)` counts bytes.

        An upload that fails leaves nothing published and may simply be sent again.
        """
        size = path.stat().st_size
        if not 0 < size <= LARGEST_VIDEO:
            raise ConnectorError(code="video_size", action=Action.FIX_REQUEST, call="upload_video", field="video")
        if size > parts_above:
            return self._upload_parts(path, size, access_token, open_id, part_size, progress)
        with path.open("rb") as stream:
            answer = self._transport.call(
                "upload_video",
                "POST",
                "/api/douyin/v1/video/upload_video/",
                access_token=access_token,
                query={"open_id": open_id},
                files={"video": ("video.mp4", stream, "video/mp4")},
            )
        if progress:
            progress(size, size)
        return _uploaded(answer, "upload_video")

    def _upload_parts(
        self, path: Path, size: int, access_token: str, open_id: str, part_size: int, progress: Progress | None
    ) -> UploadedVideo:
        answer = self._transport.call(
            "init_video_part_upload",
            "POST",
            "/api/douyin/v1/video/init_video_part_upload/",
            access_token=access_token,
            query={"open_id": open_id},
        )
        upload = {"open_id": open_id, "upload_id": must(answer, "upload_id", "init_video_part_upload")}
        sent = 0
        with path.open("rb") as stream:
            for number, length in enumerate(part_lengths(size, part_size), start=1):
                part = cast(IO[bytes], FileSlice(stream, sent, length))
                self._upload_part(part, access_token, upload | {"part_number": str(number)})
                sent += length
                if progress:
                    progress(sent, size)
        answer = self._transport.call(
            "complete_video_part_upload",
            "POST",
            "/api/douyin/v1/video/complete_video_part_upload/",
            access_token=access_token,
            query=upload,
        )
        return _uploaded(answer, "complete_video_part_upload")

    def _upload_part(self, part: IO[bytes], access_token: str, query: dict[str, str]) -> None:
        """A part carries its number, so sending it again replaces it: worth a second try before starting over."""
        for tries_left in reversed(range(PART_TRIES)):
            try:
                self._transport.call(
                    "upload_video_part",
                    "POST",
                    "/api/douyin/v1/video/upload_video_part/",
                    access_token=access_token,
                    query=query,
                    files={"video": ("part.mp4", part, "video/mp4")},
                )
            except ConnectorError as error:
                if tries_left == 0 or error.action is not Action.RETRY:
                    raise
            else:
                return

    def upload_image(self, path: Path, *, access_token: str, open_id: str) -> str:
        """Send a picture; the image id answered can be a video's cover."""
        with path.open("rb") as stream:
            answer = self._transport.call(
                "upload_image",
                "POST",
                "/api/douyin/v1/video/upload_image/",
                access_token=access_token,
                query={"open_id": open_id},
                files={"image": (f"image{path.suffix}", stream, "application/octet-stream")},
            )
        image = answer.get("image")
        return must(image if isinstance(image, dict) else {}, "image_id", "upload_image")

    def create_video(
        self,
        *,
        access_token: str,
        open_id: str,
        video_id: str,
        title: str,
        cover_image_id: str = "",
        cover_seconds: float | None = None,
        options: dict[str, Any] | None = None,
    ) -> Published:
        """Publish an uploaded video. `options` are further documented fields (`poi_id`, `private_status`, …)."""
        body: dict[str, Any] = {**(options or {}), "video_id": video_id, "text": title}
        if cover_image_id:
            body["custom_cover_image_url"] = cover_image_id
        if cover_seconds is not None:
            body["cover_tsp"] = cover_seconds
        answer = self._transport.call(
            "create_video",
            "POST",
            "/api/douyin/v1/video/create_video/",
            access_token=access_token,
            query={"open_id": open_id},
            json=body,
            changes=True,
        )
        return Published(must(answer, "item_id", "create_video", changes=True), text(answer.get("video_id"), 128))

    def video_list(self, *, access_token: str, open_id: str, cursor: str = "0", size: int = PAGE_SIZE) -> VideoPage:
        """A page of the account's videos, newest first."""
        answer = self._transport.call(
            "video_list",
            "GET",
            "/api/douyin/v1/video/video_list/",
            access_token=access_token,
            query={"open_id": open_id, "cursor": cursor, "count": str(size)},
        )
        listed = tuple(video_row(row) for row in rows(answer, "list"))
        return VideoPage(listed, text(answer.get("cursor"), 64), flag(answer.get("has_more")))

    def every_video(self, *, access_token: str, open_id: str, pages: int = MOST_PAGES) -> Iterator[VideoRow]:
        """All videos, newest first, page after page; an empty page in the middle is no end."""
        cursor, seen = "0", set()
        for _ in range(pages):
            page = self.video_list(access_token=access_token, open_id=open_id, cursor=cursor)
            # A video published meanwhile shifts the pages: the same row may come twice.
            for row in page.rows:
                if row.item_id not in seen:
                    seen.add(row.item_id)
                    yield row
            if not page.has_more:
                return
            cursor = page.cursor or cursor

    def video_data(self, *, access_token: str, open_id: str, item_ids: Collection[str]) -> tuple[VideoRow, ...]:
        """Statistics of up to 50 videos. One the platform no longer knows is missing from the answer."""
        if len(item_ids) > MOST_ITEMS_A_CALL:
            raise ConnectorError(code="too_many_items", action=Action.FIX_REQUEST, call="video_data", field="item_ids")
        answer = self._transport.call(
            "video_data",
            "POST",
            "/api/douyin/v1/video/video_data/",
            access_token=access_token,
            query={"open_id": open_id},
            json={"item_ids": list(item_ids)},
        )
        return tuple(video_row(row) for row in rows(answer, "list"))

    def find_published(
        self,
        *,
        access_token: str,
        open_id: str,
        title: str,
        not_before: datetime,
        known_item_ids: Collection[str] = (),
    ) -> VideoRow | None:
        """The video a lost answer left behind: same title, created since `not_before` (the time of the first try).

        `known_item_ids` are videos already accounted for, so that two posts with one title are not taken for each
        other. The oldest match is ours. None means it was not published and may be sent again.
        """
        earliest = not_before - CLOCK_LEEWAY
        wanted = _comparable(title)
        match = None
        for row in self.every_video(access_token=access_token, open_id=open_id):
            if row.created_at is not None and row.created_at < earliest:
                break
            if _comparable(row.title) == wanted and row.item_id not in known_item_ids and row.created_at is not None:
                match = row
        return match


def part_lengths(size: int, part_size: int) -> list[int]:
    """Equal parts of at most `part_size` bytes, so that the last is never below the platform's minimum of 5 MB."""
    number = max(math.ceil(size / part_size), 1)
    smaller, rest = divmod(size, number)
    return [smaller + 1] * rest + [smaller] * (number - rest)


def _uploaded(answer: dict[str, Any], call: str) -> UploadedVideo:
    given = answer.get("video")
    video = given if isinstance(given, dict) else answer
    return UploadedVideo(must(video, "video_id", call), count(video.get("width")), count(video.get("height")))


def _comparable(title: str) -> str:
    return " ".join(title.split())
