"""Rebuilding the facts: every source says its numbers anew, the rows of those days are replaced. Late data corrects itself."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction

from cloudstore.facts.models import AccountDay, DealerDay
from cloudstore.facts.rules.combine import DayNumbers, combine, dealer_total, source_quality
from cloudstore.kit.clock import business_day
from cloudstore.kit.wired import wired
from cloudstore.network.models import Account, Brand, Dealer
from cloudstore.queue.services import pulse

REBUILT_DAYS = 35
BATCH = 1000

AccountKey = tuple[int, int | None, date]


def rebuild(*, brand_id: int, first: date, last: date, now: datetime) -> int:
    """Replace the facts of one brand for the days first to last (both included). Returns how many dealer-days were written.

    Sources are the functions of `wiring.FACT_SOURCES`. A dealer that was active has a row for each day even when nothing
    happened: nothing happened is a fact, unknown is not.
    """
    rows = [row for source in wired("FACT_SOURCES").values() for row in source(brand_id, first, last)]
    accounts = combine(rows)
    dealers = _dealer_days(brand_id, accounts, first, last)
    with transaction.atomic():
        _replace_accounts(brand_id, accounts, first, last, now)
        _replace_dealers(brand_id, dealers, first, last, now)
        pulse(f"brand:{brand_id}")
    return len(dealers)


def _dealer_days(
    brand_id: int, accounts: dict[AccountKey, DayNumbers], first: date, last: date
) -> dict[tuple[int, date], DayNumbers]:
    parts: dict[tuple[int, date], list[DayNumbers]] = defaultdict(list)
    for (dealer_id, _account, day), numbers in accounts.items():
        parts[dealer_id, day].append(numbers)
    quality = _account_quality(brand_id, last)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found: dict[tuple[int, date], DayNumbers] = {}
    for dealer_id, activated_on in Dealer.objects.filter(brand_id=brand_id).values_list("pk", "activated_on"):
        for day in days:
            if day >= activated_on:
                found[dealer_id, day] = dealer_total(parts.get((dealer_id, day), []), quality.get(dealer_id, {}))
    return found


def _account_quality(brand_id: int, last: date) -> dict[int, dict[str, str]]:
    """Per dealer and source: ok when at least one account lets us read it; the rule is `source_quality`."""
    states: dict[int, list[str]] = defaultdict(list)
    for dealer_id, state in Account.objects.filter(brand_id=brand_id, active=True).values_list(
        "dealer_id", "auth_state"
    ):
        states[dealer_id].append(state)
    return {dealer_id: source_quality(found) for dealer_id, found in states.items()}


def _replace_accounts(
    brand_id: int, accounts: dict[AccountKey, DayNumbers], first: date, last: date, now: datetime
) -> None:
    AccountDay.objects.filter(brand_id=brand_id, day__range=(first, last)).delete()
    AccountDay.objects.bulk_create(
        (
            AccountDay(
                brand_id=brand_id,
                dealer_id=dealer_id,
                account_id=account_id,
                day=day,
                quality=numbers.quality,
                computed_at=now,
                **numbers.values,
            )
            for (dealer_id, account_id, day), numbers in sorted(accounts.items(), key=_account_order)
        ),
        batch_size=BATCH,
    )


def _account_order(item: tuple[AccountKey, DayNumbers]) -> tuple[date, int, int]:
    (dealer_id, account_id, day), _ = item
    return day, dealer_id, account_id or 0


def _replace_dealers(
    brand_id: int, dealers: dict[tuple[int, date], DayNumbers], first: date, last: date, now: datetime
) -> None:
    DealerDay.objects.filter(brand_id=brand_id, day__range=(first, last)).delete()
    DealerDay.objects.bulk_create(
        (
            DealerDay(
                brand_id=brand_id,
                dealer_id=dealer_id,
                day=day,
                quality=numbers.quality,
                computed_at=now,
                **numbers.values,
            )
            for (dealer_id, day), numbers in sorted(dealers.items(), key=lambda item: (item[0][1], item[0][0]))
        ),
        batch_size=BATCH,
    )


def rebuild_recent(*, brand_id: int, now: datetime) -> int:
    """Rebuild the last 35 days and today's part of a day. Returns dealer-days written."""
    today = business_day(now)
    return rebuild(brand_id=brand_id, first=today - timedelta(days=REBUILT_DAYS - 1), last=today, now=now)


def rebuild_all(*, now: datetime) -> int:
    """Rebuild every brand. Returns dealer-days written."""
    return sum(rebuild_recent(brand_id=brand_id, now=now) for brand_id in Brand.objects.values_list("pk", flat=True))
