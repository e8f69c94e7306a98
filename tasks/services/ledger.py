"""Posting to the ledger: both sides in one transaction, once per key, floors held by the database."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from tasks.models import LedgerAccount, LedgerTransfer
from tasks.rules.money import Entry, Place, Step, entry


class NotCovered(Exception):
    """The account that pays has less than the amount; nothing was posted."""


def post(*, brand_id: int, step: Step, place: Place, amount_fen: int, key: str, at: datetime) -> bool:
    """Move `amount_fen` as `step` says. A key that was posted before changes nothing and returns False.

    Raises `NotCovered` when an account would fall below zero that must not, `BadEntry` for a posting no rule knows.
    """
    wanted = entry(step, place, amount_fen)
    with transaction.atomic():
        debit, credit = _accounts(brand_id, wanted)
        if not _once(brand_id, key, wanted, debit, credit, at):
            return False
        # Both rows in the order of their ids: two transfers in opposite directions then cannot wait for each other.
        for account in sorted((debit, credit), key=lambda row: row.pk):
            change = -amount_fen if account.pk == debit.pk else amount_fen
            enough = Q(may_go_below_zero=True) | Q(balance_fen__gte=-change)
            if not LedgerAccount.objects.filter(enough, pk=account.pk).update(balance_fen=F("balance_fen") + change):
                raise NotCovered(account.name)
    return True


def _accounts(brand_id: int, wanted: Entry) -> tuple[LedgerAccount, LedgerAccount]:
    return (
        _account(brand_id, wanted.debit, floor=wanted.debit_floor),
        _account(brand_id, wanted.credit, floor=wanted.credit_floor),
    )


def _account(brand_id: int, name: str, *, floor: bool) -> LedgerAccount:
    account, _ = LedgerAccount.objects.get_or_create(
        brand_id=brand_id, name=name, defaults={"may_go_below_zero": not floor}
    )
    return account


def _once(brand_id: int, key: str, wanted: Entry, debit: LedgerAccount, credit: LedgerAccount, at: datetime) -> bool:
    try:
        with transaction.atomic():
            LedgerTransfer.objects.create(
                brand_id=brand_id,
                key=key,
                kind=wanted.step.value,
                debit=debit,
                credit=credit,
                amount_fen=wanted.amount_fen,
                at=at,
            )
    except IntegrityError:
        if not LedgerTransfer.objects.filter(brand_id=brand_id, key=key).exists():
            raise
        return False
    return True
