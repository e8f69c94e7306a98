"""What a file really is, by its content. Names and declared types are not asked."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from media.rendering.errors import RenderRefused
from media.rules.refusals import Refusal

HEAD_BYTES = 4096
# A ZIP ends with its directory record, found at most one comment (65,535 bytes) before the end of the file.
_ZIP_RECORD = b"PK\x05\x06"
_ZIP_RECORD_BYTES = 22
_TAIL_BYTES = 65_535 + _ZIP_RECORD_BYTES

_STILL_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx "}
_MOV_FIRST_BOXES = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"%!PS", "postscript"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
    (b"#!", "program"),
    (b"FLV", "flv"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"fLaC", "flac"),
    (b"\x30\x26\xb2\x75", "wmv"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"\x00\x00\x01\xb3", "mpeg"),
    (b"\x47\x40", "mpegts"),
)
_RIFF_KINDS = {b"WEBP": "webp", b"AVI ": "avi", b"WAVE": "wav"}
_PLAYLISTS: tuple[tuple[bytes, str], ...] = (
    (rb"#EXTM3U", "hls"),
    (rb"ffconcat\s+version", "ffconcat"),
    (rb"file\s+['\"]?\S", "ffconcat"),
    (rb"<\?xml[^>]*>\s*(<!--.*?-->\s*)*<MPD\b", "dash"),
    (rb"<MPD\b", "dash"),
    (rb"v=0\s*[\r\n]+o=", "sdp"),
    (rb"\[playlist\]", "pls"),
)
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (rb"(<\?xml[^>]*>)?\s*(<!--.*?-->\s*)*<svg\b", "svg"),
    (rb"<!doctype\s+svg", "svg"),
    (rb"<!doctype\s+html|<html\b|<script\b|<head\b|<body\b", "html"),
    (rb"<\?xml", "xml"),
)
_ACTIVE_CONTENT = re.compile(rb"<script\b|<html\b|<!doctype\s+html|<svg\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sniffed:
    container: str  # "mp4", "mov", "webm" or "mkv"
    size_bytes: int


def sniff_video(path: Path) -> Sniffed:
    """The container of a video file, or RenderRefused with EMPTY_FILE, NOT_A_VIDEO, PLAYLIST or POLYGLOT."""
    size = path.stat().st_size
    if size == 0:
        raise RenderRefused(Refusal.EMPTY_FILE)
    head, tail = _ends(path, size)
    container = _video_container(head)
    if container is None:
        looks_like = name_content(head)
        code = Refusal.PLAYLIST if looks_like in {kind for _, kind in _PLAYLISTS} else Refusal.NOT_A_VIDEO
        raise RenderRefused(code, {"looks_like": looks_like})
    _judge_ends(head, tail)
    return Sniffed(container, size)


def _video_container(head: bytes) -> str | None:
    first_box, brand = head[4:8], head[8:12]
    if first_box == b"ftyp" and brand not in _STILL_BRANDS:
        return "mov" if brand == b"qt  " else "mp4"
    if first_box in _MOV_FIRST_BOXES:
        return "mov"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "webm" if b"webm" in head[:64] else "mkv" if b"matroska" in head[:64] else None
    return None


def name_content(head: bytes) -> str:
    """A word for what the first bytes of a file look like; "unknown" when nothing fits."""
    if head[4:8] == b"ftyp":
        return "heic"
    if head.startswith(b"RIFF"):
        return _RIFF_KINDS.get(head[8:12], "riff")
    if head[257:262] == b"ustar":
        return "tar"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    for pattern, kind in (*_PLAYLISTS, *_MARKUP):
        if re.match(pattern, text, re.IGNORECASE | re.DOTALL):
            return kind
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return _text_or_unknown(head)


def _text_or_unknown(head: bytes) -> str:
    # A character may be cut in two where the head ends.
    whole = head[:-4] if len(head) == HEAD_BYTES else head
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "unknown"
    if re.search(rb"<svg\b", head, re.IGNORECASE):
        return "svg"
    return "unknown" if b"\x00" in head else "text"


def refuse_polyglots(path: Path) -> None:
    """Raises RenderRefused(POLYGLOT) for a picture or video that is something else as well."""
    _judge_ends(*_ends(path, path.stat().st_size))


def _ends(path: Path, size: int) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, size - _TAIL_BYTES))
        return head, file.read(_TAIL_BYTES)


def _judge_ends(head: bytes, tail: bytes) -> None:
    """A file that is a video and something else at once has no honest reason to exist."""
    if _ends_as_zip(tail):
        raise RenderRefused(Refusal.POLYGLOT, {"looks_like": "zip"})
    if _ACTIVE_CONTENT.search(head):
        raise RenderRefused(Refusal.POLYGLOT, {"looks_like": "html"})
    if b"%PDF-" in head[:1024]:
        raise RenderRefused(Refusal.POLYGLOT, {"looks_like": "pdf"})


def _ends_as_zip(tail: bytes) -> bool:
    """True when a plausible ZIP directory record stands near the end, where every unpacker looks for it."""
    place = tail.rfind(_ZIP_RECORD)
    while place >= 0:
        record = tail[place : place + _ZIP_RECORD_BYTES]
        if len(record) == _ZIP_RECORD_BYTES:
            disk, directory_disk, entries_here, entries = struct.unpack("<4H", record[4:12])
            if disk == directory_disk == 0 and entries_here == entries:
                return True
        place = tail.rfind(_ZIP_RECORD, 0, place)
    return False
