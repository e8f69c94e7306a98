"""Balances in fen, as the ledger has them."""

from tasks.models import Campaign, LedgerAccount, MatrixTask
from tasks.rules.money import Kind, Place, account_name


def balance_fen(brand_id: int, name: str) -> int:
    """The balance of one ledger account, 0 when it was never used."""
    return LedgerAccount.objects.filter(brand_id=brand_id, name=name).values_list("balance_fen", flat=True).first() or 0


def available_fen(campaign: Campaign) -> int:
    """What a campaign has neither reserved nor paid."""
    return balance_fen(campaign.brand_id, account_name(Kind.AVAILABLE, Place(campaign=str(campaign.pk))))


def reserved_fen(task: MatrixTask) -> int:
    """What is set aside for a task and not yet earned."""
    if task.campaign_id is None:
        return 0
    place = Place(campaign=str(task.campaign_id), pool=f"m1-{task.pk.hex}")
    return balance_fen(task.brand_id, account_name(Kind.RESERVED, place))


def payable_fen(brand_id: int, dealer_code: str) -> int:
    """What a dealer has earned and not been paid."""
    return balance_fen(brand_id, account_name(Kind.PAYABLE, Place(dealer=dealer_code)))
