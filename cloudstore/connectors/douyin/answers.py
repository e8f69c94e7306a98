"""What the platform answers, as values. Tokens are kept out of `repr`; ids are strings, times aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cloudstore.connectors.douyin.parsing import as_list, count, decimal, moment, text, whole


@dataclass(frozen=True, slots=True)
class ClientToken:
    """The app's own token. Asking for another shortens the life of this one to five minutes: keep and share it."""

    access_token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class AccountToken:
    """Leave to act for one account. Both lives are in seconds from now."""

    open_id: str
    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str = field(repr=False)
    refresh_expires_in: int
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenewedToken:
    """A refresh token with a new life; the one it was asked with is dead."""

    refresh_token: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Who an account is, as its owner shows it."""

    open_id: str
    union_id: str
    nickname: str
    avatar: str
    city: str
    role: str


@dataclass(frozen=True, slots=True)
class UploadedVideo:
    """A video at the platform, not yet published."""

    video_id: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Published:
    """A published video: `item_id` is what every later event and figure names."""

    item_id: str
    video_id: str


@dataclass(frozen=True, slots=True)
class VideoStatistics:
    """Counts since publication."""

    plays: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    forwards: int = 0
    downloads: int = 0


@dataclass(frozen=True, slots=True)
class VideoRow:
    """A video of an account as the platform lists it. `status` is the platform's number, kept as it is."""

    item_id: str
    video_id: str
    title: str
    cover_url: str
    share_url: str
    status: int
    reviewed: bool
    created_at: datetime | None
    statistics: VideoStatistics


@dataclass(frozen=True, slots=True)
class VideoPage:
    """A page of videos, newest first. It may be empty although more follow."""

    rows: tuple[VideoRow, ...]
    cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class SentMessage:
    """The ids the platform gave to what was sent, in its order."""

    message_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsultCard:
    """A lead card that can be sent in a conversation."""

    card_id: str
    title: str
    components: tuple[int, ...]
    status: int


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment under a video."""

    comment_id: str
    user_open_id: str
    text: str = field(repr=False)
    likes: int
    replies: int
    top: bool
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommentPage:
    rows: tuple[CommentRow, ...]
    cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class RoomFigures:
    """Figures of one live room. A name in `not_ready` has no value yet: that is "unknown", never 0."""

    values: dict[str, float]
    not_ready: frozenset[str]


@dataclass(frozen=True, slots=True)
class IntentionEntry:
    """One event of the platform's log; `content` is the same JSON text as in the webhook."""

    event: str
    open_id: str
    occurred_at: datetime | None
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IntentionPage:
    rows: tuple[IntentionEntry, ...]
    session: str
    has_more: bool


def flag(value: object) -> bool:
    """A yes or no that may come as a word or a number."""
    return value is True or (isinstance(value, str) and value.lower() in ("true", "1"))


def scopes(value: object) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text(value, 2_000).split(","))))


def video_row(row: dict[str, Any]) -> VideoRow:
    given = row.get("statistics")
    figures = given if isinstance(given, dict) else {}
    return VideoRow(
        item_id=text(row.get("item_id"), 128),
        video_id=text(row.get("video_id"), 128),
        title=text(row.get("title")),
        cover_url=text(row.get("cover"), 2_000),
        share_url=text(row.get("share_url"), 2_000),
        status=whole(row.get("video_status")) or 0,
        reviewed=flag(row.get("is_reviewed")),
        created_at=moment(row.get("create_time")),
        statistics=VideoStatistics(
            plays=count(figures.get("play_count")),
            likes=count(figures.get("digg_count")),
            comments=count(figures.get("comment_count")),
            shares=count(figures.get("share_count")),
            forwards=count(figures.get("forward_count")),
            downloads=count(figures.get("download_count")),
        ),
    )


def comment_row(row: dict[str, Any]) -> CommentRow:
    return CommentRow(
        comment_id=text(row.get("comment_id"), 128),
        user_open_id=text(row.get("comment_user_id"), 128),
        text=text(row.get("content")),
        likes=count(row.get("digg_count")),
        replies=count(row.get("reply_comment_total")),
        top=flag(row.get("top")),
        created_at=moment(row.get("create_time")),
    )


def room_figures(answer: dict[str, Any]) -> RoomFigures:
    """Values by the platform's names; what is listed as not ready is left out even if a number stands there."""
    ready = {text(row.get("name"), 128): flag(row.get("is_ready")) for row in rows(answer, "data_ready_status")}
    waiting = frozenset(name for name, is_ready in ready.items() if not is_ready)
    values = {}
    for row in rows(answer, "stats"):
        name = text(row.get("name"), 128)
        number = decimal(row.get("value")) if row.get("value") not in (None, "") else decimal(row.get("value_float"))
        if name and name not in waiting and number is not None:
            values[name] = number
    return RoomFigures(values, waiting)


def rows(answer: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects of a list, anything else in it left out."""
    return [row for row in as_list(answer.get(key)) if isinstance(row, dict)]
