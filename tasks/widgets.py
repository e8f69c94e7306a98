"""Form parts of the console: amounts in yuan, and the choice of whom a task is for."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.money import BadAmount, to_fen
from cloudstore.network.models import Dealer, DealerGroup
from tasks.queries import console
from tasks.rules.audience import TIERS, AudienceIds, read_audience


class YuanInput(forms.TextInput):
    """Shows and reads yuan for a field of whole fen. What is no amount is handed on as typed, so that it can be corrected."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """8000 as `80.00`."""
        if value in (None, ""):
            return None
        try:
            fen = int(value)
        except (TypeError, ValueError):
            return str(value)
        return f"{fen // 100}.{fen % 100:02d}"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """`80` as 8000."""
        typed = super().value_from_datadict(data, files, name)
        try:
            return to_fen(typed) if typed else typed
        except BadAmount:
            return typed


class AudienceWidget(forms.Widget):
    """Regions, tiers and groups to tick, dealers to add or leave out, with a live count of who is reached."""

    template_name = "tasks/console/audience.html"

    class Media:
        js = ("tasks/audience.js",)
        css = {"all": ("tasks/console.css",)}

    brand_id: int | None = None
    #: A task that went out shows its frozen choice.
    frozen = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Everything that can be chosen, and what is."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        ids = as_ids(value)
        brand_id = self.brand_id or 0
        named = Dealer.objects.filter(brand=brand_id).in_bulk([*ids.dealers, *ids.without])
        context |= {
            "ids": ids,
            "frozen": self.frozen,
            "branches": console.branches(brand_id),
            "tiers": TIERS,
            "groups": DealerGroup.objects.filter(brand=brand_id).order_by("name"),
            "dealers": [named[pk] for pk in ids.dealers if pk in named],
            "without": [named[pk] for pk in ids.without if pk in named],
            "preview": console.preview(brand_id, ids),
        }
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """With the engine of our own pages, which knows icons and filters; the one of Django's forms does not."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """The ticked parts as JSON text."""
        parts = {part: data.getlist(f"{name}-{part}") for part in ("regions", "tiers", "groups", "dealers", "without")}
        return json.dumps({part: values for part, values in parts.items() if values})

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Nothing ticked is a choice, too: the whole brand."""
        return f"{name}-present" not in data


def as_ids(value: Any) -> AudienceIds:
    """A stored or posted choice, whichever form it has."""
    if isinstance(value, str):
        try:
            value = json.loads(value or "{}")
        except ValueError:
            value = {}
    return read_audience(value)


class AudienceField(forms.Field):
    """The choice as the task stores it."""

    widget = AudienceWidget

    def prepare_value(self, value: Any) -> Any:
        """The widget reads both forms."""
        return value

    def to_python(self, value: Any) -> dict[str, Any]:
        """Clean ids and tiers. Raises ValidationError for a choice that is not understood."""
        ids = as_ids(value)
        if ids.faults:
            raise ValidationError(_("This choice could not be read. Tick the regions and tiers again."))
        return dict(ids.as_json())

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is meant, not how it is written."""
        return bool(as_ids(initial) != as_ids(data))
