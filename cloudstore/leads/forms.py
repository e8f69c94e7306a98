"""What people of a store type about a lead, parsed; whether it is allowed is for the services to say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.clock import BUSINESS_ZONE
from cloudstore.kit.labels import choices
from cloudstore.leads.rules.follow import FollowKind
from cloudstore.leads.services.following import LONGEST_NOTE

LONGEST_CALL_MINUTES = 240


def _note(label: Any, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )


class ActForm(forms.Form):
    """Every act on a lead carries the version of the state that the person saw."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class CallForm(ActForm):
    """A call with its record."""

    connected = forms.TypedChoiceField(
        label=_("Did somebody answer?"),
        choices=[("yes", _("Yes")), ("no", _("No answer"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=LONGEST_CALL_MINUTES, initial=0)
    seconds = forms.IntegerField(label=_("Seconds"), min_value=0, max_value=59, initial=0)
    note = _note(_("What was said"))

    @property
    def values(self) -> dict[str, Any]:
        """Arguments for `services.follow`."""
        data = self.cleaned_data
        return {
            "kind": FollowKind.CALL,
            "connected": data["connected"],
            "call_seconds": data["minutes"] * 60 + data["seconds"],
            "note": data["note"],
        }


class WecomForm(ActForm):
    """The customer was added on WeCom."""

    note = _note(_("Remark"))
    kind = FollowKind.WECOM_ADD

    @property
    def values(self) -> dict[str, Any]:
        """Arguments for `services.follow`."""
        return {"kind": self.kind, "note": self.cleaned_data["note"]}


class MessageForm(WecomForm):
    """A message was sent elsewhere."""

    note = _note(_("What you wrote"), required=True)
    kind = FollowKind.MESSAGE


class NoteForm(WecomForm):
    """A note, which is no follow."""

    note = _note(_("Internal note"), required=True)
    kind = FollowKind.NOTE


class AppointmentForm(ActForm):
    """The customer will come."""

    appointment_at = forms.DateTimeField(
        label=_("When"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = _note(_("Remark"))

    @property
    def values(self) -> dict[str, Any]:
        """Arguments for `services.follow`."""
        at = self.cleaned_data["appointment_at"].astimezone(BUSINESS_ZONE)
        return {"kind": FollowKind.APPOINTMENT, "appointment_at": at, "note": self.cleaned_data["note"]}


class ReasonForm(ActForm):
    """A step that needs a reason out of a list; `group` names the list in the label registry."""

    reason = forms.ChoiceField(label=_("Reason"))

    def __init__(self, *args: Any, group: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", lazystr(_("Please choose"))), *choices(group)]  # type: ignore[attr-defined]


#: Name in the address -> form of an action.
ACTIONS: dict[str, type[CallForm | WecomForm | AppointmentForm]] = {
    "call": CallForm,
    "wecom_add": WecomForm,
    "message": MessageForm,
    "appointment": AppointmentForm,
    "note": NoteForm,
}
