"""A stretch of an open file that looks like a file, so that a part of a large video is sent without being held."""

from __future__ import annotations

import io
import os
from typing import BinaryIO


class FileSlice(io.RawIOBase):
    """`length` bytes from `start` of a seekable file. Only one slice of a file may be read at a time."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        self._stream = stream
        self._start = start
        self._length = length
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = min(max(base + offset, 0), self._length)
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = self._length - self._position
        self._stream.seek(self._start + self._position)
        found = self._stream.read(left if size < 0 else min(size, left))
        self._position += len(found)
        return found
