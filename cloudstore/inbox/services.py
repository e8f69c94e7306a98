"""Hearing what people write to the accounts, and answering them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cloudstore.connectors.douyin.calls_conversations import SendScene, text_content
from cloudstore.connectors.errors import ConnectorError
from cloudstore.connectors.messages import CommentSeen, ConversationEntered, DirectMessage, MessageReceived, MessageSent
from cloudstore.facts.rules.messages import REPEATS_LOOKED_AT
from cloudstore.gateway.models import Delivery, InboundEvent
from cloudstore.gateway.rules import Heard, Outcome
from cloudstore.gateway.services import AccountClient, deliver
from cloudstore.inbox.models import Comment, Conversation, Message
from cloudstore.inbox.rules import Problem, closed, wrong_words
from cloudstore.kit.crypto import blind_index, seal, unseal
from cloudstore.kit.ids import uuid7
from cloudstore.network.models import Account
from cloudstore.network.scope import Scope
from cloudstore.queue.services import pulse

#: Clocks of the platform and ours differ by seconds.
SKEW = timedelta(seconds=10)
OURS = "ours-"
_NONE = Heard(Outcome.NONE)


class CannotAnswer(Exception):
    """The answer cannot be sent; `code` is a label of the group `answer_problem`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def hear_message(message: MessageReceived | MessageSent, *, event: InboundEvent, now: datetime) -> Heard:
    """Keep one message of a conversation, in either direction, once. Group chats are none of ours."""
    account = _account(message.account_open_id, event)
    if account is None or message.group or not message.user_open_id:
        return Heard(Outcome.NONE, reason="unknown_account" if account is None else "not_a_private_message")
    at = message.occurred_at or event.received_at
    conversation = _conversation(account, message, at)
    inbound = isinstance(message, MessageReceived)
    if not _keep(conversation, message, inbound, at, f"event-{event.pk}"):
        return _NONE
    _move_clock(conversation, inbound, at)
    pulse(f"dealer:{account.dealer_id}")
    return _NONE


def _account(open_id: str, event: InboundEvent) -> Account | None:
    return Account.objects.filter(brand_id=event.brand_id, platform=event.source, open_id=open_id).first()


def _conversation(account: Account, message: DirectMessage | ConversationEntered, at: datetime) -> Conversation:
    found, _ = Conversation.objects.get_or_create(
        account=account,
        peer_open_id=message.user_open_id,
        defaults={
            "brand_id": account.brand_id,
            "dealer_id": account.dealer_id,
            "platform_id": message.conversation_id,
            "peer_name": message.user_name[:80],
            "last_message_at": at,
        },
    )
    late = {"platform_id": message.conversation_id, "peer_name": message.user_name[:80]}
    news = {name: value for name, value in late.items() if value and not getattr(found, name)}
    if news:
        Conversation.objects.filter(pk=found.pk).update(**news)
    return found


def _keep(conversation: Conversation, message: DirectMessage, inbound: bool, at: datetime, fallback_id: str) -> bool:
    """Write the row; False when it is here already (a repeat, or our own message that we wrote when sending)."""
    row = Message(
        conversation=conversation,
        platform_id=message.message_id or fallback_id,
        inbound=inbound,
        by_bot=message.automatic,
        kind=message.message_type[:30],
        contact=message.card_filled,
        sent_at=at,
    )
    _write_words(row, message.text)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _write_words(row: Message, words: str) -> None:
    """Seal the words and keep what the daily facts need of them (rules in `facts.rules.messages`)."""
    conversation = row.conversation
    row.text = seal(words, text_context(conversation))
    row.characters = min(len("".join(words.split())), 32_000)
    if row.inbound or not words:
        return
    row.words_key = blind_index(words.strip(), f"message|{conversation.account_id}")[:8]
    recent = Message.objects.filter(conversation__account_id=conversation.account_id, inbound=False).order_by(
        "-sent_at"
    )
    keys = [bytes(key) for key in recent.values_list("words_key", flat=True)[:REPEATS_LOOKED_AT]]
    row.canned = len(keys) == REPEATS_LOOKED_AT and keys.count(row.words_key) * 10 > 9 * len(keys)


def _move_clock(conversation: Conversation, inbound: bool, at: datetime) -> None:
    """A message of the customer starts the waiting, one of ours ends it; late events never turn the clock back."""
    row = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if inbound and row.waiting_since is None and not row.messages.filter(inbound=False, sent_at__gte=at).exists():
        row.waiting_since = at
    elif not inbound and row.waiting_since is not None and at >= row.waiting_since:
        row.waiting_since = None
    row.last_message_at = max(row.last_message_at, at)
    row.save(update_fields=["waiting_since", "last_message_at"])


def text_context(conversation: Conversation) -> str:
    """What a sealed message text is bound to."""
    return f"message.text|{conversation.pk}"


def text_of(message: Message) -> str:
    """The words of a message."""
    return unseal(message.text, text_context(message.conversation))


def hear_entered(message: ConversationEntered, *, event: InboundEvent, now: datetime) -> Heard:
    """Somebody opened the chat: the conversation exists from now on, nobody waits yet."""
    account = _account(message.account_open_id, event)
    if account is None or not message.user_open_id:
        return Heard(Outcome.NONE, reason="unknown_account")
    _conversation(account, message, message.occurred_at or event.received_at)
    return _NONE


