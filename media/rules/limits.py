"""How much is too much. The figures are those of the platforms' upload rules and of our own safety page."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """Limits of one uploaded video. Douyin takes at most 15 minutes and 4 GB; our own cap on size is lower."""

    max_bytes: int = 2048 * MIB
    max_ms: int = 15 * 60 * 1000
    min_ms: int = 1000
    max_side: int = 4096
    min_side: int = 240
    max_fps: float = 120.0
    max_streams: int = 8
    max_other_tracks: int = 24
    # What the wider platforms call "720p or better".
    advised_short_side: int = 720
    video_codecs: tuple[str, ...] = ("h264", "hevc", "vp9", "av1", "vp8")

    # Frame times are rounded to the track's clock, so a clip "of one second" may measure a few frames less or more.
    slack_ms: int = 100


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """Limits of a photo story."""

    min_photos: int = 3
    max_photos: int = 12
    max_bytes: int = 20 * MIB
    max_pixels: int = 40_000_000
    min_side: int = 240


VIDEO_LIMITS = VideoLimits()
PHOTO_LIMITS = PhotoLimits()
