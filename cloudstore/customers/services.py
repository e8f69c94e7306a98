"""Who somebody is, what they agreed to, where they met us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from cloudstore.customers.errors import NoPhone, TooManyReveals
from cloudstore.customers.masking import mask_name, tidy_name
from cloudstore.customers.models import Consent, Customer, Identity, Reveal, Touch
from cloudstore.customers.queries import by_open_id, by_phone, open_id_index, phone_index
from cloudstore.kit.crypto import seal, unseal
from cloudstore.kit.phone import mask as mask_phone
from cloudstore.network.models import Account
from cloudstore.network.scope import Scope

OPEN_ID = "open_id"
REVEALS_PER_HOUR = 30
PURPOSES = frozenset({"call", "region", "consent", "check"})


def phone_aad(customer: Customer) -> str:
    """What a sealed phone is bound to."""
    return f"customer.phone|{customer.brand_id}|{customer.pk}"


def name_aad(customer: Customer) -> str:
    """What a sealed name is bound to."""
    return f"customer.name|{customer.brand_id}|{customer.pk}"


@transaction.atomic
def recognise(
    *, brand_id: int, phone_e164: str | None, open_id: tuple[str, str] | None, name: str, now: datetime
) -> tuple[Customer, bool]:
    """The one customer of this brand with this phone or this (app, open id), and whether they are new.

    The phone is the person; an open id counts only within its app. When the two point at different people, the phone
    decides, and a file that had no phone yet is folded into the one that has it. Two workers that meet the same new
    person at once get the same customer: the database allows one, the loser looks again. Raises ValueError when
    neither phone nor open id is given.
    """
    if not phone_e164 and not open_id:
        raise ValueError("a customer needs a phone or an open id")
    for attempt in (1, 2):
        try:
            with transaction.atomic():
                customer, created = _find_or_make(brand_id, phone_e164, open_id, now)
                break
        except IntegrityError:
            # Somebody else made this person between our look and our insert; now they are there to be found.
            if attempt == 2:
                raise
    _learn_name(customer, name)
    return customer, created


def _find_or_make(
    brand_id: int, phone: str | None, open_id: tuple[str, str] | None, now: datetime
) -> tuple[Customer, bool]:
    known = by_open_id(brand_id, *open_id) if open_id else None
    same_phone = by_phone(brand_id, phone) if phone else None
    customer = same_phone or (known if known and (not phone or not known.phone_index) else None)
    created = customer is None
    if customer is None:
        customer = Customer.objects.create(brand_id=brand_id, created_at=now)
    if phone and not customer.phone_index:
        _set_phone(customer, phone)
    if open_id and known is None:
        Identity.objects.create(
            brand_id=brand_id,
            customer=customer,
            kind=OPEN_ID,
            app=open_id[0],
            value_index=open_id_index(brand_id, *open_id),
            first_seen_at=now,
        )
    if known and known.pk != customer.pk and not known.phone_index:
        _fold(known, customer)
    return customer, created


def _set_phone(customer: Customer, phone: str) -> None:
    customer.phone = seal(phone, phone_aad(customer))
    customer.phone_index = phone_index(customer.brand_id, phone)
    customer.phone_masked = mask_phone(phone)
    customer.save(update_fields=["phone", "phone_index", "phone_masked"])


def _fold(empty: Customer, into: Customer) -> None:
    """Everything known about a file without a phone moves to the person it turned out to be."""
    for rows in (empty.identities, empty.consents, empty.touches):
        rows.update(customer=into)


def _learn_name(customer: Customer, raw: str) -> None:
    name = tidy_name(raw)
    if not name or customer.name:
        return
    customer.name = seal(name, name_aad(customer))
    customer.name_masked = mask_name(name)
    customer.save(update_fields=["name", "name_masked"])


def give_consent(
    *,
    customer: Customer,
    purpose: str,
    recipients: Iterable[str],
    text_version: str,
    text_hash: str,
    channel: str,
    event_id: int | None,
    now: datetime,
) -> Consent:
    """Write down what the person agreed to. The same words to the same recipients, not withdrawn, are written once."""
    named = sorted(set(recipients))
    for standing in Consent.objects.filter(
        customer=customer, purpose=purpose, text_hash=text_hash, channel=channel, withdrawn_at__isnull=True
    ):
        if standing.recipients == named:
            return standing
    return Consent.objects.create(
        brand_id=customer.brand_id,
        customer=customer,
        purpose=purpose,
        recipients=named,
        text_version=text_version,
        text_hash=text_hash,
        channel=channel,
        event_id=event_id,
        given_at=now,
    )


def withdraw_consent(*, customer: Customer, purpose: str, now: datetime) -> int:
    """Take back every consent for a purpose, from this moment on. Returns how many stood."""
    return Consent.objects.filter(customer=customer, purpose=purpose, withdrawn_at__isnull=True).update(
        withdrawn_at=now
    )


def touch(
    *,
    customer: Customer,
    account: Account | None,
    scene: str,
    source_class: str,
    platform: str,
    at: datetime,
    item_id: str = "",
    room_id: str = "",
    widget_code: str = "",
    event_id: int | None = None,
) -> Touch:
    """One more contact of this person with the brand."""
    return Touch.objects.create(
        brand_id=customer.brand_id,
        customer=customer,
        account=account,
        scene=scene,
        source_class=source_class,
        platform=platform,
        item_id=item_id,
        room_id=room_id,
        widget_code=widget_code,
        event_id=event_id,
        at=at,
    )


@transaction.atomic
def reveal_phone(*, customer: Customer, scope: Scope, purpose: str, now: datetime) -> str:
    """The number in clear, E.164, for a named purpose. The look is kept for good.

    The caller has found `customer` through the scope rule. Raises ValueError for an unknown purpose, `NoPhone`, and
    `TooManyReveals` beyond 30 an hour for one person.
    """
    if purpose not in PURPOSES:
        raise ValueError("unknown purpose")
    if not customer.phone:
        raise NoPhone
    recent = Reveal.objects.filter(staff=scope.staff, at__gt=now - timedelta(hours=1)).count()
    if recent >= REVEALS_PER_HOUR:
        raise TooManyReveals(REVEALS_PER_HOUR)
    Reveal.objects.create(brand_id=customer.brand_id, customer=customer, staff=scope.staff, purpose=purpose, at=now)
    return unseal(customer.phone, phone_aad(customer))
