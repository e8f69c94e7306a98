"""What a look at a file found out. Values only: measured in `media.rendering`, judged in this room."""

from __future__ import annotations

from dataclasses import dataclass

# ITU-R BT.2100 names as ffmpeg prints them: PQ (HDR10, Dolby Vision base layer) and HLG (what phones record).
HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})


@dataclass(frozen=True, slots=True)
class Probe:
    """One video file, as its content (never its name) describes it.

    Sizes are pixels of the coded picture; `display_*` are what a viewer sees after the rotation flag and
    non-square pixels. `rotation` is clockwise degrees, one of 0, 90, 180, 270. `fps` is the average rate.
    `head_decodes` and `tail_decodes` say whether a key frame came out of the decoder at both ends; both are
    False when the header alone was already beyond anything we would decode.
    """

    container: str  # "mp4", "mov", "webm" or "mkv"
    size_bytes: int
    duration_ms: int
    streams: int  # picture, sound and subtitle tracks
    other_tracks: int  # timed metadata and the like, of which phones write several
    video_codec: str | None
    video_index: int | None
    width: int
    height: int
    rotation: int
    display_width: int
    display_height: int
    fps: float
    pixel_format: str
    transfer: str
    audio_codec: str | None
    audio_index: int | None
    bit_rate: int
    head_decodes: bool
    tail_decodes: bool
    protected: bool = False

    @property
    def has_picture(self) -> bool:
        """A moving picture is there (cover art of a song does not count)."""
        return self.video_codec is not None

    @property
    def has_sound(self) -> bool:
        return self.audio_index is not None

    @property
    def portrait(self) -> bool:
        return self.display_height >= self.display_width

    @property
    def hdr(self) -> bool:
        return self.transfer in HDR_TRANSFERS

    @property
    def demuxer(self) -> str:
        """The one ffmpeg demuxer that may open this file."""
        return "mov" if self.container in {"mp4", "mov"} else "matroska"


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """One photo as its header describes it; `width` and `height` after the EXIF orientation."""

    kind: str  # "jpeg", "png" or "webp"
    size_bytes: int
    width: int
    height: int
    frames: int
