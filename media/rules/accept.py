"""Facts in, findings out: may this video or this set of photos become a post?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from media.rules.facts import PhotoFacts, Probe
from media.rules.limits import MIB, PHOTO_LIMITS, VIDEO_LIMITS, PhotoLimits, VideoLimits
from media.rules.refusals import Advice, Finding, Refusal


def decide(probe: Probe, limits: VideoLimits = VIDEO_LIMITS) -> tuple[Finding, ...]:
    """All refusals of one video; for a video without any, the advice on it. See `accepted`.

    Every reason is given at once, so that an operator does not repair a clip three times. Whether it decodes
    is only judged when nothing else speaks against it: an absurd file is never decoded to find out more.
    """
    refusals = [*_structure(probe, limits), *_size(probe, limits), *_time(probe, limits)]
    if not refusals:
        refusals = list(_decoding(probe))
    return tuple(refusals) or tuple(_advice(probe, limits))


def accepted(findings: Iterable[Finding]) -> bool:
    """True when none of the findings stops the file."""
    return not any(finding.blocking for finding in findings)


def decide_photos(photos: Sequence[PhotoFacts], limits: PhotoLimits = PHOTO_LIMITS) -> tuple[Finding, ...]:
    """All refusals on the photos of one story, each naming the photo by its place (from 1)."""
    findings = list(photo_count(len(photos), limits))
    for place, photo in enumerate(photos, start=1):
        findings.extend(decide_photo(photo, place, limits))
    return tuple(findings)


def photo_count(count: int, limits: PhotoLimits = PHOTO_LIMITS) -> Iterator[Finding]:
    if count < limits.min_photos:
        yield Finding(Refusal.TOO_FEW_PHOTOS, {"photos": count, "limit": limits.min_photos})
    if count > limits.max_photos:
        yield Finding(Refusal.TOO_MANY_PHOTOS, {"photos": count, "limit": limits.max_photos})


def decide_photo(photo: PhotoFacts, place: int, limits: PhotoLimits = PHOTO_LIMITS) -> Iterator[Finding]:
    if photo.size_bytes > limits.max_bytes:
        yield Finding(
            Refusal.PHOTO_TOO_BIG,
            {"photo": place, "megabytes": round(photo.size_bytes / MIB, 1), "limit": limits.max_bytes // MIB},
        )
    if photo.width * photo.height > limits.max_pixels:
        yield Finding(
            Refusal.TOO_MANY_PIXELS,
            {
                "photo": place,
                "megapixels": round(photo.width * photo.height / 1e6, 1),
                "limit": limits.max_pixels // 1_000_000,
            },
        )
    if photo.frames > 1:
        yield Finding(Refusal.ANIMATED, {"photo": place, "frames": photo.frames})
    if min(photo.width, photo.height) < limits.min_side:
        yield Finding(
            Refusal.TOO_SMALL,
            {"photo": place, "width": photo.width, "height": photo.height, "limit": limits.min_side},
        )


def _structure(probe: Probe, limits: VideoLimits) -> Iterator[Finding]:
    if probe.protected:
        yield Finding(Refusal.PROTECTED)
    elif probe.video_codec is None:
        yield Finding(Refusal.NO_PICTURE, {"sound": int(probe.audio_codec is not None)})
    elif probe.video_codec not in limits.video_codecs:
        yield Finding(
            Refusal.UNSUPPORTED_CODEC, {"codec": probe.video_codec, "allowed": ", ".join(limits.video_codecs)}
        )
    if probe.streams > limits.max_streams:
        yield Finding(Refusal.TOO_MANY_STREAMS, {"streams": probe.streams, "limit": limits.max_streams})
    elif probe.other_tracks > limits.max_other_tracks:
        yield Finding(Refusal.TOO_MANY_STREAMS, {"streams": probe.other_tracks, "limit": limits.max_other_tracks})


def _size(probe: Probe, limits: VideoLimits) -> Iterator[Finding]:
    if probe.size_bytes > limits.max_bytes:
        yield Finding(
            Refusal.TOO_BIG, {"megabytes": round(probe.size_bytes / MIB, 1), "limit": limits.max_bytes // MIB}
        )
    if not probe.has_picture:
        return
    longest, shortest = max(probe.width, probe.height), min(probe.width, probe.height)
    facts = {"width": probe.width, "height": probe.height}
    if longest > limits.max_side:
        yield Finding(Refusal.TOO_WIDE, {**facts, "limit": limits.max_side})
    elif shortest < limits.min_side:
        yield Finding(Refusal.TOO_SMALL, {**facts, "limit": limits.min_side})


def _time(probe: Probe, limits: VideoLimits) -> Iterator[Finding]:
    seconds = round(probe.duration_ms / 1000, 1)
    if probe.duration_ms > limits.max_ms + limits.slack_ms:
        yield Finding(Refusal.TOO_LONG, {"seconds": seconds, "limit": limits.max_ms // 1000})
    # A file without any frame has no length either; that it has no picture is the better answer.
    if probe.has_picture and probe.duration_ms <= 0:
        yield Finding(Refusal.DAMAGED, {"what": "length"})
    elif probe.has_picture and probe.duration_ms < limits.min_ms - limits.slack_ms:
        yield Finding(Refusal.TOO_SHORT, {"seconds": seconds, "limit": limits.min_ms / 1000})
    # NTSC rates (119.88) and the rounding of variable rates must not trip a limit of 120.
    if probe.fps > limits.max_fps * 1.01:
        yield Finding(Refusal.TOO_MANY_FPS, {"fps": round(probe.fps, 1), "limit": limits.max_fps})


def _decoding(probe: Probe) -> Iterator[Finding]:
    if not probe.head_decodes:
        yield Finding(Refusal.DAMAGED, {"what": "picture"})
    elif not probe.tail_decodes:
        yield Finding(Refusal.TRUNCATED, {"what": "tail"})


def _advice(probe: Probe, limits: VideoLimits) -> Iterator[Finding]:
    facts = {"width": probe.display_width, "height": probe.display_height}
    if not probe.portrait:
        yield Finding(Advice.LANDSCAPE, facts)
    if min(probe.display_width, probe.display_height) < limits.advised_short_side:
        yield Finding(Advice.LOW_RESOLUTION, {**facts, "limit": limits.advised_short_side})
    if not probe.has_sound:
        yield Finding(Advice.NO_SOUND)
    if probe.hdr:
        yield Finding(Advice.HDR)
