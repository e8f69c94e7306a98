"""The hearers of the gateway itself: what concerns the connection to a platform, and what leads nowhere."""

from datetime import datetime

from cloudstore.connectors.messages import (
    AccountAuthorised,
    AccountUnauthorised,
    ContactSignal,
    Message,
    Unreadable,
    WebhookProbe,
)
from cloudstore.gateway.models import AccountToken, InboundEvent
from cloudstore.gateway.rules import Heard, Outcome
from cloudstore.network.models import Account


def unreadable(message: Unreadable, *, event: InboundEvent, now: datetime) -> Heard:
    """A word we do not understand is kept for a person, with the place where understanding ended."""
    where = f" ({message.field_path})" if message.field_path else ""
    return Heard(Outcome.REJECTED, reason=f"{message.reason}{where}", quarantine=True)


def webhook_probe(message: WebhookProbe, *, event: InboundEvent, now: datetime) -> Heard:
    """The door has answered it already."""
    return Heard(Outcome.NONE, reason="probe")


def contact_signal(message: ContactSignal, *, event: InboundEvent, now: datetime) -> Heard:
    """Interest without a number: counted as an event, it makes no lead."""
    return Heard(Outcome.NONE, reason=message.signal.value)


def account_authorised(message: AccountAuthorised, *, event: InboundEvent, now: datetime) -> Heard:
    """The owner let us act. That is only true for us once the browser step brought a token, which this message lacks."""
    account = _account(message, event)
    if account is None:
        return Heard(Outcome.NONE, reason="unknown_account")
    if not AccountToken.objects.filter(account=account, access_expires_at__gt=now).exists():
        return Heard(Outcome.NONE, reason="no_token_yet")
    Account.objects.filter(pk=account.pk).update(auth_state="authorised")
    return Heard(Outcome.NONE, reason="authorised")


def account_unauthorised(message: AccountUnauthorised, *, event: InboundEvent, now: datetime) -> Heard:
    """The owner took the leave back: the token is of no use any more. A token given after this event stays."""
    account = _account(message, event)
    if account is None:
        return Heard(Outcome.NONE, reason="unknown_account")
    said_at = message.occurred_at or event.received_at
    token = AccountToken.objects.filter(account=account).first()
    if token is not None and token.access_issued_at > said_at:
        return Heard(Outcome.NONE, reason="authorised_again_since")
    AccountToken.objects.filter(account=account).delete()
    Account.objects.filter(pk=account.pk).update(auth_state="revoked", auth_expires_at=None)
    return Heard(Outcome.NONE, reason="revoked")


def _account(message: Message, event: InboundEvent) -> Account | None:
    return Account.objects.filter(
        brand_id=event.brand_id, platform=message.platform, open_id=message.account_open_id
    ).first()
