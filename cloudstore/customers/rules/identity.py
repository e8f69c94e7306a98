"""One-ID: which customer a set of identifiers belongs to (rules of the trade, section 6).

A strong identifier alone is proof of the person: the phone number, a WeCom id, an open id within its own app. A weak
one (device, address, name) never joins anybody to anybody. Brands are worlds apart: the caller asks within one brand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

C = TypeVar("C", int, str, UUID)


class IdentityKind(StrEnum):
    """Kinds of identifiers."""

    PHONE = "phone"
    WECOM_UNION = "wecom_union"
    WECOM_EXTERNAL = "wecom_external"
    OPEN_ID = "open_id"
    DEVICE = "device"
    IP = "ip"
    NAME = "name"


#: Strong kinds with how sure one of them makes us, surest first. Our defaults.
STRONG: Mapping[IdentityKind, Decimal] = {
    IdentityKind.PHONE: Decimal("1.00"),
    IdentityKind.WECOM_UNION: Decimal("0.95"),
    IdentityKind.WECOM_EXTERNAL: Decimal("0.95"),
    IdentityKind.OPEN_ID: Decimal("0.90"),
}
#: Kinds that mean something only within one app or one company.
SCOPED = frozenset({IdentityKind.OPEN_ID, IdentityKind.WECOM_EXTERNAL})


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """One identifier: its kind, the app it counts in, and its value (in the product the keyed hash, never the plain one)."""

    kind: IdentityKind
    value: str | bytes = field(repr=False)
    app: str = ""

    def __post_init__(self) -> None:
        if not self.value:
            raise ValueError(f"an identity of kind {self.kind.value} needs a value")
        if bool(self.app) != (self.kind in SCOPED):
            raise ValueError(f"an identity of kind {self.kind.value} {'lacks its' if not self.app else 'has no'} app")

    @property
    def strong(self) -> bool:
        """Whether this identifier alone proves the person."""
        return self.kind in STRONG


class Recognition(StrEnum):
    """What to do with the person behind a set of identifiers."""

    CREATE = "create"
    USE = "use"
    MERGE = "merge"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolution(Generic[C]):
    """The decision.

    `customer` is the one to use (None when it is to be created or nobody can be known), `absorbed` are files without a
    phone of their own that go into it, `proposed` those that have one: joining two people with two numbers is for a
    person to decide. `attach` are the strong identifiers the customer did not have, `bridge` those that prove a merge,
    `confidence` is that of the weakest of them, 1 where there is none.
    """

    action: Recognition
    customer: C | None = None
    absorbed: tuple[C, ...] = ()
    proposed: tuple[C, ...] = ()
    attach: tuple[IdentityKey, ...] = ()
    bridge: tuple[IdentityKey, ...] = ()
    confidence: Decimal = Decimal("1.00")


def resolve(
    keys: Iterable[IdentityKey], known: Mapping[IdentityKey, C], with_phone: Collection[C] = ()
) -> Resolution[C]:
    """Which customer of the brand the identifiers of one submission belong to.

    `known` maps identifiers already on file to their customers, `with_phone` are those of them that have a phone.
    Customers must sort from the oldest (numbers and time-ordered ids do). Nobody on file: create. One: use, and learn
    what is new. Several: the holder of the phone is meant, without a phone on file the oldest, and the others merge.
    """
    strong = tuple(dict.fromkeys(key for key in keys if key.strong))
    if not strong:
        return Resolution(Recognition.UNKNOWN)
    attach = tuple(key for key in strong if key not in known)
    bridge = tuple(sorted((key for key in strong if key in known), key=lambda key: key.kind is not IdentityKind.PHONE))
    if not bridge:
        return Resolution(Recognition.CREATE, attach=attach)
    holders = sorted({known[key] for key in bridge})
    customer = known[bridge[0]] if bridge[0].kind is IdentityKind.PHONE else holders[0]
    others = [holder for holder in holders if holder != customer]
    if not others:
        return Resolution(Recognition.USE, customer, attach=attach)
    return Resolution(
        Recognition.MERGE,
        customer,
        absorbed=tuple(other for other in others if other not in with_phone),
        proposed=tuple(other for other in others if other in with_phone),
        attach=attach,
        bridge=bridge,
        confidence=min(STRONG[key.kind] for key in bridge),
    )
