"""Live sessions come from the platform's room figures: which rooms there were, and numbers once they are ready."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from cloudstore.connectors.douyin.calls_rooms import RoomFamily
from cloudstore.connectors.errors import ConnectorError
from cloudstore.gateway.services import AccountClient, client_for
from cloudstore.live.models import LiveSession
from cloudstore.network.models import Account
from cloudstore.queue.services import pulse

LOOK_BACK = timedelta(days=3)


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
    """Write one session. A figure that is not ready stays unknown; the times on air come with the first base figures."""
    started = values.get("live_start_ts")
    if started is None:
        return
    begin = datetime.fromtimestamp(started, tz=UTC)
    end = datetime.fromtimestamp(values["live_end_ts"], tz=UTC) if values.get("live_end_ts") else None
    fields = {
        "brand_id": account.brand_id,
        "dealer_id": account.dealer_id,
        "started_at": begin,
        "ended_at": end,
        "intervals": [[begin.isoformat(), end.isoformat()]] if end else [],
        "exposure": _whole(values.get("live_watch_cnt_td")),
        "viewers_unique": _whole(values.get("live_watch_ucnt_td")),
        "comments": _whole(values.get("live_comment_cnt_td")),
        "figures_at": now,
    }
    with transaction.atomic():
        LiveSession.objects.update_or_create(account=account, room_id=room_id, defaults=fields)
        pulse(f"dealer:{account.dealer_id}", f"brand:{account.brand_id}")


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def pull_all(*, now: datetime) -> int:
    """Read every account that has a valid token; one that fails does not hold up the others. Returns sessions written."""
    written = 0
    for account in Account.objects.filter(active=True, auth_state="authorised", token__access_expires_at__gt=now):
        try:
            written += pull_account(account=account, now=now)
        except ConnectorError:
            continue
    return written
