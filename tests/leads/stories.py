"""How a story gets a lead into somebody's hands."""

from __future__ import annotations

from datetime import datetime

from cloudstore.connectors.messages import Scene, Traffic
from cloudstore.connectors.webform.read import FormLead
from cloudstore.leads.models import Lead
from cloudstore.routing.services import take_in

from .town import MORNING, Town


def form(
    code: str = "SH01", phone: str = "13900139000", city: str = "310100", network: bool = True, **fields: object
) -> FormLead:
    """A filled form of a store's video, by default of a local customer who agrees to any store of the brand."""
    given = {"scene": Scene.SHORT_VIDEO, "widget_code": "w1", "name": "陈先生", "traffic": Traffic.NATURAL}
    return FormLead(
        platform="web",
        client_key="w1",
        account_open_id=f"od_{code}",
        dealer_code=code,
        phone=phone,
        declared_adcode=city,
        consent_version="form/v1",
        consent_hash="h",
        consent_recipients=("oem", "network") if network else ("oem", f"dealer:{code}"),
        **(given | fields),  # type: ignore[arg-type]
    )


def lead_of(town: Town, at: datetime = MORNING, **fields: object) -> Lead:
    """The lead that a filled form made."""
    heard = take_in(form(**fields), event=town.event(at), now=at)  # type: ignore[arg-type]
    return Lead.objects.get(pk=heard.lead_id)
