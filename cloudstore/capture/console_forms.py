"""Forms of the console for widgets and consent texts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cloudstore.capture.models import ConsentText, Widget
from cloudstore.capture.rules import SCENE_OF, Kind, content_hash, unknown_places
from cloudstore.capture.services import new_code
from cloudstore.kit import labels
from cloudstore.kit.clock import now
from cloudstore.network.console import ScopedForm


class WidgetForm(ScopedForm):
    """A widget: what it is, whose it is, and what people read at it. Its address is made once and stays."""

    kind = forms.ChoiceField(label=_("What it is"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = labels.choices("widget_kind")
        consent: Any = self.fields["consent"]
        consent.queryset = consent.queryset.order_by("-created_at")
        if self.instance.pk is None or self.instance.code == "":
            self.initial.setdefault("consent", consent.queryset.first())

    def clean(self) -> dict[str, Any]:
        """The account is one of the dealer's own."""
        data: dict[str, Any] = super().clean() or {}
        account, dealer = data.get("account"), data.get("dealer")
        if account and dealer and account.dealer_id != dealer.pk:
            self.add_error("account", gettext("This account belongs to another dealer."))
        return data

    def save(self, commit: bool = True) -> Widget:
        """The scene follows from what the widget is; the code is made when the widget is."""
        widget: Widget = self.instance
        widget.scene = SCENE_OF[Kind(self.cleaned_data["kind"])]
        widget.brand_id = widget.dealer.brand_id
        if not widget.code:
            widget.code, widget.created_at = new_code(), now()
        saved: Widget = super().save(commit=commit)
        return saved


class ConsentForm(ScopedForm):
    """A new version of the words people agree to. A version is never changed afterwards."""

    recipients = forms.MultipleChoiceField(
        label=_("Who may receive the number"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A lead is passed on to nobody whom its text does not name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].choices = labels.choices("consent_recipient")

    def clean_version(self) -> str:
        """Each version has its own name."""
        version: str = self.cleaned_data["version"].strip()
        if ConsentText.objects.filter(brand_id=self.instance.brand_id, version=version).exists():
            raise ValidationError(gettext("This version is taken. A text that people agreed to is never changed."))
        return version

    def clean_text_zh(self) -> str:
        """Only known names in braces."""
        return self._checked("text_zh")

    def clean_text_en(self) -> str:
        """Only known names in braces."""
        return self._checked("text_en")

    def _checked(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if wrong := unknown_places(text):
            words = gettext(
                "%(name)s is not filled in by anything; known are {brand}, {brand_legal}, {dealer} and {dealer_legal}."
            )
            raise ValidationError(words % {"name": "{" + wrong[0][:30] + "}"})
        return text

    def save(self, commit: bool = True) -> ConsentText:
        """With the fingerprint of both texts."""
        text: ConsentText = self.instance
        text.content_hash, text.created_at = content_hash(text.text_zh, text.text_en), now()
        text.recipients = self.cleaned_data["recipients"]
        saved: ConsentText = super().save(commit=commit)
        return saved
