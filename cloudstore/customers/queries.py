"""Finding customers and what is known about them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from cloudstore.customers.models import Consent, Customer, Identity, Touch
from cloudstore.kit.crypto import blind_index

CONTACT = "contact_about_cars"
OEM = "oem"
NETWORK = "network"


def phone_index(brand_id: int, phone_e164: str) -> bytes:
    """The keyed look-up of a phone within a brand."""
    return blind_index(phone_e164, f"phone|{brand_id}")


def open_id_index(brand_id: int, app: str, value: str) -> bytes:
    """The keyed look-up of a platform's open id within one app of a brand."""
    return blind_index(value, f"open_id|{brand_id}|{app}")


def by_phone(brand_id: int, phone_e164: str) -> Customer | None:
    """The brand's customer with this number."""
    return Customer.objects.filter(brand_id=brand_id, phone_index=phone_index(brand_id, phone_e164)).first()


def by_open_id(brand_id: int, app: str, value: str) -> Customer | None:
    """The brand's customer with this open id in this app."""
    identity = (
        Identity.objects.select_related("customer")
        .filter(brand_id=brand_id, kind="open_id", app=app, value_index=open_id_index(brand_id, app, value))
        .first()
    )
    return identity.customer if identity else None


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


def names_dealer(recipients: frozenset[str], dealer_code: str) -> bool:
    """Whether these recipients include the dealer, by name or as one of the brand's network."""
    return NETWORK in recipients or f"dealer:{dealer_code}" in recipients


def consent_covers(customer_id: UUID, dealer_code: str) -> bool:
    """Whether the person may be passed to this dealer."""
    return names_dealer(recipients_of(customer_id), dealer_code)


def touches_of(customer_id: UUID, limit: int = 50) -> list[Touch]:
    """The customer's contacts with the brand, newest first."""
    return list(
        Touch.objects.select_related("account__dealer").filter(customer_id=customer_id).order_by("-at", "-pk")[:limit]
    )
