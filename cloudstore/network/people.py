"""The console's screens for people: who has which role where, new people, new passwords."""

from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.widgets.button import HeaderButton

from cloudstore.kit import labels
from cloudstore.kit.clock import now
from cloudstore.kit.console import DueColumn, StatusColumn, WhenColumn
from cloudstore.network import services
from cloudstore.network.console import GuardedModelViewSet, ScopedFilterSet, guarded, person_scope
from cloudstore.network.forms import AppointForm, PersonForm
from cloudstore.network.models import StaffMember
from cloudstore.network.scope import one, required
from cloudstore.users.rules import APPOINTS, Role, may_appoint
from cloudstore.users.services import make_user, new_password, set_password


class PeopleFilters(ScopedFilterSet):
    """In which role, and whether it still holds."""

    role = django_filters.ChoiceFilter(choices=lambda: labels.choices("role"), label=_("Role"))
    ended = django_filters.BooleanFilter(field_name="valid_to", lookup_expr="isnull", exclude=True, label=_("Ended"))

    class Meta:
        model = StaffMember
        fields: ClassVar[list[str]] = ["role", "ended"]


class PeopleList(generic.IndexView):
    """The list of people."""

    def get_base_queryset(self) -> QuerySet[StaffMember]:
        """With the places they work at."""
        rows: QuerySet[StaffMember] = super().get_base_queryset()
        return rows.select_related("user", "dealer", "region", "group", "brand")


def _place(entry: StaffMember) -> str:
    return str(entry.dealer or entry.group or entry.region or entry.brand)


def appoint_view(request: HttpRequest) -> HttpResponse:
    """Make a person and give them a role, in one transaction; the password is shown once, here."""
    scope = required(request, *APPOINTS)
    form = AppointForm(request.POST or None, for_user=request.user)
    if request.method != "POST" or not form.is_valid():
        return TemplateResponse(request, "network/appoint.html", {"form": form})
    password, data = new_password(), form.cleaned_data
    with transaction.atomic():
        user = make_user(username=data["username"], display_name=data["display_name"], password=password)
        services.appoint(user=user, brand=scope.staff.brand, role=Role(data["role"]), place=data["place"], now=now())
    words = gettext("%(name)s can sign in as %(username)s with the password %(password)s. It is shown only now.")
    messages.success(request, words % {"name": user, "username": user.username, "password": password})
    return redirect("people:index")


class PersonEdit(generic.EditView):
    """Change a person's role entry. Whom one may not appoint, one may not change either."""

    def get_object(self, queryset: Any = None) -> StaffMember:
        """A stronger role's entry does not exist for the weaker."""
        entry: StaffMember = super().get_object(queryset)
        scope = person_scope(self.request.user)
        if scope is None or not may_appoint(scope.role, Role(entry.role)):
            raise Http404
        return entry

    def save_instance(self) -> StaffMember:
        """An ended role closes the console and live pages at once."""
        entry: StaffMember = super().save_instance()
        services.refresh_console_access(user=entry.user, now=now())
        return entry

    @property
    def header_more_buttons(self) -> list[Any]:
        """A new password can be set from here."""
        url = reverse("people:password", args=[self.object.pk])
        return [*super().header_more_buttons, HeaderButton(_("Set a new password"), url=url, icon_name="key")]


def new_password_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then set a new password and show it once; the person's open sessions end."""
    scope = required(request, *APPOINTS)
    entry = one(StaffMember.objects.select_related("user"), scope, pk=pk)
    if not may_appoint(scope.role, Role(entry.role)):
        raise Http404
    if request.method == "POST":
        password = new_password()
        set_password(user=entry.user, password=password)
        words = gettext("The new password of %(username)s is %(password)s. It is shown only now.")
        messages.success(request, words % {"username": entry.user.username, "password": password})
        return redirect("people:edit", entry.pk)
    return TemplateResponse(request, "network/new_password.html", {"entry": entry})


class PeopleViewSet(GuardedModelViewSet):
    """People and their roles."""

    model = StaffMember
    name = "people"
    icon = "group"
    menu_label = _("People")
    readers = frozenset(APPOINTS)
    writers: ClassVar[dict[str, frozenset[Role]]] = {"add": frozenset(APPOINTS), "change": frozenset(APPOINTS)}
    index_view_class = PeopleList
    edit_view_class = PersonEdit
    filterset_class = PeopleFilters
    search_fields: ClassVar[list[str]] = ["name", "user__username", "dealer__name", "dealer__code"]
    ordering: ClassVar[list[str]] = ["pk"]
    inspect_view_enabled = False
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("user.username", label=_("User name")),
        StatusColumn("role", group="role", label=_("Role"), sort_key="role"),
        Column("place", accessor=_place, label=_("Place")),
        WhenColumn("valid_from", label=_("Since"), sort_key="valid_from"),
        DueColumn("valid_to", label=_("Until"), sort_key="valid_to"),
    ]
    list_export: ClassVar[list[str]] = ["name", "user.username", "role", "dealer", "valid_from", "valid_to"]
    export_headings: ClassVar[dict[str, Any]] = {
        "name": _("Person's name"),
        "user.username": _("User name"),
        "role": _("Role"),
        "dealer": _("Dealer"),
        "valid_from": _("Since"),
        "valid_to": _("Until"),
    }
    coded: ClassVar[dict[str, str]] = {"role": "role"}
    edit_handler = ObjectList(
        [
            FieldPanel("name", heading=_("Person's name")),
            FieldPanel(
                "valid_to",
                heading=_("Role ends"),
                help_text=_("From then on this person sees nothing of this place any more. What they did stays."),
            ),
        ],
        base_form_class=PersonForm,
    )

    @property
    def add_view(self) -> Any:
        """People are made by services, not by a model form."""
        return guarded(appoint_view, StaffMember, frozenset(APPOINTS))

    def get_urlpatterns(self) -> list[Any]:
        """With the address that sets a new password."""
        view = guarded(new_password_view, StaffMember, frozenset(APPOINTS))
        return [*super().get_urlpatterns(), path("password/<int:pk>/", view, name="password")]
