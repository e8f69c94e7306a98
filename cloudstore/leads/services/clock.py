"""What time does to leads by itself, apart from rounds."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from cloudstore.leads.models import Lead
from cloudstore.leads.rules.levels import HORIZON_DAYS, Level, decay
from cloudstore.leads.rules.states import LIVE
from cloudstore.leads.services.journal import lock, record, tell, write

BATCH = 500


def decay_levels(*, now: datetime) -> int:
    """Lower the level of leads that nobody acted on for a whole horizon. Returns how many; safe to run at any time."""
    changed = 0
    for level in (Level.H, Level.A, Level.B):
        since = now - timedelta(days=HORIZON_DAYS[level])
        faded = Lead.objects.filter(level=level.value, level_since__lt=since, state__in=[state.value for state in LIVE])
        for pk in list(faded.order_by("pk").values_list("pk", flat=True)[:BATCH]):
            changed += _decay_one(pk, now)
    return changed


@transaction.atomic
def _decay_one(pk: object, now: datetime) -> bool:
    lead = lock(pk)  # type: ignore[arg-type]
    if lead.level_since is None:
        return False
    level, since = decay(Level(lead.level), lead.level_since, now)
    if level.value == lead.level:
        return False
    record(lead, "level", now=now, former=lead.level, level=level.value, decayed=True)
    write(lead, level=level.value, level_since=since)
    tell(lead)
    return True
