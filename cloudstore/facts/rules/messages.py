"""Direct-message sessions: where one begins, and whether it was answered within three minutes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from cloudstore.facts.rules.days import local_day, local_time

SILENCE = timedelta(hours=24)
REPLY_WITHIN = timedelta(seconds=180)
DUTY_FROM = time(9)
DUTY_TO = time(21)
LEAST_CHARACTERS = 2
REPEATS_LOOKED_AT = 20


class Sender(StrEnum):
    """Who wrote."""

    USER = "user"
    HUMAN = "human"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Duty:
    """The dealer's duty hours of a day, local, start included and end not."""

    start: time = DUTY_FROM
    end: time = DUTY_TO

    def covers(self, moment: datetime) -> bool:
        """Is somebody on duty at this moment?"""
        return self.start <= local_time(moment) < self.end


DEFAULT_DUTY = Duty()


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread. characters: length without blanks; contact: it left or recorded a way to reach the user;
    canned: `is_canned` said so when it was sent. The text itself is not needed here."""

    at: datetime
    sender: Sender
    characters: int = 10
    contact: bool = False
    canned: bool = False


@dataclass(frozen=True, slots=True)
class DmSession:
    """A conversation opened by a user. replied_at: the first qualifying reply, None when there was none."""

    opened_at: datetime
    in_duty: bool
    replied_at: datetime | None

    @property
    def ok(self) -> bool:
        """Answered within three minutes, the hundred-and-eightieth second included."""
        return self.replied_at is not None and self.replied_at - self.opened_at <= REPLY_WITHIN

    @property
    def day(self) -> date:
        """The local day on which it was opened."""
        return local_day(self.opened_at)


def is_canned(text: str, recent: Sequence[str]) -> bool:
    """Is a reply the same as more than nine tenths of the account's last twenty? `recent`: newest last."""
    looked_at = [one.strip() for one in recent[-REPEATS_LOOKED_AT:]]
    if len(looked_at) < REPEATS_LOOKED_AT:
        return False
    return looked_at.count(text.strip()) * 10 > 9 * len(looked_at)


def sessions_of(thread: Iterable[Message], duty: Duty = DEFAULT_DUTY) -> list[DmSession]:
    """The sessions of one thread: each user message after a day of silence opens one, which lasts until the next.

    In duty hours only a person's reply qualifies, or a bot's when it leads to contact in the session; outside them a bot's
    does too. A reply of one character or a canned one never qualifies.
    """
    ordered = sorted(thread, key=lambda one: one.at)
    openings = [at for at, one in enumerate(ordered) if _opens(ordered, at) and one.sender is Sender.USER]
    return [_session(ordered[first:last], duty) for first, last in pairwise([*openings, len(ordered)])]


def _opens(ordered: Sequence[Message], at: int) -> bool:
    """Was the thread silent for 24 hours before this message?"""
    return at == 0 or ordered[at].at - ordered[at - 1].at >= SILENCE


def _session(messages: Sequence[Message], duty: Duty) -> DmSession:
    opened = messages[0].at
    in_duty = duty.covers(opened)
    led_to_contact = [any(later.contact for later in messages[at:]) for at in range(len(messages))]
    reply = next(
        (
            one.at
            for one, contact in zip(messages[1:], led_to_contact[1:], strict=True)
            if _qualifies(one, bot_qualifies=contact or not in_duty)
        ),
        None,
    )
    return DmSession(opened, in_duty, reply)


def _qualifies(message: Message, *, bot_qualifies: bool) -> bool:
    if message.sender is Sender.USER or message.characters < LEAST_CHARACTERS or message.canned:
        return False
    return message.sender is Sender.HUMAN or bot_qualifies
