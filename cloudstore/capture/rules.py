"""Decisions of the public forms: how often one source may use them, which words count as an id, what a consent text says."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLACE = re.compile(r"\{([a-z_]+)\}")

#: What a consent text may have filled in; everything else in braces stays as it was written.
PLACES = ("brand", "brand_legal", "dealer", "dealer_legal")


class Kind(StrEnum):
    """What a widget is."""

    VIDEO_FORM = "video_form"
    LIVE_FORM = "live_form"
    DM_CARD = "dm_card"
    HOMEPAGE_FORM = "homepage_form"


#: The scene a lead has when it comes through a widget of this kind (values of `connectors.messages.Scene`).
SCENE_OF = {
    Kind.VIDEO_FORM: "SHORT_VIDEO",
    Kind.LIVE_FORM: "LIVE_VIDEO",
    Kind.DM_CARD: "IM_MESSAGE",
    Kind.HOMEPAGE_FORM: "HOME_PAGE",
}


class Limit(StrEnum):
    """What is counted at the public door."""

    ADDRESS = "address"
    PHONE = "phone"


#: Most submissions of one source within its window: a family at a showroom tablet passes, a script does not.
MOST = {Limit.ADDRESS: (20, timedelta(minutes=10)), Limit.PHONE: (6, timedelta(hours=24))}
#: A person needs at least this long to fill the form; a form older than a day is shown anew.
FASTEST, OLDEST = timedelta(seconds=2), timedelta(hours=24)


def window_start(limit: Limit, now: datetime) -> datetime:
    """The start of the fixed window that `now` falls into."""
    length = MOST[limit][1].total_seconds()
    return datetime.fromtimestamp(now.timestamp() // length * length, tz=now.tzinfo)


def exceeded(limit: Limit, number: int) -> bool:
    """Whether `number` uses in one window are too many."""
    return number > MOST[limit][0]


def source_of(address: str) -> str:
    """Whom an address stands for: itself, and for IPv6 the subscriber's /64, in which one machine has billions of addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))


def platform_id(text: str) -> str:
    """A platform's id from an address, or nothing when it is not of an id's form."""
    return text if _ID.fullmatch(text) else ""


def too_fast(shown_at: datetime, now: datetime) -> bool:
    """Whether a form came back faster than a person types."""
    return now - shown_at < FASTEST


def too_old(shown_at: datetime, now: datetime) -> bool:
    """Whether a form was open for so long that it must be shown anew."""
    return now - shown_at > OLDEST


def fill(text: str, values: Mapping[str, str]) -> str:
    """A consent text with the names filled in. Only the names of `PLACES` are places; the text is never a format string."""
    return _PLACE.sub(lambda found: values[found[1]] if found[1] in PLACES else found[0], text)


def unknown_places(text: str) -> list[str]:
    """Words in braces that nobody fills in, most likely misspelt, in the order of the text."""
    return [name for name in _PLACE.findall(text) if name not in PLACES]


def content_hash(text_zh: str, text_en: str) -> str:
    """The fingerprint of both texts, by which a consent says what was agreed to."""
    return hashlib.sha256(f"{text_zh}\n{text_en}".encode()).hexdigest()
