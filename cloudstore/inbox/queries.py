"""Reading conversations and comments, and their daily facts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import F, QuerySet

from cloudstore.facts.rules import FactRow
from cloudstore.facts.rules.messages import SILENCE, Sender, sessions_of
from cloudstore.facts.rules.messages import Message as Said
from cloudstore.gateway.models import Delivery
from cloudstore.gateway.rules import DeliveryState
from cloudstore.inbox.models import Comment, Conversation, Message
from cloudstore.inbox.services import delivery_key, text_of
from cloudstore.kit.clock import day_start
from cloudstore.network.scope import Scope, scoped

LONGEST_THREAD = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One message as shown: its words, its side, when, and whether it got through."""

    text: str
    kind: str
    inbound: bool
    by_bot: bool
    sent_at: datetime
    state: str


def conversations(scope: Scope, *, waiting: bool) -> QuerySet[Conversation]:
    """Visible conversations; with `waiting` only those whose customer has no answer yet, longest waiting first."""
    rows = scoped(Conversation.objects.select_related("account", "dealer"), scope)
    if waiting:
        return rows.filter(waiting_since__isnull=False).order_by("waiting_since")
    return rows.order_by(F("waiting_since").asc(nulls_last=True), "-last_message_at")


def comments(scope: Scope) -> QuerySet[Comment]:
    """Visible comments, newest first."""
    return scoped(Comment.objects.select_related("account"), scope).order_by("-written_at")


def counts(scope: Scope) -> dict[str, int]:
    """How many wait, how many conversations and comments there are."""
    mine = scoped(Conversation.objects.all(), scope)
    return {
        "waiting": mine.filter(waiting_since__isnull=False).count(),
        "all": mine.count(),
        "comments": scoped(Comment.objects.all(), scope).count(),
    }


def lines(conversation: Conversation) -> list[Line]:
    """The last messages of a conversation, oldest first. What was given up after many tries is said to have failed."""
    rows = list(conversation.messages.select_related("conversation").order_by("-sent_at", "-pk")[:LONGEST_THREAD])
    keys = {delivery_key(row.pk): row.pk for row in rows if row.state == "sending"}
    given_up = Delivery.objects.filter(key__in=keys, state=DeliveryState.DEAD).values_list("key", flat=True)
    failed = {keys[key] for key in given_up}
    return [
        Line(
            text_of(row),
            row.kind,
            row.inbound,
            row.by_bot,
            row.sent_at,
            "failed" if row.pk in failed else row.state,
        )
        for row in reversed(rows)
    ]


def fact_rows(brand_id: int, first: date, last: date) -> Iterable[FactRow]:
    """Sessions and those answered within three minutes, per account and day; the rule is `facts.rules.messages`.

    Messages of the day before are read too: a session opens only after a day of silence.
    """
    rows = Message.objects.filter(
        conversation__brand_id=brand_id,
        sent_at__gte=day_start(first) - SILENCE,
        sent_at__lt=day_start(last + timedelta(days=1)) + SILENCE,
    ).order_by("conversation_id", "sent_at", "pk")
    columns = (
        "conversation_id",
        "conversation__dealer_id",
        "conversation__account_id",
        "inbound",
        "by_bot",
        "characters",
        "contact",
        "canned",
        "sent_at",
    )
    opened: Counter[tuple[int, int, date]] = Counter()
    answered: Counter[tuple[int, int, date]] = Counter()
    for _, thread in groupby(rows.values_list(*columns).iterator(chunk_size=5000), key=lambda row: row[0]):
        lines = list(thread)
        dealer_id, account_id = lines[0][1], lines[0][2]
        for session in sessions_of([_said(row) for row in lines]):
            if first <= session.day <= last:
                opened[dealer_id, account_id, session.day] += 1
                answered[dealer_id, account_id, session.day] += session.ok
    for (dealer_id, account_id, day), number in opened.items():
        values = {"dm_sessions": number, "dm_reply_ok": answered[dealer_id, account_id, day]}
        yield FactRow(dealer_id, account_id, day, dict(values), {"dm": "ok"})


def _said(row: tuple[object, ...]) -> Said:
    _, _, _, inbound, by_bot, characters, contact, canned, at = row
    sender = Sender.USER if inbound else Sender.BOT if by_bot else Sender.HUMAN
    assert isinstance(at, datetime) and isinstance(characters, int)
    return Said(at=at, sender=sender, characters=characters, contact=bool(contact), canned=bool(canned))
