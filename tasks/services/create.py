"""Campaigns with their budget, and tasks as drafts."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from cloudstore.network.models import Brand
from cloudstore.queue.services import pulse
from cloudstore.users.models import User
from tasks.models import Campaign, MatrixTask, RewardRule
from tasks.queries.ledger import available_fen
from tasks.rules.audience import read_audience
from tasks.rules.money import Place, Step
from tasks.services.ledger import post


def create_campaign(
    *, brand: Brand, name: str, budget_fen: int, starts_on: date, ends_on: date, now: datetime
) -> Campaign:
    """A budget with a name; its money is in the ledger at once."""
    with transaction.atomic():
        campaign = Campaign.objects.create(
            brand=brand, name=name, budget_fen=0, starts_on=starts_on, ends_on=ends_on, created_at=now
        )
        set_budget(campaign=campaign, budget_fen=budget_fen, now=now)
    return campaign


def set_budget(*, campaign: Campaign, budget_fen: int, now: datetime) -> int:
    """Raise or lower a budget; what is reserved or earned stays. Returns the budget that stands afterwards.

    Lowering stops at what is already promised.
    """
    with transaction.atomic():
        row = Campaign.objects.select_for_update().get(pk=campaign.pk)
        change = budget_fen - row.budget_fen
        if change < 0:
            change = -min(-change, available_fen(row))
        if change:
            post(
                brand_id=row.brand_id,
                step=Step.FUND if change > 0 else Step.CLOSE,
                place=Place(campaign=str(row.pk)),
                amount_fen=abs(change),
                key=f"budget:{row.pk}:{row.budget_fen}:{row.budget_fen + change}:{now.isoformat()}",
                at=now,
            )
        row.budget_fen += change
        row.save(update_fields=["budget_fen"])
        pulse(f"brand:{row.brand_id}")
    campaign.budget_fen = row.budget_fen
    return row.budget_fen


def create_task(
    *,
    brand: Brand,
    title: str,
    starts_at: datetime,
    due_at: datetime,
    now: datetime,
    by: User | None = None,
    campaign: Campaign | None = None,
    brief: list[tuple[str, Any]] | None = None,
    audience: dict[str, Any] | None = None,
    quota: int = 1,
    fee_fen: int = 0,
    cap_per_dealer: int = 5,
    **more: str,
) -> MatrixTask:
    """A task as a draft, with one reward of model M1 when `fee_fen` is above 0. `more`: caption_template, hashtags, kind."""
    with transaction.atomic():
        task = MatrixTask.objects.create(
            brand=brand,
            campaign=campaign,
            title=title,
            brief=brief or [],
            audience=read_audience(audience or {}).as_json(),
            quota=quota,
            starts_at=starts_at,
            due_at=due_at,
            created_by=by,
            created_at=now,
            **more,
        )
        if fee_fen > 0:
            RewardRule.objects.create(task=task, fee_fen=fee_fen, cap_per_dealer=cap_per_dealer)
        pulse(f"brand:{brand.pk}")
    return task
