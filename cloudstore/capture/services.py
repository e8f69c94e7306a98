"""What happens at a lead widget: it is shown, opened, and filled."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import F
from django.utils.crypto import get_random_string

from cloudstore.capture.models import ConsentText, RateCount, Widget, WidgetDay
from cloudstore.capture.rules import Limit, content_hash, exceeded, source_of, window_start
from cloudstore.connectors.messages import Scene
from cloudstore.connectors.webform import PLATFORM
from cloudstore.connectors.webform.read import FormLead
from cloudstore.connectors.webform.write import form_body
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.services import receive
from cloudstore.kit.clock import business_day
from cloudstore.kit.crypto import blind_index
from cloudstore.network.models import Brand

SOURCE = "form"
CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 8
Counter = Literal["shown", "clicked", "submitted"]


class TooOften(Exception):
    """One source used the forms too often; the person is asked to wait."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person typed into a form, checked. `phone` is E.164; `nonce` names this one display of the form."""

    phone: str
    nonce: str
    name: str = ""
    city_adcode: str = ""
    series_code: str = ""
    item_id: str = ""
    room_id: str = ""

    def __repr__(self) -> str:
        return f"Filled({self.nonce})"


def count(*, widget: Widget, what: Counter, now: datetime) -> None:
    """Add one to today's count of a widget."""
    day, _ = WidgetDay.objects.get_or_create(widget=widget, day=business_day(now))
    WidgetDay.objects.filter(pk=day.pk).update(**{what: F(what) + 1})


def submit(*, widget: Widget, filled: Filled, address: str, now: datetime) -> InboundEvent:
    """Keep one filled form as an inbound event, with the words agreed to.

    The same display sent twice with the same number is one event and counts once against the limits; somebody who goes
    back and corrects the number is heard. Raises TooOften; then nothing is kept.
    """
    key = f"{filled.nonce}.{blind_index(filled.phone, 'form').hex()[:16]}"
    kept = InboundEvent.objects.filter(source=SOURCE, client_key=widget.code, dedupe_key=key).first()
    if kept is not None:
        return kept
    with transaction.atomic():
        _spend(Limit.ADDRESS, f"address|{source_of(address)}", now)
        _spend(Limit.PHONE, f"phone|{widget.brand_id}|{filled.phone}", now)
        event = receive(
            source=SOURCE,
            client_key=widget.code,
            brand_id=widget.brand_id,
            dedupe_key=key,
            body=_body(widget, filled, now),
            now=now,
        )
        # Of two that arrive at the same moment, the second gets the row of the first.
        if event.received_at == now:
            count(widget=widget, what="submitted", now=now)
    return event


def _body(widget: Widget, filled: Filled, now: datetime) -> bytes:
    lead = FormLead(
        platform=PLATFORM,
        client_key=widget.code,
        account_open_id=widget.account.open_id if widget.account else "",
        occurred_at=now,
        scene=Scene(widget.scene),
        phone=filled.phone,
        name=filled.name,
        series_text=filled.series_code,
        item_id=filled.item_id or widget.item_id,
        room_id=filled.room_id or widget.room_id,
        widget_code=widget.code,
        dealer_code=widget.dealer.code,
        declared_adcode=filled.city_adcode,
        consent_version=widget.consent.version,
        consent_hash=widget.consent.content_hash,
        consent_recipients=recipients(widget),
    )
    return form_body(lead)


def recipients(widget: Widget) -> tuple[str, ...]:
    """The recipients that the widget's consent text names, with the dealer by its code."""
    return tuple(f"dealer:{widget.dealer.code}" if one == "dealer" else one for one in widget.consent.recipients)


def _spend(limit: Limit, source: str, now: datetime) -> None:
    """Count one use; the source is kept as a keyed hash only."""
    row, _ = RateCount.objects.get_or_create(key=blind_index(source, "rate"), window=window_start(limit, now))
    RateCount.objects.filter(pk=row.pk).update(number=F("number") + 1)
    row.refresh_from_db(fields=["number"])
    if exceeded(limit, row.number):
        raise TooOften(limit)


def new_code() -> str:
    """A code for a widget's address: short enough to type, no letters that look alike, not to be guessed from another."""
    while True:
        code = get_random_string(CODE_LENGTH, CODE_LETTERS)
        if not Widget.objects.filter(code=code).exists():
            return code


def add_consent(
    *, brand: Brand, version: str, text_zh: str, text_en: str, recipients: list[str], now: datetime
) -> ConsentText:
    """Keep a new version of the consent text. Versions are never changed: a consent points at the words it was given to."""
    return ConsentText.objects.create(
        brand=brand,
        version=version,
        text_zh=text_zh,
        text_en=text_en,
        recipients=recipients,
        content_hash=content_hash(text_zh, text_en),
        created_at=now,
    )


def forget_counts(*, now: datetime) -> int:
    """Delete counts of windows that are over. Returns how many."""
    oldest = min(window_start(limit, now) for limit in Limit)
    return RateCount.objects.filter(window__lt=oldest).delete()[0]
