"""When an account may write to a person, and how often. Pure.

24 h and 6 messages after a person's message, 30 s and 3 after they opened the chat, 3 in a day where they gave leave.
"""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400.0
QUOTA_USED = 28_003_070
WINDOW_CLOSED = 28_003_080


@dataclass(frozen=True, slots=True)
class Window:
    """`seconds` after what opened it (None: it stays open), `most` messages within."""

    seconds: float | None
    most: int


WINDOWS = {
    "im_reply_msg": Window(DAY, 6),
    "im_enter_direct_msg": Window(30.0, 3),
    "im_authorize_message": Window(None, 3),
}


def refusal(scene: str, *, now: float, opened_at: float | None, sent: int, adding: int) -> int:
    """0 when `adding` more messages may be sent, otherwise the platform's code.

    `opened_at` is when the person did what opens this window (None: never), `sent` what was sent within it already.
    """
    window = WINDOWS[scene]
    if opened_at is None or (window.seconds is not None and now - opened_at > window.seconds):
        return WINDOW_CLOSED
    return QUOTA_USED if sent + adding > window.most else 0
