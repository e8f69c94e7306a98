"""Sending a file in pieces: byte ranges, without reading it into memory, under ASGI and WSGI alike."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, http_date

_PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}


def byte_range(header: str, size: int) -> tuple[int, int] | bool | None:
    """First and last byte (both included) of a single range; None for no or an unreadable header; False beyond the file.

    Several ranges at once are answered with the whole file, as RFC 9110 allows.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, size - 1) if length else False
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if start >= size:
        return False
    return (start, end) if start <= end else None


def send_file(request: HttpRequest, path: Path, *, name: str, as_attachment: bool = False) -> HttpResponseBase:
    """The file as an answer: whole, a range, or nothing for HEAD. Its type comes from our own ending, never from a user's."""
    stat = path.stat()
    wanted = byte_range(request.headers.get("Range", ""), stat.st_size)
    if wanted is False:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{stat.st_size}"
        return _common(response, path, name, as_attachment)
    first, last = wanted if isinstance(wanted, tuple) else (0, stat.st_size - 1)
    length = last - first + 1
    response = HttpResponse() if request.method == "HEAD" else _stream(request, path, first, length)
    response["Content-Length"] = str(length)
    response["Last-Modified"] = http_date(stat.st_mtime)
    if isinstance(wanted, tuple):
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{stat.st_size}"
    return _common(response, path, name, as_attachment)


def _common(response: HttpResponseBase, path: Path, name: str, as_attachment: bool) -> HttpResponseBase:
    response["Content-Type"] = TYPES.get(path.suffix, "application/octet-stream")
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    # What is no picture or video of ours is never shown in the page.
    attachment = as_attachment or path.suffix not in TYPES
    response["Content-Disposition"] = content_disposition_header(attachment, name) or "inline"
    if attachment:
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _stream(request: HttpRequest, path: Path, first: int, length: int) -> StreamingHttpResponse:
    if isinstance(request, ASGIRequest):
        return StreamingHttpResponse(_pieces_async(path, first, length))
    return StreamingHttpResponse(_pieces(path, first, length))


def _pieces(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (piece := file.read(min(_PIECE, length))):
            length -= len(piece)
            yield piece


async def _pieces_async(path: Path, first: int, length: int) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        file.seek(first)
        while length > 0 and (piece := await asyncio.to_thread(file.read, min(_PIECE, length))):
            length -= len(piece)
            yield piece
    finally:
        file.close()
