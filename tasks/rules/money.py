"""The ledger's steps: double entry by transfers, balance = credits - debits, the sum of all balances always 0."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """Every kind of transfer there is."""

    FUND = "fund"
    RESERVE = "reserve"
    ACCRUE = "accrue"
    VOID = "void"
    PAY = "pay"
    PROMO_SPENT = "promo_spent"
    PROMO_RELEASED = "promo_released"
    CLAW_BACK = "claw_back"
    NET_RECEIVABLE = "net_receivable"
    NET_CLAWBACK = "net_clawback"
    RELEASE = "release"
    CLOSE = "close"


class Kind(StrEnum):
    """Kinds of ledger accounts; the name of an account is its kind and what it belongs to."""

    FUNDING = "FUNDING"
    AVAILABLE = "AVAILABLE"
    RESERVED = "RESERVED"
    PAYABLE = "PAYABLE"
    PAID = "PAID"
    RECEIVABLE = "RECEIVABLE"
    CLAWBACK_PENDING = "CLAWBACK_PENDING"


#: What the brand brought in and what dealers owe are negative by nature; nothing else may go below zero.
MAY_GO_BELOW_ZERO = frozenset({Kind.FUNDING, Kind.RECEIVABLE})

_SIDES: dict[Step, tuple[Kind, Kind]] = {
    Step.FUND: (Kind.FUNDING, Kind.AVAILABLE),
    Step.RESERVE: (Kind.AVAILABLE, Kind.RESERVED),
    Step.ACCRUE: (Kind.RESERVED, Kind.PAYABLE),
    Step.VOID: (Kind.PAYABLE, Kind.AVAILABLE),
    Step.PAY: (Kind.PAYABLE, Kind.PAID),
    Step.PROMO_SPENT: (Kind.RESERVED, Kind.PAID),
    Step.PROMO_RELEASED: (Kind.RESERVED, Kind.AVAILABLE),
    Step.CLAW_BACK: (Kind.RECEIVABLE, Kind.CLAWBACK_PENDING),
    Step.NET_RECEIVABLE: (Kind.PAYABLE, Kind.RECEIVABLE),
    Step.NET_CLAWBACK: (Kind.CLAWBACK_PENDING, Kind.AVAILABLE),
    Step.RELEASE: (Kind.RESERVED, Kind.AVAILABLE),
    Step.CLOSE: (Kind.AVAILABLE, Kind.FUNDING),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Whose money: the campaign, its pool, the dealer's code, the payment period. Empty where a step needs none."""

    campaign: str = ""
    pool: str = ""
    dealer: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One transfer: names of the two accounts, whether each may go below zero, and a positive amount in fen."""

    step: Step
    debit: str
    credit: str
    amount_fen: int
    debit_floor: bool
    credit_floor: bool


class BadEntry(ValueError):
    """A posting that no rule allows: an amount of nothing, or an account that belongs to nobody."""


def entry(step: Step, place: Place, amount_fen: int) -> Entry:
    """The transfer of `step`. Raises `BadEntry` for amounts below 1 fen and for a place that lacks what the step needs."""
    if amount_fen < 1:
        raise BadEntry("a transfer moves at least one fen")
    debit, credit = _SIDES[step]
    return Entry(
        step,
        account_name(debit, place),
        account_name(credit, place),
        amount_fen,
        debit_floor=debit not in MAY_GO_BELOW_ZERO,
        credit_floor=credit not in MAY_GO_BELOW_ZERO,
    )


def account_name(kind: Kind, place: Place) -> str:
    """`AVAILABLE:<campaign>`, `RESERVED:<campaign>:<pool>`, `PAYABLE:<dealer>`, `PAID:<period>`, … Raises `BadEntry`."""
    parts = {
        Kind.FUNDING: ("brand",),
        Kind.AVAILABLE: (place.campaign,),
        Kind.RESERVED: (place.campaign, place.pool),
        Kind.PAYABLE: (place.dealer,),
        Kind.PAID: (place.period,),
        Kind.RECEIVABLE: (place.dealer,),
        Kind.CLAWBACK_PENDING: (place.campaign,),
    }[kind]
    if not all(parts):
        raise BadEntry(f"{kind.value} needs to know whose it is")
    return ":".join((kind.value, *parts))
