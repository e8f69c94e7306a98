"""Who somebody is, what they agreed to, where they met us."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from cloudstore.customers.errors import NoPhone, TooManyReveals
from cloudstore.customers.models import Consent, Customer, Identity, Reveal, Touch
from cloudstore.customers.queries import holders, open_id_key, phone_key
from cloudstore.customers.rules.identity import IdentityKey, IdentityKind, resolve
from cloudstore.customers.rules.masks import mask_name, tidy_name
from cloudstore.kit.crypto import seal, unseal
from cloudstore.kit.phone import mask as mask_phone
from cloudstore.network.models import Account
from cloudstore.network.scope import Scope

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

    Either alone is proof of the person; an open id counts only within its app. A further number from a known chat is a
    further number of that person. When phone and chat are on file as two people, the phone's holder is meant, and a
    file that has no phone yet is folded into theirs. Two workers that meet the same new person at once get the same
    customer: the database allows one, the loser looks again. Raises ValueError when neither phone nor open id is given.
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
    phone_is = [phone_key(brand_id, phone)] if phone else []
    keys = phone_is + ([open_id_key(brand_id, *open_id)] if open_id else [])
    known = holders(brand_id, keys)
    decision = resolve(keys, known)
    meant = known.get(phone_is[0]) if phone_is else None
    meant = meant or decision.customer
    customer = Customer.objects.get(pk=meant) if meant else Customer.objects.create(brand_id=brand_id, created_at=now)
    for key in decision.attach:
        _attach(customer, key, phone, now)
    for other in Customer.objects.filter(pk__in=set(known.values()) - {customer.pk}):
        _fold(other, customer)
    return customer, meant is None


def _attach(customer: Customer, key: IdentityKey, phone: str | None, now: datetime) -> None:
    """Write down one more identifier. The first phone stands on the customer, further ones beside it."""
    if key.kind is IdentityKind.PHONE and phone and not customer.phone_index:
        customer.phone = seal(phone, phone_aad(customer))
        customer.phone_index = bytes(key.value)  # type: ignore[arg-type]
        customer.phone_masked = mask_phone(phone)
        customer.save(update_fields=["phone", "phone_index", "phone_masked"])
        return
    further = {}
    if key.kind is IdentityKind.PHONE and phone:
        further = {"value": seal(phone, phone_aad(customer)), "masked": mask_phone(phone)}
    Identity.objects.create(
        brand_id=customer.brand_id,
        customer=customer,
        kind=key.kind.value,
        app=key.app,
        value_index=key.value,
        first_seen_at=now,
        **further,
    )


def _fold(other: Customer, into: Customer) -> None:
    """Everything known about a file without a phone moves to the person it turned out to be.

    A file with a phone of its own stays: joining two people with two numbers is for a person to decide.
    """
    if other.phone_index:
        return
    for rows in (other.identities, other.consents, other.touches):
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
    phone_index: bytes = b"",
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
        phone_index=phone_index,
        event_id=event_id,
        at=at,
    )


@transaction.atomic
def reveal_phone(*, customer: Customer, scope: Scope, purpose: str, now: datetime) -> str:
    """The first number in clear, E.164, for a named purpose (`reveal_phones` gives all). The look is kept for good.

    The caller has found `customer` through the scope rule. Raises ValueError for an unknown purpose, `NoPhone`, and
    `TooManyReveals` beyond 30 an hour for one person.
    """
    return reveal_phones(customer=customer, scope=scope, purpose=purpose, now=now)[0]


@transaction.atomic
def reveal_phones(*, customer: Customer, scope: Scope, purpose: str, now: datetime) -> list[str]:
    """Every number the person left, E.164, the first one given first; otherwise as `reveal_phone`. One look, however many."""
    if purpose not in PURPOSES:
        raise ValueError("unknown purpose")
    if not customer.phone:
        raise NoPhone
    recent = Reveal.objects.filter(staff=scope.staff, at__gt=now - timedelta(hours=1)).count()
    if recent >= REVEALS_PER_HOUR:
        raise TooManyReveals(REVEALS_PER_HOUR)
    Reveal.objects.create(brand_id=customer.brand_id, customer=customer, staff=scope.staff, purpose=purpose, at=now)
    further = customer.identities.filter(kind=IdentityKind.PHONE.value).order_by("first_seen_at", "pk")
    return [unseal(value, phone_aad(customer)) for value in [customer.phone, *(row.value for row in further)]]
