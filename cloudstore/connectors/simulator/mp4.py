"""The size and length of a video, read from its MP4 or QuickTime header. No decoding, no other program."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LARGEST_HEADER = 64 * 1024 * 1024


class NotAVideo(ValueError):
    """The file has no readable video track."""


@dataclass(frozen=True, slots=True)
class Shape:
    width: int
    height: int
    seconds: float


def shape_of(path: Path) -> Shape:
    """Width and height as shown (rotation applied) and length in seconds. Raises NotAVideo."""
    with path.open("rb") as stream:
        header = _movie_header(stream, path.stat().st_size)
    try:
        boxes = dict(_boxes(header))
        scale, length = _times(boxes[b"mvhd"])
        for name, track in _boxes(header):
            if name == b"trak" and _is_video(track):
                width, height = _shown_size(dict(_boxes(track))[b"tkhd"])
                return Shape(width, height, length / scale if scale else 0.0)
    except (KeyError, IndexError, struct.error):
        raise NotAVideo("the header is damaged") from None
    raise NotAVideo("there is no video track")


def _movie_header(stream: BinaryIO, size: int) -> bytes:
    """The content of the `moov` box, wherever in the file it lies."""
    position = 0
    while position + 8 <= size:
        stream.seek(position)
        start = stream.read(16)
        length, name = struct.unpack(">I4s", start[:8])
        skip = 8
        if length == 1 and len(start) == 16:
            length, skip = struct.unpack(">Q", start[8:])[0], 16
        elif length == 0:
            length = size - position
        if length < skip or position + length > size:
            break
        if name == b"moov":
            if length > LARGEST_HEADER:
                raise NotAVideo("the header is too long")
            stream.seek(position + skip)
            return stream.read(length - skip)
        position += length
    raise NotAVideo("this is not an MP4 or QuickTime file, or it is cut off")


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, position)
        if length < 8 or position + length > len(content):
            return
        yield name, content[position + 8 : position + length]
        position += length


def _is_video(track: bytes) -> bool:
    media = dict(_boxes(dict(_boxes(track)).get(b"mdia", b"")))
    return media.get(b"hdlr", b"")[8:12] == b"vide"


def _times(header: bytes) -> tuple[int, int]:
    """Time scale and duration of an `mvhd` box of either version."""
    if header[0] == 1:
        scale, length = struct.unpack_from(">IQ", header, 20)
    else:
        scale, length = struct.unpack_from(">II", header, 12)
    return scale, length


def _shown_size(header: bytes) -> tuple[int, int]:
    """Width and height of a `tkhd` box, swapped when its matrix turns the picture by a quarter."""
    matrix = 52 if header[0] == 1 else 40
    turned = struct.unpack_from(">i", header, matrix + 4)[0] != 0
    width, height = (value >> 16 for value in struct.unpack_from(">II", header, matrix + 36))
    return (height, width) if turned else (width, height)
