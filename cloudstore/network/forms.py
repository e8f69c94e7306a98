"""Forms of the console for the network's master data."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cloudstore.kit import labels
from cloudstore.kit.calendar import CalendarError, calendar_of
from cloudstore.network.console import ScopedForm, person_scope
from cloudstore.network.models import Dealer, DealerGroup, Division, Region, Territory
from cloudstore.network.scope import scoped as scoped_choices
from cloudstore.users.models import User
from cloudstore.users.rules import DEALER_ROLES, Role, may_appoint

WEEK = "09:00-21:00"


class DealerForm(ScopedForm):
    """A dealer with its hours and the divisions it serves, written as people write them."""

    status = forms.ChoiceField(label=_("Status"))
    size_band = forms.ChoiceField(label=_("Size of the store"))
    hours = forms.CharField(
        label=_("Opening hours"),
        help_text=_("For example 09:00-12:00, 13:30-21:00. First-call deadlines count in them."),
    )
    closed_days = forms.CharField(
        label=_("Closed on"), required=False, help_text=_("Days such as 2026-02-17, separated by commas.")
    )
    serves = forms.CharField(
        label=_("Serves"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One division per line, by its six-digit code; leads from there are local to this dealer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = labels.choices("dealer_status")
        self.fields["size_band"].choices = labels.choices("size_band")
        calendar = self.instance.calendar or {}
        spans = calendar.get("spans") or [WEEK.split("-")]
        self.initial.setdefault("hours", ", ".join(f"{opens}-{closes}" for opens, closes in spans))
        self.initial.setdefault("closed_days", ", ".join(calendar.get("closed", [])))
        if self.instance.pk:
            codes = list(self.instance.territories.order_by("adcode").values_list("adcode", flat=True))
            names = dict(Division.objects.filter(pk__in=codes).values_list("pk", "name"))
            self.initial.setdefault("serves", "\n".join(f"{code} {names.get(code, '')}".strip() for code in codes))

    def clean_hours(self) -> list[list[str]]:
        """Spans as pairs of `HH:MM`."""
        spans = [[part.strip() for part in span.split("-", 1)] for span in self.cleaned_data["hours"].split(",")]
        try:
            calendar_of(spans)
        except (CalendarError, ValueError) as wrong:
            raise ValidationError(
                gettext("Write hours like 09:00-21:00; several spans are separated by commas.")
            ) from wrong
        return spans

    def clean_closed_days(self) -> list[str]:
        """Days as ISO text."""
        days = [day.strip() for day in self.cleaned_data["closed_days"].split(",") if day.strip()]
        try:
            calendar_of([WEEK.split("-")], days)
        except CalendarError as wrong:
            raise ValidationError(gettext("Write days like 2026-02-17, separated by commas.")) from wrong
        return days

    def clean_serves(self) -> list[str]:
        """Codes of divisions that exist."""
        codes = [line.split()[0] for line in self.cleaned_data["serves"].splitlines() if line.strip()]
        known = set(Division.objects.filter(pk__in=codes).values_list("pk", flat=True))
        unknown = [code for code in codes if code not in known]
        if unknown:
            raise ValidationError(gettext("No division has the code %(code)s.") % {"code": unknown[0][:12]})
        return sorted(set(codes))

    def save(self, commit: bool = True) -> Dealer:
        """The dealer lies in its city until somebody says better; its divisions are replaced by the given ones."""
        dealer: Dealer = self.instance
        dealer.calendar = {"spans": self.cleaned_data["hours"], "closed": self.cleaned_data["closed_days"]}
        if "city" in self.changed_data or dealer.lat is None:
            dealer.lat, dealer.lon = dealer.city.lat, dealer.city.lon
        saved: Dealer = super().save(commit=commit)
        if commit:
            wanted = set(self.cleaned_data["serves"])
            saved.territories.exclude(adcode__in=wanted).delete()
            held = set(saved.territories.values_list("adcode", flat=True))
            Territory.objects.bulk_create([Territory(dealer=saved, adcode=code) for code in sorted(wanted - held)])
        return saved


class RegionForm(ScopedForm):
    """A sales region. Where it hangs in the tree is said once, when it is made."""

    def clean_code(self) -> str:
        """The code is part of the path that scopes are read from, so it has no slash and is unique in the brand."""
        code: str = self.cleaned_data["code"].strip()
        if "/" in code:
            raise ValidationError(gettext("A region's code has no slash."))
        if Region.objects.filter(brand_id=self.instance.brand_id, code=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("This code is taken."))
        return code

    def save(self, commit: bool = True) -> Region:
        """Compute the path of a new region."""
        region: Region = self.instance
        if region.pk is None:
            above = region.parent.path if region.parent else ""
            region.path = f"{above}{region.code}/"
        saved: Region = super().save(commit=commit)
        return saved


class AppointForm(forms.Form):
    """A new person with a role and the place it needs."""

    display_name = forms.CharField(label=_("Person's name"), max_length=60)
    username = forms.CharField(
        label=_("User name"), max_length=60, help_text=_("What they type at sign-in: letters, digits, - . _")
    )
    role = forms.ChoiceField(label=_("Role"))
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.all(), required=False, help_text=_("For region managers.")
    )
    dealer_code = forms.CharField(
        label=_("Dealer code"), max_length=20, required=False, help_text=_("For people of a dealer.")
    )
    group = forms.ModelChoiceField(
        label=_("Dealer group"),
        queryset=DealerGroup.objects.all(),
        required=False,
        help_text=_("For a dealer manager of several stores, instead of one dealer."),
    )

    def __init__(self, *args: Any, for_user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = person_scope(for_user)
        assert self._scope is not None  # only console people come here
        actor = self._scope.role
        words = dict(labels.choices("role"))
        self.fields["role"].choices = [(role.value, words[role.value]) for role in Role if may_appoint(actor, role)]  # type: ignore[attr-defined]
        for name in ("region", "group"):
            field: Any = self.fields[name]
            field.queryset = scoped_choices(field.queryset, self._scope)

    def clean_username(self) -> str:
        """Nobody else has it."""
        name: str = self.cleaned_data["username"].strip()
        User.username_validator(name)
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(gettext("This user name is taken."))
        return name

    def clean(self) -> dict[str, Any]:
        """Find the place that the role needs."""
        data: dict[str, Any] = super().clean() or {}
        role = Role(data["role"]) if data.get("role") else None
        data["place"] = None
        if role is Role.REGION_MANAGER:
            data["place"] = data.get("region")
            if not data["place"]:
                self.add_error("region", gettext("A region manager needs a region."))
        elif role in DEALER_ROLES:
            data["place"] = self._store(role, data)
        return data

    def _store(self, role: Role | None, data: dict[str, Any]) -> Dealer | DealerGroup | None:
        if role is Role.DEALER_MANAGER and data.get("group") and not data.get("dealer_code"):
            group: DealerGroup = data["group"]
            return group
        code = data.get("dealer_code", "").strip()
        dealer = scoped_choices(Dealer.objects.all(), self._scope).filter(code=code).first() if code else None
        if dealer is None:
            self.add_error("dealer_code", gettext("No dealer of yours has this code."))
        return dealer


class PersonForm(ScopedForm):
    """What can be changed about a person's role: the name shown, and when it ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "valid_to" in self.fields:
            self.fields["valid_to"].required = False
