"""When an answer may go out. The windows are the platform's (page on sending private messages)."""

from datetime import datetime, timedelta
from enum import StrEnum

REPLY_WINDOW = timedelta(hours=24)
MOST_ANSWERS = 6
LONGEST_ANSWER = 500


class Problem(StrEnum):
    """Why an answer cannot be sent; labels of the group `answer_problem`."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    WINDOW_CLOSED = "window_closed"
    USED_UP = "used_up"


def closed(last_received: datetime | None, answered: int, now: datetime) -> Problem | None:
    """Why nothing at all may be sent now: a day after the customer's last message, or after six answers to it."""
    if last_received is None or now - last_received > REPLY_WINDOW:
        return Problem.WINDOW_CLOSED
    return Problem.USED_UP if answered >= MOST_ANSWERS else None


def wrong_words(words: str) -> Problem | None:
    """Why these words cannot be sent."""
    if not words.strip():
        return Problem.EMPTY
    return Problem.TOO_LONG if len(words.strip()) > LONGEST_ANSWER else None
