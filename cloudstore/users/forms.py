"""Forms of a person's own page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class MeForm(forms.Form):
    """What a person may change about themselves."""

    display_name = forms.CharField(label=_("Name shown to colleagues"), max_length=80, required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("auto", _("As the browser asks")), ("zh-hans", "简体中文"), ("en", "English")],
    )

    def language_code(self) -> str:
        """The chosen language, "" for the browser's."""
        chosen: str = self.cleaned_data["language"]
        return "" if chosen == "auto" else chosen