def hear_comment(message: CommentSeen, *, event: InboundEvent, now: datetime) -> Heard:
    """Keep one comment, once."""
    account = _account(message.account_open_id, event)
    if account is None:
        return Heard(Outcome.NONE, reason="unknown_account")
    Comment.objects.get_or_create(
        account=account,
        platform_id=message.comment_id,
        defaults={
            "brand_id": account.brand_id,
            "dealer_id": account.dealer_id,
            "item_id": message.item_id,
            "user_open_id": message.user_open_id,
            "text": message.text[:1000],
            "written_at": message.occurred_at or event.received_at,
        },
    )
    pulse(f"dealer:{account.dealer_id}")
    return _NONE


def answer(*, conversation: Conversation, text: str, by: Scope, now: datetime, key: str = "") -> Message:
    """Write an answer and its delivery in one transaction. `key` names one display of the form: sent twice, it is one answer.

    Raises CannotAnswer outside the platform's window, after its six answers, or for words that cannot be sent.
    """
    words = text.strip()
    with transaction.atomic():
        # Two people answering at once count against the same window, one after the other.
        row = Conversation.objects.select_for_update().get(pk=conversation.pk)
        mark = f"{OURS}{key[:60] or uuid7()}"
        sent = row.messages.filter(inbound=False, key=mark).first() if key else None
        if sent is not None:
            return sent
        problem = wrong_words(words) or closed_for(row, now)
        if problem:
            raise CannotAnswer(problem.value)
        written = Message(
            conversation=row,
            platform_id=mark,
            key=mark,
            inbound=False,
            sent_at=now,
            sender_id=by.staff.user_id,
            state="sending",
        )
        _write_words(written, words)
        written.save(force_insert=True)
        asked = _answerable(row).first()
        assert asked is not None  # the window is open
        deliver(
            kind="douyin.message",
            key=delivery_key(written.pk),
            brand_id=row.brand_id,
            account_id=row.account_id,
            payload={"message": written.pk, "answering": asked.platform_id},
            now=now,
        )
        pulse(f"dealer:{row.dealer_id}")
    return written


def delivery_key(message_id: int) -> str:
    """The key of the delivery that sends a message."""
    return f"douyin.message:{message_id}"


def closed_for(conversation: Conversation, now: datetime) -> Problem | None:
    """Why nothing may be sent in this conversation now, or None."""
    asked = _answerable(conversation).first()
    if asked is None:
        return closed(None, 0, now)
    ours = conversation.messages.filter(inbound=False, sender_id__isnull=False, sent_at__gte=asked.sent_at)
    return closed(asked.sent_at, ours.exclude(state="failed").count(), now)


def _answerable(conversation: Conversation) -> QuerySet[Message]:
    """Messages of the customer that an answer can refer to, newest first: those whose id the platform told us."""
    return conversation.messages.filter(inbound=True).exclude(platform_id__startswith="event-").order_by("-sent_at")


def perform_message(delivery: Delivery, *, client: AccountClient, now: datetime) -> dict[str, Any]:
    """Send one answer at the platform and keep the id it got; a message already sent is not sent again."""
    row = Message.objects.select_related("conversation").get(pk=delivery.payload["message"])
    if row.state == "sent":
        return {"message_id": row.platform_id}
    conversation = row.conversation
    echo = _echo(row) if delivery.attempts > 1 else None
    if echo is not None:
        return _book_sent(row, echo.platform_id, now)
    try:
        sent = client.douyin.send_message(
            access_token=client.access_token,
            open_id=client.open_id,
            to_user_id=conversation.peer_open_id,
            conversation_id=conversation.platform_id,
            message_id=delivery.payload["answering"],
            contents=[text_content(text_of(row))],
            scene=SendScene.REPLY,
        )
    except ConnectorError as fault:
        if fault.permanent:
            _book_failed(row, fault.action.value)
        raise
    return _book_sent(row, sent.message_ids[0], now)


def _echo(row: Message) -> Message | None:
    """Our message as the platform told us of it: sending has no idempotency key, so an earlier try may have arrived."""
    told = row.conversation.messages.filter(inbound=False, sender_id__isnull=True, sent_at__gte=row.sent_at - SKEW)
    return told.filter(words_key=bytes(row.words_key)).order_by("sent_at").first()


def _book_failed(row: Message, failure: str) -> None:
    """The platform refused for good: the page says so, and the customer still waits."""
    Message.objects.filter(pk=row.pk).update(state="failed", failure=failure)
    pulse(f"dealer:{row.conversation.dealer_id}")


def _book_sent(row: Message, platform_id: str, now: datetime) -> dict[str, Any]:
    """Our own message may have come back by webhook before this answer: then that row is the message, and ours goes."""
    with transaction.atomic():
        echo = Message.objects.filter(conversation=row.conversation, platform_id=platform_id).exclude(pk=row.pk).first()
        if echo is not None:
            echo.delete()
        Message.objects.filter(pk=row.pk).update(platform_id=platform_id, state="sent", failure="")
        _move_clock(row.conversation, False, row.sent_at)
        pulse(f"dealer:{row.conversation.dealer_id}")
    return {"message_id": platform_id}
