"""May a mark be drawn into the picture? Some platforms push posts down, or remove them, for a logo in the frame.

Source: Douyin's publishing rules for third-party tools warn that brand logos or watermarks added to the picture
may be demoted or taken down; so nothing is drawn there, whatever a template asks for. An end card after the
clip is not a mark in the picture and stays.
"""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """What is drawn over the clip itself. `NONE` is the default everywhere: the end card carries the brand."""

    NONE = "none"
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"
    LOWER_BAND = "lower_band"


# Platforms whose rules punish a mark in the picture.
MARKS_PUNISHED = frozenset({"douyin"})

# Where the platform's own buttons leave room; the order is the order of preference.
ALLOWED_MARKS: dict[str, tuple[Mark, ...]] = {
    "douyin": (Mark.NONE,),
    "kuaishou": (Mark.NONE, Mark.TOP_LEFT),
    "channels": (Mark.NONE, Mark.TOP_LEFT, Mark.TOP_RIGHT, Mark.LOWER_BAND),
    "own_pages": (Mark.NONE, Mark.TOP_LEFT, Mark.TOP_RIGHT, Mark.LOWER_BAND),
}


def allowed_marks(platform: str) -> tuple[Mark, ...]:
    """The presets to offer for a platform; an unknown platform gets `none` alone, because silence is not consent."""
    return ALLOWED_MARKS.get(platform, (Mark.NONE,))


def mark_for(platform: str, wanted: Mark) -> Mark:
    """The mark that is really drawn: what was wanted where the platform tolerates it, otherwise none."""
    return wanted if wanted in allowed_marks(platform) else Mark.NONE


def punishes_marks(platform: str) -> bool:
    """True when the screen should warn that this platform demotes clips with a mark."""
    return platform in MARKS_PUNISHED
