"""Jobs of the live room."""

from cloudstore.connectors.errors import ConnectorError
from cloudstore.kit.clock import now
from cloudstore.live import services
from cloudstore.network.models import Account
from cloudstore.queue.performing import GiveUp, TryLater, job


@job("live.pull")
def pull() -> None:
    """Ask for the rooms and figures of all connected accounts."""
    services.ask_for_pulls(now=now())


@job("live.pull_account")
def pull_account(account_id: int) -> None:
    """Read rooms and figures of one account."""
    try:
        services.pull_account(account=Account.objects.get(pk=account_id), now=now())
    except ConnectorError as fault:
        raise (GiveUp if fault.permanent else TryLater)(str(fault)) from None
