"""The console's screens for lead widgets and consent texts."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets.button import HeaderButton

from cloudstore.capture.console_forms import ConsentForm, WidgetForm
from cloudstore.capture.models import ConsentText, Widget
from cloudstore.capture.queries import address_of
from cloudstore.kit import labels
from cloudstore.kit.console import StatusColumn, WhenColumn
from cloudstore.network.console import GuardedModelViewSet, ScopedFilterSet
from cloudstore.network.models import Region
from cloudstore.users.rules import Role

_EDITORS = frozenset({Role.ADMINISTRATOR, Role.BRAND_MANAGER, Role.REGION_MANAGER})
_BRAND = frozenset({Role.ADMINISTRATOR, Role.BRAND_MANAGER})


class WidgetFilters(ScopedFilterSet):
    """Where, what, in use or not."""

    dealer__region = django_filters.ModelChoiceFilter(queryset=Region.objects.all(), label=_("Region"))
    kind = django_filters.ChoiceFilter(choices=lambda: labels.choices("widget_kind"), label=_("What it is"))
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Widget
        fields: ClassVar[list[str]] = ["dealer__region", "kind", "active"]


def _links(widget: Widget) -> SafeString:
    """The address to click and the code to print."""
    code = reverse("capture:qr", args=[widget.code])
    address = address_of(widget)
    return format_html('<a href="{}">/w/{}/</a> · <a href="{}">{}</a>', address, widget.code, code, _("QR code"))


class WidgetList(generic.IndexView):
    """The list of widgets."""

    def get_base_queryset(self) -> QuerySet[Widget]:
        """With what the columns show."""
        rows: QuerySet[Widget] = super().get_base_queryset()
        return rows.select_related("dealer", "account", "series")


class WidgetEdit(generic.EditView):
    """Change a widget; its address stays."""

    @property
    def header_more_buttons(self) -> list[Any]:
        """The form itself and its code are one step away."""
        code = self.object.code
        opens = HeaderButton(_("Open the form"), url=reverse("capture:widget", args=[code]), icon_name="view")
        prints = HeaderButton(_("QR code"), url=reverse("capture:qr", args=[code]), icon_name="link")
        return [*super().header_more_buttons, opens, prints]


class WidgetViewSet(GuardedModelViewSet):
    """Lead widgets. One that is no longer wanted is taken out of use: its leads still name it."""

    model = Widget
    name = "widgets"
    icon = "form"
    menu_label = _("Lead widgets")
    readers = _EDITORS
    writers: ClassVar[dict[str, frozenset[Role]]] = {"add": _EDITORS, "change": _EDITORS}
    index_view_class = WidgetList
    edit_view_class = WidgetEdit
    filterset_class = WidgetFilters
    search_fields: ClassVar[list[str]] = ["title_zh", "title_en", "code", "dealer__name", "dealer__code"]
    ordering: ClassVar[list[str]] = ["dealer__code", "created_at", "code"]
    inspect_view_enabled = False
    list_display: ClassVar[list[Any]] = [
        "title_zh",
        Column("dealer", label=_("Dealer"), sort_key="dealer__code"),
        StatusColumn("kind", group="widget_kind", label=_("What it is"), sort_key="kind"),
        Column("account", label=_("Account")),
        Column("links", accessor=_links, label=_("Address")),
        StatusColumn("active", group="in_use", label=_("In use"), sort_key="active"),
    ]
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("kind"), FieldPanel("active", heading=_("In use"))]),
            FieldRowPanel(
                [
                    FieldPanel("dealer", heading=_("Dealer")),
                    FieldPanel("account", heading=_("Account")),
                ]
            ),
            MultiFieldPanel(
                [
                    FieldPanel("title_zh", heading=_("Title in Chinese")),
                    FieldPanel("title_en", heading=_("Title in English")),
                    FieldPanel("series", heading=_("Car that is chosen beforehand")),
                    FieldPanel("consent", heading=_("Consent text")),
                ],
                heading=_("What people read"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("item_id", heading=_("Video id"), help_text=_("When the form belongs to one video.")),
                    FieldPanel("room_id", heading=_("Room id"), help_text=_("When it belongs to one live session.")),
                    FieldPanel("card_id", heading=_("Card id"), help_text=_("For a card in direct messages.")),
                ],
                heading=_("At the platform"),
            ),
        ],
        base_form_class=WidgetForm,
    )


class ConsentViewSet(GuardedModelViewSet):
    """Consent texts: each version once, never changed, never deleted."""

    model = ConsentText
    name = "consent-texts"
    icon = "doc-full"
    menu_label = _("Consent texts")
    readers = _EDITORS
    writers: ClassVar[dict[str, frozenset[Role]]] = {"add": _BRAND}
    search_fields: ClassVar[list[str]] = ["version", "text_zh", "text_en"]
    ordering: ClassVar[list[str]] = ["-created_at"]
    inspect_view_fields: ClassVar[list[str]] = ["version", "text_zh", "text_en", "content_hash", "created_at"]
    list_display: ClassVar[list[Any]] = [
        "version",
        Column("text_zh", label=_("Text in Chinese")),
        WhenColumn("created_at", label=_("Since"), sort_key="created_at"),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("version", heading=_("Version"), help_text=_("For example 2026-09.")),
            FieldPanel("text_zh", heading=_("Text in Chinese")),
            FieldPanel(
                "text_en",
                heading=_("Text in English"),
                help_text=_("{brand}, {brand_legal}, {dealer} and {dealer_legal} are filled in with the names."),
            ),
            FieldPanel("recipients"),
        ],
        base_form_class=ConsentForm,
    )


class CaptureViewSetGroup(ViewSetGroup):
    """Widgets and their texts in the menu."""

    menu_label = _("Lead forms")
    menu_icon = "form"
    menu_order = 320
    items = (WidgetViewSet(), ConsentViewSet())
