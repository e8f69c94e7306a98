"""What people type into the gateway's pages."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from cloudstore.gateway.queries import EventFilter
from cloudstore.kit import labels
from cloudstore.kit.labels import label


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "cs-input"})


def _day(words: Any) -> forms.DateField:
    """A day of this century: what lies beyond cannot be reckoned with in every time zone."""
    return forms.DateField(
        label=words,
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "cs-input"}),
        validators=[MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31))],
    )


def _select(group: str, codes: list[str] | None, empty: Any) -> list[tuple[str, Any]]:
    known = labels.choices(group) if codes is None else [(code, label(group, code).words) for code in sorted(codes)]
    return [("", empty), *known]


class EventFilterForm(forms.Form):
    """Which events are listed. What cannot be read is left out of the filter and said beside its field."""

    q = forms.CharField(label=_("Message id, number or lead"), required=False, max_length=128, widget=_line())
    source = forms.ChoiceField(label=_("Source"), required=False)
    state = forms.ChoiceField(label=_("Status"), required=False)
    outcome = forms.ChoiceField(label=_("Came to"), required=False)
    day = _day(_("Day"))

    def __init__(self, data: Any, sources: list[str]) -> None:
        super().__init__(data)
        self.fields["source"].choices = _select("event_source", sources, _("All sources"))  # type: ignore[attr-defined]
        self.fields["state"].choices = _select("event_state", None, _("Any status"))  # type: ignore[attr-defined]
        self.fields["outcome"].choices = _select("event_outcome", None, _("Any outcome"))  # type: ignore[attr-defined]

    def wanted(self) -> EventFilter:
        """The filter as values."""
        self.is_valid()
        found = self.cleaned_data
        return EventFilter(
            source=found.get("source", ""),
            state=found.get("state", ""),
            outcome=found.get("outcome", ""),
            day=found.get("day"),
            text=found.get("q", "").strip(),
        )


class DeliveryFilterForm(forms.Form):
    """Which deliveries are listed."""

    q = forms.CharField(label=_("Key or number"), required=False, max_length=200, widget=_line())
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("Status"), required=False)

    def __init__(self, data: Any, kinds: list[str]) -> None:
        super().__init__(data)
        self.fields["kind"].choices = _select("delivery_kind", kinds, _("All kinds"))  # type: ignore[attr-defined]
        self.fields["state"].choices = _select("delivery_state", None, _("Any status"))  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        """The filter as arguments of `queries.deliveries`."""
        self.is_valid()
        found = self.cleaned_data
        return {"kind": found.get("kind", ""), "state": found.get("state", ""), "text": found.get("q", "").strip()}


class PeriodForm(forms.Form):
    """From one day to another, at most a quarter of a year."""

    first = _day(_("From"))
    last = _day(_("To"))
