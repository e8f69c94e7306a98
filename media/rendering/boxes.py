"""Reads the skeleton of MP4/MOV and Matroska files without decoding: is it whole, how many tracks, how large?

The layout is that of ISO/IEC 14496-12 (boxes: 4 bytes of size, 4 bytes of type; a size of 1 announces a 64-bit
size, 0 means "to the end of the file") and RFC 8794 for EBML. Reads are bounded: a hostile header cannot make us
take more than `INDEX_MAX_BYTES` into memory or walk more than `BOXES_MAX` boxes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from media.rendering.errors import RenderRefused
from media.rules.refusals import Refusal

INDEX_MAX_BYTES = 48 * 1024 * 1024
BOXES_MAX = 50_000
TRACKS_MAX = 256
_KNOWN = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"sidx", b"ssix", b"styp", b"uuid"}
    | {b"meta", b"pnot", b"udta", b"prft", b"emsg"}
)
_SAMPLE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Track:
    kind: str  # "vide", "soun", "text"... as the handler box says
    coding: str  # four-character code of the first sample description
    width: int
    height: int
    duration_ms: int
    frames: int
    first_chunk: int
    last_chunk: int


@dataclass(frozen=True, slots=True)
class Movie:
    duration_ms: int
    fragmented: bool
    tracks: tuple[Track, ...]

    @property
    def protected(self) -> bool:
        return any(track.coding in {"encv", "enca", "drmi", "drms"} for track in self.tracks)

    @property
    def picture(self) -> Track | None:
        return next((track for track in self.tracks if track.kind == "vide"), None)


def read_movie(path: Path) -> Movie:
    """The index of an MP4 or MOV file. Raises RenderRefused with TRUNCATED or DAMAGED when it is not all there."""
    size = path.stat().st_size
    with path.open("rb") as file:
        index, fragmented, has_data = _find_index(file, size)
        if index is None:
            raise RenderRefused(Refusal.TRUNCATED, {"what": "index"})
        movie = _parse_index(index, fragmented)
        if not has_data:
            raise RenderRefused(Refusal.TRUNCATED, {"what": "data"})
        _check_samples(file, size, movie)
    return movie


def _find_index(file: BinaryIO, size: int) -> tuple[bytes | None, bool, bool]:
    index, fragmented, has_data = None, False, False
    for kind, start, end in _top_level(file, size):
        if kind == b"moov":
            if end - start > INDEX_MAX_BYTES:
                raise RenderRefused(Refusal.DAMAGED, {"what": "index"})
            file.seek(start)
            index = index or file.read(end - start)
        fragmented = fragmented or kind == b"moof"
        has_data = has_data or (kind == b"mdat" and end > start)
    return index, fragmented, has_data


def _top_level(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each box's content. Bytes after the last box that form no box are left alone."""
    place = 0
    for _ in range(BOXES_MAX):
        if place + 8 > size:
            return
        file.seek(place)
        head = file.read(16)
        kind, length, header = head[4:8], int.from_bytes(head[:4], "big"), 8
        if length == 1 and len(head) == 16:
            length, header = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = size - place
        if kind not in _KNOWN and (place + length > size or length < header):
            return
        if length < header:
            raise RenderRefused(Refusal.DAMAGED, {"what": "index"})
        if place + length > size:
            raise RenderRefused(Refusal.TRUNCATED, {"what": "data" if kind == b"mdat" else "index"})
        yield kind, place + header, place + length
        place += length
    raise RenderRefused(Refusal.DAMAGED, {"what": "index"})


