"""Leads come in: a new one, one that joins, one that is opened again, the same click twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cloudstore.customers.models import Customer
from cloudstore.leads.models import Lead, RegionEvidence
from cloudstore.leads.services.journal import record, tell, write
from cloudstore.network.models import Series


def create(*, customer: Customer, now: datetime, event_id: int | None = None, **fields: Any) -> Lead:
    """A new lead in state `new`. The caller routes it in the same transaction; it never rests there."""
    lead = Lead.objects.create(
        brand_id=customer.brand_id, customer=customer, created_at=now, last_touch_at=now, level_since=now, **fields
    )
    detail: dict[str, Any] = {"event": event_id, "scene": lead.scene, "source_class": lead.source_class}
    if lead.previous_id:
        detail["previous"] = str(lead.previous_id)
    record(lead, "created", now=now, to_state=lead.state, **detail)
    return lead


def join(
    *, lead: Lead, now: datetime, event_id: int | None, scene: str, series: Series | None = None, **detail: Any
) -> None:
    """The same customer came again: the lead keeps going and learns the series if it had none. `lead` is locked."""
    fields: dict[str, Any] = {"last_touch_at": now}
    if series is not None and lead.series_id is None:
        fields["series"] = series
    elif series is not None and series.pk != lead.series_id:
        detail["series"] = series.code
    write(lead, **fields)
    record(lead, "joined", now=now, event=event_id, scene=scene, **detail)
    tell(lead)


def count_again(*, lead: Lead, now: datetime, event_id: int | None, scene: str) -> None:
    """The same click twice: only the touch counts."""
    write(lead, last_touch_at=now)
    record(lead, "duplicate", now=now, event=event_id, scene=scene)


def add_evidence(*, lead: Lead, kind: str, adcode: str, source: str, now: datetime) -> None:
    """One hint where the customer is; the same hint is kept once."""
    RegionEvidence.objects.get_or_create(lead=lead, kind=kind, adcode=adcode, defaults={"source": source, "at": now})


def decide_region(
    *, lead: Lead, adcode: str, confidence: Any, source: str, local: bool | None, now: datetime, by: Any = None
) -> None:
    """Write down where the customer is, how sure we are and by what."""
    write(lead, adcode=adcode, region_confidence=confidence, region_source=source, local=local)
    shown = None if confidence is None else str(confidence)
    record(lead, "region", now=now, by=by, adcode=adcode, confidence=shown, source=source, local=local)
