"""Every act on a lead: locked, judged by the graph, written down, told to open pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from cloudstore.leads.errors import LeadRefused
from cloudstore.leads.models import Lead, LeadEvent
from cloudstore.leads.rules.states import Refusal, Refused, State, Verb, move
from cloudstore.network.models import StaffMember
from cloudstore.queue.services import pulse


def lock(lead_id: UUID) -> Lead:
    """The lead as it is now, held until the end of the transaction. Raises Lead.DoesNotExist."""
    rows = Lead.objects.select_related(
        "customer", "series", "dealer__region", "source_dealer__region", "source_account__staff"
    )
    # Without "no key", a consent written for the customer elsewhere would wait for us while we wait for it.
    return rows.select_for_update(of=("self",), no_key=True).get(pk=lead_id)


def record(
    lead: Lead,
    kind: str,
    *,
    now: datetime,
    by: StaffMember | None = None,
    from_state: str = "",
    to_state: str = "",
    **detail: Any,
) -> LeadEvent:
    """One line of the lead's history. `detail` holds codes, ids and numbers, never personal data."""
    return LeadEvent.objects.create(
        lead=lead, at=now, kind=kind, actor=by, from_state=from_state, to_state=to_state, detail=detail
    )


def tell(lead: Lead, *former_dealers: int | None) -> None:
    """Let every open page that may show this lead read it again: its own, its dealers', the brand's and the desk's."""
    dealers = {lead.dealer_id, lead.source_dealer_id, *former_dealers} - {None}
    pulse(
        f"lead:{lead.pk}",
        f"brand:{lead.brand_id}",
        f"desk:{lead.brand_id}",
        *(f"dealer:{dealer_id}" for dealer_id in sorted(dealers)),  # type: ignore[type-var]
    )


def put(
    lead: Lead,
    verb: Verb,
    *,
    now: datetime,
    version: int | None = None,
    by: StaffMember | None = None,
    asked_by: int | None = None,
    reason: str = "",
    **fields: Any,
) -> None:
    """Move a locked lead along the graph and write `fields` with it, or raise `LeadRefused` and change nothing.

    `version` is the state version the decision was made on; None where it is made in this very transaction.
    """
    start = State(lead.state)
    seen = lead.state_version if version is None else version
    answer = move(
        start,
        verb,
        version=lead.state_version,
        seen_version=seen,
        reason=reason,
        by=by.pk if by else None,
        asked_by=asked_by,
    )
    if isinstance(answer, Refused):
        raise LeadRefused(answer.reason, lead.state)
    changes = {"state": answer.to.value, "state_version": answer.version, **fields}
    if not Lead.objects.filter(pk=lead.pk, state_version=lead.state_version).update(**changes):
        raise LeadRefused(Refusal.STALE, lead.state)
    for name, value in changes.items():
        setattr(lead, name, value)
    record(
        lead,
        "moved",
        now=now,
        by=by,
        from_state=start.value,
        to_state=answer.to.value,
        verb=verb.value,
        **({"reason": reason} if reason else {}),
    )


def write(lead: Lead, **fields: Any) -> None:
    """Change columns of a locked lead that are not its state."""
    Lead.objects.filter(pk=lead.pk).update(**fields)
    for name, value in fields.items():
        setattr(lead, name, value)