def _children(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    place = 0
    while place + 8 <= len(data):
        length, kind = int.from_bytes(data[place : place + 4], "big"), bytes(data[place + 4 : place + 8])
        if length == 0:
            length = len(data) - place
        if length < 8 or place + length > len(data):
            return
        yield kind, data[place + 8 : place + length]
        place += length


def _first(data: memoryview, *path: bytes) -> memoryview | None:
    for name in path:
        found = next((body for kind, body in _children(data) if kind == name), None)
        if found is None:
            return None
        data = found
    return data


def _parse_index(index: bytes, fragmented: bool) -> Movie:
    whole = memoryview(index)
    try:
        header = _first(whole, b"mvhd")
        if header is None:
            raise RenderRefused(Refusal.DAMAGED, {"what": "index"})
        tracks = tuple(_parse_track(body) for kind, body in _children(whole) if kind == b"trak")[:TRACKS_MAX]
        return Movie(_length_ms(header), fragmented or _first(whole, b"mvex") is not None, tracks)
    except (struct.error, ValueError, IndexError):
        raise RenderRefused(Refusal.DAMAGED, {"what": "index"}) from None


def _length_ms(header: memoryview) -> int:
    """Duration out of an `mvhd` or `mdhd` box: both begin alike (version, times, time scale, duration)."""
    if header[0] == 1:
        scale, length = struct.unpack(">IQ", header[20:32])
    else:
        scale, length = struct.unpack(">II", header[12:20])
    unknown = 0xFFFFFFFFFFFFFFFF if header[0] == 1 else 0xFFFFFFFF
    return 0 if scale == 0 or length == unknown else int(length * 1000 // scale)


def _parse_track(track: memoryview) -> Track:
    handler = _first(track, b"mdia", b"hdlr")
    table = _first(track, b"mdia", b"minf", b"stbl")
    clock = _first(track, b"mdia", b"mdhd")
    kind = bytes(handler[8:12]).decode("latin-1") if handler is not None else ""
    coding, width, height = _sample_description(table) if table is not None else ("", 0, 0)
    first, last = _chunk_range(table) if table is not None else (0, 0)
    return Track(
        kind=kind,
        coding=coding,
        width=width if kind == "vide" else 0,
        height=height if kind == "vide" else 0,
        duration_ms=_length_ms(clock) if clock is not None else 0,
        frames=_frame_count(table) if table is not None else 0,
        first_chunk=first,
        last_chunk=last,
    )


def _sample_description(table: memoryview) -> tuple[str, int, int]:
    description = _first(table, b"stsd")
    if description is None or len(description) < 16:
        return "", 0, 0
    entry = description[8:]
    coding = bytes(entry[4:8]).decode("latin-1")
    width, height = struct.unpack(">HH", entry[32:36]) if len(entry) >= 36 else (0, 0)
    return coding, width, height


def _frame_count(table: memoryview) -> int:
    sizes = _first(table, b"stsz")
    if sizes is None:
        sizes = _first(table, b"stz2")
    return int.from_bytes(sizes[8:12], "big") if sizes is not None and len(sizes) >= 12 else 0


def _chunk_range(table: memoryview) -> tuple[int, int]:
    """Smallest and largest place in the file where this track's data begins; (0, 0) when it has none."""
    narrow = _first(table, b"stco")
    wide = _first(table, b"co64") if narrow is None else None
    offsets, kind = (narrow, ">u4") if narrow is not None else (wide, ">u8")
    if offsets is None:
        return 0, 0
    usable = (len(offsets) - 8) // np.dtype(kind).itemsize
    places = np.frombuffer(offsets[8:], dtype=kind, count=min(usable, int.from_bytes(offsets[4:8], "big")))
    return (int(places.min()), int(places.max())) if len(places) else (0, 0)


def _check_samples(file: BinaryIO, size: int, movie: Movie) -> None:
    """The index may promise data that never arrived: beyond the end, or as zeros of a file reserved but not filled."""
    for track in movie.tracks:
        if track.frames and track.last_chunk + 1 >= size:
            raise RenderRefused(Refusal.TRUNCATED, {"what": "data"})
        if track.kind == "vide" and track.frames:
            file.seek(track.last_chunk)
            if not any(file.read(_SAMPLE_BYTES)):
                raise RenderRefused(Refusal.TRUNCATED, {"what": "data"})


def check_matroska(path: Path) -> None:
    """Raises RenderRefused(TRUNCATED) when the segment of a Matroska or WebM file says it is longer than the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(4096)
    place = _skip_element(head, 0)
    if head[place : place + 4] != b"\x18\x53\x80\x67":
        raise RenderRefused(Refusal.DAMAGED, {"what": "index"})
    length, start = _vint(head, place + 4)
    if length is not None and start + length > size:
        raise RenderRefused(Refusal.TRUNCATED, {"what": "data"})


def _skip_element(data: bytes, place: int) -> int:
    length, start = _vint(data, place + 4)
    return start + (length or 0)


def _vint(data: bytes, place: int) -> tuple[int | None, int]:
    """A variable-length number and the place after it; None for the reserved "unknown length"."""
    if place >= len(data) or data[place] == 0:
        raise RenderRefused(Refusal.DAMAGED, {"what": "index"})
    width = 9 - data[place].bit_length()
    value = int.from_bytes(data[place : place + width], "big") & ((1 << (7 * width)) - 1)
    return (None if value == (1 << (7 * width)) - 1 else value), place + width
