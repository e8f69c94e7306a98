"""The public lead form: few fields, plain words, nothing ticked beforehand."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from cloudstore.capture.models import Widget
from cloudstore.capture.queries import city_choices
from cloudstore.kit.phone import BadPhone, normalise
from cloudstore.network.models import Series


def token_salt(code: str) -> str:
    """A token shown by one widget is of no use at another."""
    return f"capture.form.{code}"


class LeadForm(forms.Form):
    """Phone, and if the person likes name, city and series; consent by their own tick."""

    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "cs-input"}),
        error_messages={"required": _("Please enter your mobile number, so that the store can call you.")},
    )
    name = forms.CharField(
        label=_("How may we address you?"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "cs-input"}),
    )
    city = forms.ChoiceField(label=_("Your city"), required=False, widget=forms.Select(attrs={"class": "cs-input"}))
    series = forms.ChoiceField(
        label=_("Which car interests you?"), required=False, widget=forms.Select(attrs={"class": "cs-input"})
    )
    consent = forms.BooleanField(
        error_messages={
            "required": _("Without your agreement the store may not call you. Please read the text and tick the box.")
        }
    )
    # Left empty by people, filled by scripts. Hidden by style, not by type, because scripts skip hidden fields.
    website = forms.CharField(required=False, label=_("Leave this field empty"))
    token = forms.CharField(
        widget=forms.HiddenInput,
        max_length=1000,
        error_messages={"required": _("This form is no longer valid. Please send it once more.")},
    )

    def __init__(self, *args: Any, source: Widget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.widget = source
        cities: Any = [("", _("Please choose"))]
        self.fields["city"].choices = cities + city_choices()  # type: ignore[attr-defined]
        series = [(one.code, one.name) for one in Series.objects.filter(brand_id=source.brand_id).order_by("code")]
        self.fields["series"].choices = [("", _("Not decided yet")), *series]  # type: ignore[attr-defined]
        if source.series_id:
            self.initial.setdefault("series", source.series.code if source.series else "")

    def clean_phone(self) -> str:
        """The number as E.164."""
        try:
            return normalise(self.cleaned_data["phone"])
        except BadPhone:
            raise forms.ValidationError(
                _("This is not a number we can call. Please check it: a mobile number in mainland China has 11 digits.")
            ) from None

    def clean_token(self) -> dict[str, Any]:
        """What the form was shown with: nonce, time and platform ids; signed for this widget, so nobody makes their own."""
        try:
            shown: dict[str, Any] = signing.loads(self.cleaned_data["token"], salt=token_salt(self.widget.code))
        except signing.BadSignature:
            raise forms.ValidationError(_("This form is no longer valid. Please send it once more.")) from None
        return shown
