"""An operator sends a clip: is it taken, and if not, does the reason carry the numbers of a helpful sentence?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rules.accept import accepted, decide, decide_photos
from media.rules.facts import PhotoFacts, Probe
from media.rules.limits import MIB, PHOTO_LIMITS, VIDEO_LIMITS
from media.rules.marks import ALLOWED_MARKS, MARKS_PUNISHED, Mark, allowed_marks, mark_for, punishes_marks
from media.rules.refusals import Advice, Finding, Refusal

PHONE = Probe(
    container="mp4",
    size_bytes=40 * MIB,
    duration_ms=30_000,
    streams=2,
    other_tracks=3,
    video_codec="hevc",
    video_index=0,
    width=1920,
    height=1080,
    rotation=90,
    display_width=1080,
    display_height=1920,
    fps=29.97,
    pixel_format="yuv420p",
    transfer="bt709",
    audio_codec="aac",
    audio_index=1,
    bit_rate=11_000_000,
    head_decodes=True,
    tail_decodes=True,
)
PHOTO = PhotoFacts(kind="jpeg", size_bytes=4 * MIB, width=4032, height=3024, frames=1)


def codes(findings):
    return [finding.code for finding in findings]


def test_a_clip_from_a_phone_is_taken_without_a_word():
    assert decide(PHONE) == ()


@pytest.mark.parametrize(
    ("change", "code", "facts"),
    [
        ({"video_codec": None, "video_index": None}, Refusal.NO_PICTURE, {"sound": 1}),
        ({"protected": True}, Refusal.PROTECTED, {}),
        (
            {"video_codec": "mpeg4"},
            Refusal.UNSUPPORTED_CODEC,
            {"codec": "mpeg4", "allowed": "h264, hevc, vp9, av1, vp8"},
        ),
        ({"width": 20_000}, Refusal.TOO_WIDE, {"width": 20_000, "height": 1080, "limit": 4096}),
        ({"height": 4320}, Refusal.TOO_WIDE, {"width": 1920, "height": 4320, "limit": 4096}),
        ({"width": 160}, Refusal.TOO_SMALL, {"width": 160, "height": 1080, "limit": 240}),
        ({"duration_ms": 36_000_000}, Refusal.TOO_LONG, {"seconds": 36_000.0, "limit": 900}),
        ({"duration_ms": 400}, Refusal.TOO_SHORT, {"seconds": 0.4, "limit": 1.0}),
        ({"duration_ms": 0}, Refusal.DAMAGED, {"what": "length"}),
        ({"fps": 1000.0}, Refusal.TOO_MANY_FPS, {"fps": 1000.0, "limit": 120.0}),
        ({"streams": 60}, Refusal.TOO_MANY_STREAMS, {"streams": 60, "limit": 8}),
        ({"other_tracks": 40}, Refusal.TOO_MANY_STREAMS, {"streams": 40, "limit": 24}),
        ({"size_bytes": 3 * 1024 * MIB}, Refusal.TOO_BIG, {"megabytes": 3072.0, "limit": 2048}),
        ({"head_decodes": False, "tail_decodes": False}, Refusal.DAMAGED, {"what": "picture"}),
        ({"tail_decodes": False}, Refusal.TRUNCATED, {"what": "tail"}),
    ],
)
def test_each_reason_comes_with_its_numbers(change, code, facts):
    findings = decide(replace(PHONE, **change))
    assert findings == (Finding(code, facts),)
    assert not accepted(findings)


def test_all_reasons_are_told_at_once():
    findings = decide(replace(PHONE, duration_ms=2_000_000, fps=240.0, streams=9, width=8000))
    assert set(codes(findings)) == {
        Refusal.TOO_LONG,
        Refusal.TOO_MANY_FPS,
        Refusal.TOO_MANY_STREAMS,
        Refusal.TOO_WIDE,
    }


def test_what_was_never_decoded_is_not_called_damaged():
    findings = decide(replace(PHONE, width=20_000, head_decodes=False, tail_decodes=False))
    assert codes(findings) == [Refusal.TOO_WIDE]


def test_a_lack_is_mentioned_but_does_not_stop_a_clip():
    findings = decide(
        replace(
            PHONE,
            display_width=640,
            display_height=360,
            audio_codec=None,
            audio_index=None,
            transfer="arib-std-b67",
        )
    )
    assert codes(findings) == [Advice.LANDSCAPE, Advice.LOW_RESOLUTION, Advice.NO_SOUND, Advice.HDR]
    assert accepted(findings)


@pytest.mark.parametrize(
    "change",
    [
        {"duration_ms": VIDEO_LIMITS.max_ms},
        {"duration_ms": VIDEO_LIMITS.min_ms},
        {"duration_ms": 980},  # "one second" by a phone's clock
        {"fps": 119.88},
        {"fps": 120.0},
        {"width": 4096, "height": 2160},
        {"size_bytes": VIDEO_LIMITS.max_bytes},
        {"streams": 8},
    ],
)
def test_the_limits_themselves_are_still_allowed(change):
    assert accepted(decide(replace(PHONE, **change)))


@given(
    duration=st.integers(0, 10**8),
    fps=st.floats(0, 10_000),
    width=st.integers(0, 65_535),
    height=st.integers(0, 65_535),
    streams=st.integers(0, 500),
    size=st.integers(0, 2**40),
)
def test_nothing_beyond_a_limit_gets_through(duration, fps, width, height, streams, size):
    findings = decide(
        replace(PHONE, duration_ms=duration, fps=fps, width=width, height=height, streams=streams, size_bytes=size)
    )
    within = (
        VIDEO_LIMITS.min_ms - 100 <= duration <= VIDEO_LIMITS.max_ms + 100
        and fps <= 121.2
        and min(width, height) >= 240
        and max(width, height) <= 4096
        and streams <= 8
        and size <= VIDEO_LIMITS.max_bytes
    )
    assert accepted(findings) == within


def test_a_story_of_three_to_twelve_photos_is_taken():
    for count in (3, 12):
        assert decide_photos([PHOTO] * count) == ()


def test_a_story_with_too_few_or_too_many_photos_is_told_the_limit():
    assert decide_photos([PHOTO] * 2) == (Finding(Refusal.TOO_FEW_PHOTOS, {"photos": 2, "limit": 3}),)
    assert decide_photos([PHOTO] * 13) == (Finding(Refusal.TOO_MANY_PHOTOS, {"photos": 13, "limit": 12}),)


@pytest.mark.parametrize(
    ("change", "code", "facts"),
    [
        ({"size_bytes": 21 * MIB}, Refusal.PHOTO_TOO_BIG, {"photo": 2, "megabytes": 21.0, "limit": 20}),
        ({"width": 9400, "height": 9400}, Refusal.TOO_MANY_PIXELS, {"photo": 2, "megapixels": 88.4, "limit": 40}),
        ({"frames": 3}, Refusal.ANIMATED, {"photo": 2, "frames": 3}),
        ({"width": 100}, Refusal.TOO_SMALL, {"photo": 2, "width": 100, "height": 3024, "limit": 240}),
    ],
)
def test_the_photo_at_fault_is_named_by_its_place(change, code, facts):
    assert decide_photos([PHOTO, replace(PHOTO, **change), PHOTO]) == (Finding(code, facts),)


def test_forty_megapixels_are_still_a_photo():
    assert decide_photos([replace(PHOTO, width=8000, height=5000)] * PHOTO_LIMITS.min_photos) == ()


def test_no_mark_is_drawn_where_the_platform_punishes_it():
    for platform in MARKS_PUNISHED:
        assert punishes_marks(platform)
        assert {mark_for(platform, wanted) for wanted in Mark} == {Mark.NONE}


def test_every_platform_offers_to_leave_the_picture_alone_first():
    assert all(marks[0] is Mark.NONE for marks in ALLOWED_MARKS.values())
    assert mark_for("channels", Mark.TOP_RIGHT) is Mark.TOP_RIGHT
    assert not punishes_marks("channels")


def test_an_unknown_platform_is_treated_with_care():
    assert allowed_marks("somewhere_new") == (Mark.NONE,)
    assert mark_for("somewhere_new", Mark.LOWER_BAND) is Mark.NONE
