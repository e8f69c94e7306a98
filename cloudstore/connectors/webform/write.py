"""A filled form as bytes: what is stored (sealed) as the event's body, and understood by `read` again."""

from __future__ import annotations

import json

from cloudstore.connectors.webform import EVENT
from cloudstore.connectors.webform.read import FormLead


def form_body(lead: FormLead) -> bytes:
    """The body of `lead`. `read(form_body(lead))` is the same lead, up to the trimming of over-long texts."""
    values = {
        "event": EVENT,
        "at": int(lead.occurred_at.timestamp()) if lead.occurred_at else None,
        "widget": lead.widget_code,
        "scene": lead.scene.value,
        "phone": lead.phone,
        "name": lead.name,
        "city_adcode": lead.declared_adcode,
        "city": lead.city_text,
        "series": lead.series_text,
        "consent": {
            "version": lead.consent_version,
            "hash": lead.consent_hash,
            "recipients": list(lead.consent_recipients),
        },
        "ip_adcode": lead.ip_adcode,
        "item_id": lead.item_id,
        "room_id": lead.room_id,
        "account": lead.account_open_id,
        "dealer": lead.dealer_code,
    }
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
