"""What the desk types and how it narrows its queue, parsed; whether it is allowed is for the services to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.labels import choices
from cloudstore.leads.rules.levels import HORIZON_DAYS, Level
from cloudstore.routing.services.desk import LONGEST_NOTE

#: Levels that people choose, in their order.
LEVELS = [*(level.value for level in HORIZON_DAYS), Level.N.value]
LONGEST_CALL = 4 * 3600


class DeskForm(forms.Form):
    """Everything that the buttons of the desk send along; each takes what it needs."""

    version = forms.IntegerField(min_value=0)
    dealer = forms.CharField(required=False, max_length=20)
    adcode = forms.CharField(required=False, max_length=6)
    place = forms.CharField(required=False, max_length=60)
    level = forms.ChoiceField(required=False, choices=[(level, level) for level in LEVELS])
    seconds = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_CALL)
    note = forms.CharField(required=False, max_length=LONGEST_NOTE)


class QueueFilter(forms.Form):
    """What the queue is narrowed to. Unknown values narrow nothing."""

    scene = forms.ChoiceField(required=False)
    level = forms.ChoiceField(required=False)
    province = forms.ChoiceField(required=False)
    hand = forms.ChoiceField(required=False)

    def __init__(self, data: Mapping[str, Any], provinces: list[tuple[str, str]]) -> None:
        super().__init__(data)
        levels = [pair for pair in choices("lead_level") if pair[0] in LEVELS]
        hands = [("free", _("Free")), ("mine", _("In my hands"))]
        for name, words, all_of_them, given in (
            ("scene", _("Scene"), _("All scenes"), choices("lead_scene")),
            ("level", _("Level"), _("All levels"), levels),
            ("province", _("Region"), _("All places"), [("unknown", _("Place not known")), *provinces]),
            ("hand", _("In whose hands"), _("Everybody's"), hands),
        ):
            field = self.fields[name]
            field.choices = [("", all_of_them), *given]  # type: ignore[attr-defined]
            field.widget.attrs = {"class": "cs-input cs-input--slim", "data-submit-on-change": "", "aria-label": words}

    def chosen(self) -> dict[str, str]:
        """The filters that narrow something."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
