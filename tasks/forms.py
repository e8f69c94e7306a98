"""Forms of the console."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cloudstore.kit import labels
from cloudstore.kit.clock import now
from cloudstore.network.console import ScopedForm, person_scope
from tasks.models import Campaign, MatrixTask
from tasks.rules.states import TaskState
from tasks.widgets import AudienceField, YuanInput

#: What cannot change any more once dealers have the task.
_FROZEN = ("audience", "quota", "campaign", "starts_at", "kind", "overlay_preset")


class TaskForm(ScopedForm):
    """A matrix task. After the hand-out only its words and its deadline can change."""

    kind = forms.ChoiceField(label=_("Kind"))
    overlay_preset = forms.ChoiceField(label=_("End of the video"))
    audience = AudienceField(label=_("Who gets it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = person_scope(self.for_user) if self.for_user else None
        self.fields["kind"].choices = labels.choices("task_kind")
        self.fields["overlay_preset"].choices = labels.choices("overlay_preset")
        self.fields["audience"].widget.brand_id = scope.brand_id if scope else None
        if self.handed_out:
            self.fields["audience"].widget.frozen = True
            for name in _FROZEN:
                self.fields[name].disabled = True

    @property
    def handed_out(self) -> bool:
        """Whether dealers have the task already."""
        return bool(self.instance.created_at) and self.instance.state != TaskState.DRAFT

    def clean(self) -> dict[str, Any]:
        """What belongs together."""
        data: dict[str, Any] = super().clean() or {}
        starts, due = data.get("starts_at"), data.get("due_at")
        if starts and due and due <= starts:
            self.add_error("due_at", _now("The deadline lies before the start."))
        return data

    def is_valid(self) -> bool:
        """With the reward, which is a form of its own."""
        valid: bool = super().is_valid()
        rewards = self.formsets.get("rewards")
        if rewards is None:
            return valid
        if self.handed_out and rewards.has_changed():
            self.add_error(None, _now("The reward cannot change after dealers have the task."))
            return False
        pays = any(row.cleaned_data and not row.cleaned_data.get("DELETE") for row in rewards.forms if row.is_valid())
        if valid and pays and not self.cleaned_data.get("campaign"):
            self.add_error("campaign", _now("The reward needs a campaign to be paid from."))
            return False
        return valid

    def save(self, commit: bool = True) -> MatrixTask:
        """A new task remembers who wrote it and when."""
        if not self.instance.created_at:
            self.instance.created_at, self.instance.created_by = now(), self.for_user
        task: MatrixTask = super().save(commit)
        return task


class CampaignForm(ScopedForm):
    """A campaign; its budget is money in the ledger, moved by the service."""

    budget = forms.CharField(label=_("Budget (¥)"), widget=YuanInput)

    class Meta:
        model = Campaign
        fields = ("name", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("budget", self.instance.budget_fen)

    def clean_budget(self) -> int:
        """Whole fen, not negative."""
        try:
            fen = int(self.cleaned_data["budget"])
        except ValueError:
            raise ValidationError(_now("Write an amount like 50000 or 50000.00.")) from None
        if not 0 <= fen <= 10**13:
            raise ValidationError(_now("The budget lies between 0 and a hundred billion yuan."))
        return fen

    def clean(self) -> dict[str, Any]:
        """Days in order."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _now("The end lies before the start."))
        return data

    def save(self, commit: bool = True) -> Campaign:
        """A new campaign has no money until the service moves it."""
        if self.instance.pk is None:
            self.instance.created_at, self.instance.budget_fen = now(), 0
        campaign: Campaign = super().save(commit)
        return campaign
