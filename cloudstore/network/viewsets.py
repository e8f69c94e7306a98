"""The console's screens for the network: dealers, accounts, regions; people have a module of their own."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup

from cloudstore.kit import labels
from cloudstore.kit.console import DueColumn, StatusColumn, TierColumn
from cloudstore.kit.wired import wired
from cloudstore.network.console import (
    GuardedModelViewSet,
    ScopedChooserViewSet,
    ScopedFilterSet,
    ScopedForm,
)
from cloudstore.network.forms import DealerForm, RegionForm
from cloudstore.network.models import Account, Dealer, DealerGroup, Division, Region
from cloudstore.network.people import PeopleViewSet
from cloudstore.users.rules import CONSOLE_ROLES, Role

_BRAND_WRITES = frozenset({Role.ADMINISTRATOR, Role.BRAND_MANAGER})
_WRITERS: dict[str, frozenset[Role]] = {"add": _BRAND_WRITES, "change": _BRAND_WRITES}


def _choice(group: str, label: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(choices=lambda: labels.choices(group), label=label)


class DealerFilters(ScopedFilterSet):
    """Where, which tier, in business or not."""

    region = django_filters.ModelChoiceFilter(queryset=Region.objects.all(), label=_("Region"))
    group = django_filters.ModelChoiceFilter(queryset=DealerGroup.objects.all(), label=_("Dealer group"))
    tier = django_filters.ChoiceFilter(
        choices=[(letter, letter) for letter in "SABCD"], label=_("Tier"), method="of_tier"
    )
    status = _choice("dealer_status", _("Status"))

    class Meta:
        model = Dealer
        fields: ClassVar[list[str]] = ["region", "group", "tier", "status"]

    def of_tier(self, queryset: QuerySet[Dealer], name: str, value: str) -> QuerySet[Dealer]:
        """Tiers are known above this room; the wiring says who knows them."""
        tiers = wired("TIERS")(list(queryset.values_list("pk", flat=True)))
        return queryset.filter(pk__in=[pk for pk, tier in tiers.items() if tier == value])


class DealerList(generic.IndexView):
    """The list of dealers, with the tier of each on the page."""

    def get_base_queryset(self) -> QuerySet[Dealer]:
        """With the numbers that the columns show."""
        rows: QuerySet[Dealer] = super().get_base_queryset()
        return rows.select_related("region", "group", "city").annotate(account_count=Count("accounts", distinct=True))

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """Look up the tiers of one page at once."""
        paginator, page, rows, is_paginated = super().paginate_queryset(queryset, page_size)
        rows = list(rows)
        tiers = wired("TIERS")([row.pk for row in rows])
        for row in rows:
            row.tier = tiers.get(row.pk, "")
        page.object_list = rows
        return paginator, page, rows, is_paginated


class DealerViewSet(GuardedModelViewSet):
    """Dealers."""

    model = Dealer
    name = "dealers"
    icon = "home"
    menu_label = _("Dealers")
    writers = _WRITERS
    index_view_class = DealerList
    filterset_class = DealerFilters
    search_fields: ClassVar[list[str]] = ["name", "code", "city__name", "legal_name", "address"]
    ordering: ClassVar[list[str]] = ["code"]
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("code", label=_("Code"), sort_key="code"),
        Column("region", label=_("Region"), sort_key="region__position"),
        Column("city", label=_("City")),
        TierColumn("tier", label=_("Tier")),
        Column("account_count", label=_("Accounts"), classname="cs-num", sort_key="account_count"),
        StatusColumn("status", group="dealer_status", label=_("Status"), sort_key="status"),
    ]
    list_export: ClassVar[list[str]] = [
        "code", "name", "legal_name", "region", "group", "city", "address", "status", "activated_on",
    ]  # fmt: skip
    export_headings: ClassVar[dict[str, Any]] = {
        "code": _("Code"),
        "name": _("Name"),
        "legal_name": _("Legal name"),
        "region": _("Region"),
        "group": _("Dealer group"),
        "city": _("City"),
        "address": _("Address"),
        "status": _("Status"),
        "activated_on": _("Since"),
    }
    inspect_view_fields: ClassVar[list[str]] = list_export
    coded: ClassVar[dict[str, str]] = {"status": "dealer_status"}
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name", heading=_("Name")),
                    FieldRowPanel([FieldPanel("code", heading=_("Code")), FieldPanel("status")]),
                    FieldPanel("legal_name", heading=_("Legal name")),
                ],
                heading=_("Who"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel(
                        [FieldPanel("region", heading=_("Region")), FieldPanel("group", heading=_("Dealer group"))]
                    ),
                    FieldPanel("city", heading=_("City")),
                    FieldPanel("address", heading=_("Address")),
                    FieldPanel("serves"),
                ],
                heading=_("Where"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("hours"), FieldPanel("closed_days")]),
                    FieldRowPanel(
                        [
                            FieldPanel("capacity_day", heading=_("New leads a day")),
                            FieldPanel("capacity_open", heading=_("Open leads at most")),
                        ]
                    ),
                    FieldRowPanel(
                        [
                            FieldPanel("size_band"),
                            FieldPanel("city_tier", heading=_("Tier of the city (1 to 5)")),
                            FieldPanel("activated_on", heading=_("On the platform since")),
                        ]
                    ),
                ],
                heading=_("How much it can take"),
            ),
        ],
        base_form_class=DealerForm,
    )


class AccountFilters(ScopedFilterSet):
    """Whose accounts, and whether they can publish."""

    dealer__region = django_filters.ModelChoiceFilter(queryset=Region.objects.all(), label=_("Region"))
    auth_state = _choice("account_state", _("Connection"))
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Account
        fields: ClassVar[list[str]] = ["dealer__region", "auth_state", "active"]


class AccountList(generic.IndexView):
    """The list of accounts."""

    def get_base_queryset(self) -> QuerySet[Account]:
        """With the dealers they belong to."""
        rows: QuerySet[Account] = super().get_base_queryset()
        return rows.select_related("dealer__region")


class AccountViewSet(GuardedModelViewSet):
    """Short-video and live accounts."""

    model = Account
    name = "accounts"
    icon = "user"
    menu_label = _("Accounts")
    writers = _WRITERS
    index_view_class = AccountList
    filterset_class = AccountFilters
    search_fields: ClassVar[list[str]] = ["nickname", "dealer__name", "dealer__code"]
    ordering: ClassVar[list[str]] = ["dealer__code", "pk"]
    list_display: ClassVar[list[Any]] = [
        "nickname",
        Column("dealer", label=_("Dealer"), sort_key="dealer__code"),
        Column("dealer.region", label=_("Region")),
        StatusColumn("platform", group="platform", label=_("Platform")),
        StatusColumn("auth_state", group="account_state", label=_("Connection"), sort_key="auth_state"),
        DueColumn("auth_expires_at", label=_("Connected until"), warn_hours=72, sort_key="auth_expires_at"),
    ]
    list_export: ClassVar[list[str]] = ["nickname", "dealer", "platform", "auth_state", "auth_expires_at", "active"]
    export_headings: ClassVar[dict[str, Any]] = {
        "nickname": _("Account"),
        "dealer": _("Dealer"),
        "platform": _("Platform"),
        "auth_state": _("Connection"),
        "auth_expires_at": _("Connected until"),
        "active": _("In use"),
    }
    inspect_view_fields: ClassVar[list[str]] = list_export
    coded: ClassVar[dict[str, str]] = {"platform": "platform", "auth_state": "account_state"}
    edit_handler = ObjectList(
        [
            FieldPanel("nickname", heading=_("Name of the account")),
            FieldPanel("dealer", heading=_("Dealer")),
            FieldPanel(
                "open_id",
                heading=_("Open id"),
                help_text=_(
                    "What the platform calls this account; it arrives by itself when the account is connected."
                ),
            ),
            FieldPanel("active", heading=_("In use")),
        ],
        base_form_class=ScopedForm,
    )


class RegionViewSet(GuardedModelViewSet):
    """Sales regions."""

    model = Region
    name = "regions"
    icon = "globe"
    menu_label = _("Regions")
    writers = _WRITERS
    search_fields: ClassVar[list[str]] = ["name", "code"]
    ordering: ClassVar[list[str]] = ["position", "pk"]
    sort_order_field = None
    export_headings: ClassVar[dict[str, Any]] = {"name": _("Name")}
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("code", label=_("Code")),
        Column("parent", label=_("Part of")),
    ]
    inspect_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("name", heading=_("Name")),
            FieldPanel("code", heading=_("Code")),
            FieldPanel("parent", heading=_("Part of")),
            FieldPanel("position", heading=_("Position in lists")),
        ],
        base_form_class=RegionForm,
    )


class NetworkViewSetGroup(ViewSetGroup):
    """The network in the menu."""

    menu_label = _("Network")
    menu_icon = "site"
    menu_order = 300
    items = (DealerViewSet(), AccountViewSet(), RegionViewSet(), PeopleViewSet())


class DealerChooser(ScopedChooserViewSet):
    """Choose one dealer."""

    model = Dealer
    name = "choose-dealer"
    icon = "home"
    choose_one_text = _("Choose a dealer")
    choose_another_text = _("Choose another dealer")
    edit_item_text = _("Edit this dealer")
    readers = CONSOLE_ROLES


class DivisionChooser(ScopedChooserViewSet):
    """Choose a province, city or county."""

    model = Division
    name = "choose-division"
    icon = "globe"
    choose_one_text = _("Choose a city")
    choose_another_text = _("Choose another city")
    edit_item_text = _("Edit")
