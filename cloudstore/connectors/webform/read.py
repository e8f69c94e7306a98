"""What a filled lead form says: the bytes that `write.form_body` made, as one message.

Keys of the body: event ("lead_form"), at (epoch seconds), widget, scene, phone, name, city_adcode, city, series, consent
{version, hash, recipients[]}, ip_adcode, item_id, room_id, account, dealer. All but scene and phone may be empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from cloudstore.connectors.douyin.parsing import (
    BadField,
    as_list,
    as_object,
    identity,
    load_object,
    moment,
    required,
    text,
)
from cloudstore.connectors.messages import LeadSeen, Message, Scene, Traffic, Unreadable
from cloudstore.connectors.webform import EVENT, PLATFORM

MOST_RECIPIENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLead(LeadSeen):
    """A lead from a form of ours: besides the contact data, what the person agreed to and what is known of the place.

    `client_key` is the widget's code. `declared_adcode` is the division the person chose, `ip_adcode` the one their
    address points to, both empty when unknown. `dealer_code` is the dealer whose form or page it was.
    `consent_recipients` are the recipients the text named, for example `("oem", "dealer:SH01", "network")`.
    """

    kind: ClassVar[str] = "form_lead"

    widget_code: str = ""
    dealer_code: str = ""
    declared_adcode: str = ""
    ip_adcode: str = ""
    consent_version: str = ""
    consent_hash: str = ""
    consent_recipients: tuple[str, ...] = field(default=())


def read(raw: bytes) -> list[Message]:
    """The one message of a form body, or `Unreadable`. Raises MalformedBody when the bytes are no JSON object."""
    values = load_object(raw)
    try:
        return [_lead(values)]
    except BadField as fault:
        return [
            Unreadable(
                platform=PLATFORM,
                client_key=text(values.get("widget"), 100),
                reason=fault.reason,
                field_path=fault.path,
                event=text(values.get("event"), 40),
            )
        ]


def _lead(values: dict[str, Any]) -> FormLead:
    if values.get("event") != EVENT:
        raise BadField("event", "unknown_event")
    widget = required(values, "widget")
    consent = as_object(values.get("consent"), "consent")
    city, series = text(values.get("city"), 100), text(values.get("series"), 100)
    return FormLead(
        platform=PLATFORM,
        client_key=widget,
        account_open_id=identity(values, "account"),
        occurred_at=moment(values.get("at")),
        scene=_scene(values.get("scene")),
        phone=text(values.get("phone"), 60),
        name=text(values.get("name"), 100),
        city_text=city,
        series_text=series,
        item_id=identity(values, "item_id"),
        room_id=identity(values, "room_id"),
        traffic=Traffic.NATURAL,
        labels=(("city", city), ("series", series)),
        widget_code=widget,
        dealer_code=identity(values, "dealer"),
        declared_adcode=_adcode(values, "city_adcode"),
        ip_adcode=_adcode(values, "ip_adcode"),
        consent_version=text(consent.get("version"), 40),
        consent_hash=text(consent.get("hash"), 64),
        consent_recipients=_recipients(consent.get("recipients")),
    )


def _scene(value: object) -> Scene:
    try:
        return Scene(text(value, 20))
    except ValueError:
        raise BadField("scene", "unknown_scene") from None


def _adcode(values: dict[str, Any], key: str) -> str:
    """Six digits, or nothing: a wrong division must not lead anyone astray."""
    found = identity(values, key)
    return found if len(found) == 6 and found.isascii() and found.isdigit() else ""


def _recipients(value: object) -> tuple[str, ...]:
    return tuple(filter(None, (text(one, 60) for one in as_list(value)[:MOST_RECIPIENTS])))
