"""What is typed about a visitor at the store's counter, parsed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.labels import choices
from cloudstore.kit.phone import BadPhone, normalise
from cloudstore.leads.rules.levels import HORIZON_DAYS, Level
from cloudstore.network.models import Series
from cloudstore.routing.services import How


class WalkInForm(forms.Form):
    """A visitor or caller of the store."""

    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Name"), max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    how = forms.ChoiceField(
        label=_("How did they come?"),
        choices=[(How.WALK_IN.value, _("Walked in")), (How.PHONED.value, _("Phoned"))],
        widget=forms.RadioSelect,
        initial=How.WALK_IN.value,
    )
    series = forms.ModelChoiceField(
        label=_("Series"), queryset=Series.objects.none(), required=False, empty_label=_("Not known yet")
    )
    level = forms.ChoiceField(label=_("How soon?"), initial=Level.N.value)
    agreed = forms.BooleanField(label=_("I read out the text above, and the customer agreed."))

    def __init__(self, *args: Any, brand_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].queryset = Series.objects.filter(brand_id=brand_id).order_by("code")  # type: ignore[attr-defined]
        allowed = {level.value for level in HORIZON_DAYS} | {Level.N.value}
        self.fields["level"].choices = [pair for pair in choices("lead_level") if pair[0] in allowed]  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        """The number in one shape."""
        try:
            return normalise(self.cleaned_data["phone"])
        except BadPhone:
            raise forms.ValidationError(_("This is not a number that can be called. Please check its digits."))

    def clean_how(self) -> How:
        """As the service wants it."""
        return How(self.cleaned_data["how"])

    def clean_level(self) -> Level:
        """As the service wants it."""
        return Level(self.cleaned_data["level"])
