"""Why a file is turned away. Codes and numbers only: the sentences people read are made by whoever shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = int | float | str


class Refusal(StrEnum):
    """Reasons that stop a file. In brackets: the keys of `Finding.facts` that a helpful message needs."""

    EMPTY_FILE = "empty_file"  # []
    NOT_A_VIDEO = "not_a_video"  # [looks_like: "png", "zip", "html", "svg", "text", "heic", "avi", "unknown"...]
    PLAYLIST = "playlist"  # [looks_like: "hls", "dash", "ffconcat", "sdp"]
    POLYGLOT = "polyglot"  # [looks_like: what is hidden in it]
    TRUNCATED = "truncated"  # [what: "index", "data", "tail"]
    DAMAGED = "damaged"  # [what: "index", "length", "picture"]
    PROTECTED = "protected"  # []
    NO_PICTURE = "no_picture"  # [sound: 0 or 1]
    UNSUPPORTED_CODEC = "unsupported_codec"  # [codec, allowed: "h264, hevc"]
    TOO_WIDE = "too_wide"  # [width, height, limit]
    TOO_SMALL = "too_small"  # [width, height, limit]
    TOO_LONG = "too_long"  # [seconds, limit]
    TOO_SHORT = "too_short"  # [seconds, limit]
    TOO_MANY_FPS = "too_many_fps"  # [fps, limit]
    TOO_MANY_STREAMS = "too_many_streams"  # [streams, limit]
    TOO_BIG = "too_big"  # [megabytes, limit]
    # Photo stories. `photo` is the place in the list, counted from 1.
    NOT_A_PHOTO = "not_a_photo"  # [photo, looks_like]
    TOO_MANY_PIXELS = "too_many_pixels"  # [photo, megapixels, limit]
    ANIMATED = "animated"  # [photo, frames]
    PHOTO_TOO_BIG = "photo_too_big"  # [photo, megabytes, limit]
    PHOTO_DAMAGED = "photo_damaged"  # [photo]
    TOO_FEW_PHOTOS = "too_few_photos"  # [photos, limit]
    TOO_MANY_PHOTOS = "too_many_photos"  # [photos, limit]


class Advice(StrEnum):
    """Things worth saying about a file that is taken all the same."""

    LANDSCAPE = "landscape"  # [width, height]
    NO_SOUND = "no_sound"  # []
    LOW_RESOLUTION = "low_resolution"  # [width, height, limit]
    HDR = "hdr"  # []


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason with the numbers that explain it. `blocking` separates refusals from advice."""

    code: Refusal | Advice
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def blocking(self) -> bool:
        return isinstance(self.code, Refusal)
