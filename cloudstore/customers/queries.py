"""Finding customers and what is known about them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from cloudstore.customers.models import Consent, Customer, Identity, Touch
from cloudstore.customers.rules.consent import covers_dealer
from cloudstore.customers.rules.identity import IdentityKey, IdentityKind
from cloudstore.kit.crypto import blind_index
from cloudstore.kit.phone import BadPhone, normalise

R = TypeVar("R", bound=Model)

CONTACT = "contact_about_cars"


def phone_index(brand_id: int, phone_e164: str) -> bytes:
    """The keyed look-up of a phone within a brand."""
    return blind_index(phone_e164, f"phone|{brand_id}")


def open_id_index(brand_id: int, app: str, value: str) -> bytes:
    """The keyed look-up of a platform's open id within one app of a brand."""
    return blind_index(value, f"open_id|{brand_id}|{app}")


def phone_key(brand_id: int, phone_e164: str) -> IdentityKey:
    """A phone as an identifier, by its keyed index."""
    return IdentityKey(IdentityKind.PHONE, phone_index(brand_id, phone_e164))


def open_id_key(brand_id: int, app: str, value: str) -> IdentityKey:
    """A platform's open id as an identifier, by its keyed index."""
    return IdentityKey(IdentityKind.OPEN_ID, open_id_index(brand_id, app, value), app)


def holders(brand_id: int, keys: Collection[IdentityKey]) -> dict[IdentityKey, UUID]:
    """Which of these identifiers are on file, and whose they are."""
    found: dict[IdentityKey, UUID] = {}
    values = [key.value for key in keys]
    for row in Identity.objects.filter(brand_id=brand_id, value_index__in=values):
        found[IdentityKey(IdentityKind(row.kind), bytes(row.value_index), row.app)] = row.customer_id
    for customer_id, index in Customer.objects.filter(brand_id=brand_id, phone_index__in=values).values_list(
        "pk", "phone_index"
    ):
        found[IdentityKey(IdentityKind.PHONE, bytes(index or b""))] = customer_id
    return {key: customer_id for key, customer_id in found.items() if key in keys}


def by_phone(brand_id: int, phone_e164: str) -> Customer | None:
    """The brand's customer with this number."""
    return _holder(brand_id, phone_key(brand_id, phone_e164))


def by_open_id(brand_id: int, app: str, value: str) -> Customer | None:
    """The brand's customer with this open id in this app."""
    return _holder(brand_id, open_id_key(brand_id, app, value))


def _holder(brand_id: int, key: IdentityKey) -> Customer | None:
    found = holders(brand_id, [key])
    return Customer.objects.get(pk=found[key]) if found else None


def standing_consents(customer_id: UUID, purpose: str = CONTACT) -> QuerySet[Consent]:
    """Consents that were given and not taken back, newest first."""
    return Consent.objects.filter(customer_id=customer_id, purpose=purpose, withdrawn_at__isnull=True).order_by(
        "-given_at"
    )


def recipients_of(customer_id: UUID, purpose: str = CONTACT) -> frozenset[str]:
    """Everyone the person agreed to be contacted by: `oem`, `dealer:<code>`, `network`."""
    return frozenset(
        name for row in standing_consents(customer_id, purpose).values_list("recipients", flat=True) for name in row
    )


def consent_covers(customer_id: UUID, dealer_code: str) -> bool:
    """Whether the person may be passed to this dealer."""
    return covers_dealer(recipients_of(customer_id), dealer_code)


def touches_of(customer_id: UUID, limit: int = 50) -> list[Touch]:
    """The customer's contacts with the brand, newest first."""
    return list(
        Touch.objects.select_related("account__dealer").filter(customer_id=customer_id).order_by("-at", "-pk")[:limit]
    )


def find_by_digits(leads: QuerySet[R], brand_id: int, typed: str) -> QuerySet[R]:
    """Of rows with a `customer`, those whose number is `typed`, or ends in it when only four digits are given.

    A whole number is found through the keyed index; the last four digits are what a masked number shows anyway.
    """
    digits = "".join(filter(str.isdigit, unicodedata.normalize("NFKC", typed)))
    if len(digits) == 4:
        return leads.filter(customer__phone_masked__endswith=digits)
    try:
        index = phone_index(brand_id, normalise(typed))
    except BadPhone:
        return leads.none()
    further = Identity.objects.filter(brand_id=brand_id, kind=IdentityKind.PHONE.value, value_index=index)
    return leads.filter(
        Q(customer__phone_index=index) | Q(customer_id__in=further.values("customer_id")), customer__brand_id=brand_id
    )
