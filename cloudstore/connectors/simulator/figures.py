"""Figures that grow as real ones do: fast at first, levelling off, never shrinking, the same for the same id.

Pure functions of an id and an age. The levels are plausible for a car dealer's account, not taken from anywhere.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

MEDIAN_PLAYS = 2_400.0
SPREAD = 1.1  # of the logarithm: a few posts reach twenty times the median
HALF_LIFE = 30 * 3600.0
LATE_SHARE = 0.15  # plays that come in later weeks


def share_of(words: str) -> float:
    """An even number in [0, 1) that always belongs to these words."""
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:7]) / 2**56


def _bell(words: str) -> float:
    """A standard normal number that belongs to these words (Box-Muller)."""
    first, second = max(share_of(words + ".a"), 1e-12), share_of(words + ".b")
    return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * second)


def grown(age: float) -> float:
    """The share of its final plays that a post has after `age` seconds."""
    if age <= 0:
        return 0.0
    early = 1 - 0.5 ** (age / HALF_LIFE)
    late = 1 - 0.5 ** (age / (14 * 86_400))
    return (1 - LATE_SHARE) * early + LATE_SHARE * late


def post_statistics(item_id: str, age: float, strength: float) -> dict[str, int]:
    """Counts of a post. `strength` scales its reach (account times post)."""
    final = MEDIAN_PLAYS * strength * math.exp(SPREAD * _bell(item_id))
    plays = final * grown(age)
    return {
        "play_count": int(plays),
        "digg_count": int(plays * _rate(item_id, "digg", 0.012, 0.045)),
        "comment_count": int(plays * _rate(item_id, "comment", 0.001, 0.006)),
        "share_count": int(plays * _rate(item_id, "share", 0.001, 0.008)),
        "forward_count": int(plays * _rate(item_id, "forward", 0.0005, 0.003)),
        "download_count": int(plays * _rate(item_id, "download", 0.0003, 0.002)),
    }


def _rate(item_id: str, name: str, low: float, high: float) -> float:
    return low + (high - low) * share_of(f"{item_id}.{name}")


@dataclass(frozen=True, slots=True)
class RoomShape:
    """What a live room was: when it began (epoch seconds), how long, how many people came."""

    room_id: str
    started_at: float
    minutes: int
    viewers: int


def room_table(family: str, room: RoomShape) -> dict[str, int]:
    """The figures of one table of a finished room, under the platform's names."""
    visits = int(room.viewers * (1.2 + 0.5 * share_of(room.room_id + ".again")))
    stay = 60 + 120 * share_of(room.room_id + ".stay")
    fans = int(room.viewers * (0.1 + 0.2 * share_of(room.room_id + ".fans")))
    talkers = int(room.viewers * (0.03 + 0.05 * share_of(room.room_id + ".talk")))
    tables = {
        "base": {
            "live_duration_td": room.minutes * 60,
            "live_start_ts": int(room.started_at),
            "live_end_ts": int(room.started_at + room.minutes * 60),
            "live_follow_ucnt_td": int(room.viewers * 0.01),
        },
        "audience": {
            "live_watch_cnt_td": visits,
            "live_watch_ucnt_td": room.viewers,
            "live_watch_duration_td": int(visits * stay),
            "live_fans_watch_ucnt_td": fans,
            "live_fans_watch_cnt_td": int(fans * 1.4),
            "per_minute_watch_ucnt_td_max": max(1, int(visits * stay / 60 / max(room.minutes, 1) * 2))
            if room.viewers
            else 0,
        },
        "interactive": {
            "live_comment_cnt_td": int(talkers * 2.3),
            "live_comment_ucnt_td": talkers,
            "live_like_cnt_td": int(room.viewers * 4.5),
            "live_share_cnt_td": int(room.viewers * 0.02),
        },
    }
    return tables[family]
