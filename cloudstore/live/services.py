"""Live sessions come from the platform's room figures: which rooms there were, and numbers once they are ready."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from cloudstore.connectors.douyin.calls_rooms import RoomFamily
from cloudstore.gateway.services import AccountClient, client_for
from cloudstore.live.models import LiveSession
from cloudstore.network.models import Account
from cloudstore.queue.services import enqueue, pulse

LOOK_BACK = timedelta(days=3)
#: our column -> the platform's name of the figure
_FIGURES = {
    "exposure": "live_watch_cnt_td",
    "viewers_unique": "live_watch_ucnt_td",
    "comments": "live_comment_cnt_td",
}


def pull_account(*, account: Account, now: datetime) -> int:
    """Read the rooms of the last three days of one account and their figures. Returns how many sessions were written.

    Raises ConnectorError when the platform refuses; what was read before stays.
    """
    client = client_for(account, now=now)
    since = int((now - LOOK_BACK).timestamp())
    rooms = client.douyin.room_ids(
        access_token=client.access_token, open_id=client.open_id, start=since, end=int(now.timestamp())
    )
    for room_id in rooms:
        _store(account, room_id, _figures(client, room_id), now)
    return len(rooms)


def _figures(client: AccountClient, room_id: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for family in RoomFamily:
        answer = client.douyin.room_data(
            family, access_token=client.access_token, open_id=client.open_id, room_id=room_id
        )
        values |= answer.values
    return values


def _store(account: Account, room_id: str, values: dict[str, float], now: datetime) -> None:
    """Write one session. A figure that is not ready stays unknown, and one that was known does not become unknown again;
    the session itself comes with its first base figures."""
    begin = _moment(values.get("live_start_ts"))
    if begin is None:
        return
    end = _moment(values.get("live_end_ts"))
    known = {"brand_id": account.brand_id, "dealer_id": account.dealer_id, "started_at": begin, "figures_at": now}
    if end is not None and end > begin:
        known |= {"ended_at": end, "intervals": [[begin.isoformat(), end.isoformat()]]}
    known |= {column: round(values[name]) for column, name in _FIGURES.items() if name in values}
    with transaction.atomic():
        LiveSession.objects.update_or_create(account=account, room_id=room_id, defaults=known)
        pulse(f"dealer:{account.dealer_id}", f"brand:{account.brand_id}")


def _moment(epoch: float | None) -> datetime | None:
    """Epoch seconds as a moment; None for what is missing (the platform writes 0 while a room is on air) or no time."""
    try:
        return datetime.fromtimestamp(epoch, tz=UTC) if epoch else None
    except (ValueError, OverflowError, OSError):
        return None


def ask_for_pulls(*, now: datetime) -> int:
    """A job for every account in use that let us read it, so that a slow one holds up nobody. Returns how many."""
    ids = list(
        Account.objects.filter(active=True, auth_state="authorised", token__isnull=False).values_list("pk", flat=True)
    )
    with transaction.atomic():
        for account_id in ids:
            enqueue("live.pull_account", key=f"live.pull_account:{account_id}", account_id=account_id)
    return len(ids)
