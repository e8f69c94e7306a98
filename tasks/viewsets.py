"""The console's screens for matrix tasks and campaigns."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets import AdminDateTimeInput

from cloudstore.kit import labels
from cloudstore.kit.clock import now
from cloudstore.kit.console import DueColumn, MoneyColumn, ProgressColumn, StatusColumn
from cloudstore.network.console import GuardedModelViewSet, ScopedFilterSet, guarded, person_scope
from cloudstore.users.rules import Role
from tasks import console_views, services
from tasks.forms import CampaignForm, TaskForm
from tasks.models import Campaign, MatrixTask
from tasks.queries.console import with_progress
from tasks.widgets import YuanInput

_BRAND = frozenset({Role.ADMINISTRATOR, Role.BRAND_MANAGER})
_WRITERS: dict[str, frozenset[Role]] = {"add": _BRAND, "change": _BRAND}
_READERS = _BRAND | {Role.REGION_MANAGER}


class TaskFilters(ScopedFilterSet):
    """Where a task stands, of which kind, paid from which campaign."""

    state = django_filters.ChoiceFilter(choices=lambda: labels.choices("task_state"), label=_("Status"))
    kind = django_filters.ChoiceFilter(choices=lambda: labels.choices("task_kind"), label=_("Kind"))
    campaign = django_filters.ModelChoiceFilter(queryset=Campaign.objects.all(), label=_("Campaign"))

    class Meta:
        model = MatrixTask
        fields: ClassVar[list[str]] = ["state", "kind", "campaign"]


class TaskList(generic.IndexView):
    """The list of tasks with the progress of the dealers one may see."""

    def get_base_queryset(self) -> QuerySet[MatrixTask]:
        """With the numbers that the columns show."""
        rows: QuerySet[MatrixTask] = super().get_base_queryset()
        return with_progress(rows.select_related("campaign"), person_scope(self.request.user))


class TaskEdit(generic.EditView):
    """Change a task, hand it out, see how it goes."""

    def save_instance(self) -> MatrixTask:
        """A later deadline holds for those who have the task already."""
        task: MatrixTask = super().save_instance()
        services.apply_deadline(task=task, now=now())
        return task

    def get_success_buttons(self) -> list[Any]:
        """The page is the task itself: nothing to go to."""
        return []

    def get_success_url(self) -> str:
        """Stay: the next step stands beside "Save"."""
        return str(self.get_edit_url())


class TaskCreate(generic.CreateView):
    """A new task, as a draft."""

    def get_success_buttons(self) -> list[Any]:
        """The page is the task itself: nothing to go to."""
        return []

    def get_success_url(self) -> str:
        """On to the saved draft."""
        return reverse("matrix_tasks:edit", args=[self.object.pk])


def _parts(task: MatrixTask) -> tuple[int, int]:
    return task.passed, task.asked


class TaskViewSet(GuardedModelViewSet):
    """Matrix tasks."""

    model = MatrixTask
    name = "matrix_tasks"
    url_prefix = "matrix-tasks"
    icon = "tasks"
    menu_label = _("Tasks")
    readers = _READERS
    writers = _WRITERS
    index_view_class = TaskList
    add_view_class = TaskCreate
    edit_view_class = TaskEdit
    edit_template_name = "tasks/console/edit.html"
    inspect_view_enabled = False
    filterset_class = TaskFilters
    search_fields: ClassVar[list[str]] = ["title", "hashtags"]
    ordering: ClassVar[list[str]] = ["-due_at"]
    list_display: ClassVar[list[Any]] = [
        "title",
        StatusColumn("kind", group="task_kind", label=_("Kind"), sort_key="kind"),
        DueColumn("due_at", label=_("Due"), warn_hours=48, sort_key="due_at"),
        ProgressColumn("progress", parts=_parts, label=_("Approved")),
        Column("campaign", label=_("Campaign")),
        StatusColumn("state", group="task_state", label=_("Status"), sort_key="state"),
    ]
    list_export: ClassVar[list[str]] = [
        "title", "kind", "state", "starts_at", "due_at", "quota", "campaign", "asked", "passed", "handed_out_at",
    ]  # fmt: skip
    export_headings: ClassVar[dict[str, Any]] = {
        "title": _("Title"),
        "kind": _("Kind"),
        "state": _("Status"),
        "starts_at": _("Starts"),
        "due_at": _("Due"),
        "quota": _("Posts per account"),
        "campaign": _("Campaign"),
        "asked": _("Posts asked for"),
        "passed": _("Approved"),
        "handed_out_at": _("Handed out"),
    }
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("title", heading=_("Title")),
                    FieldRowPanel(
                        [
                            FieldPanel("kind", heading=_("Kind")),
                            FieldPanel("quota", heading=_("Posts per account")),
                            FieldPanel("overlay_preset", heading=_("End of the video")),
                        ]
                    ),
                    FieldRowPanel(
                        [
                            FieldPanel("starts_at", heading=_("Starts"), widget=AdminDateTimeInput),
                            FieldPanel("due_at", heading=_("Due"), widget=AdminDateTimeInput),
                        ]
                    ),
                    FieldPanel("brief", heading=_("Brief")),
                    MultiFieldPanel(
                        [
                            FieldPanel(
                                "caption_template",
                                heading=_("Caption"),
                                help_text=_("{dealer} and {city} become the store's own name and city."),
                            ),
                            FieldPanel(
                                "hashtags",
                                heading=_("Hashtags"),
                                help_text=_("Separated by blanks; they are added to every post of the task."),
                            ),
                        ],
                        heading=_("Words for the post"),
                    ),
                ],
                heading=_("Brief"),
            ),
            ObjectList([FieldPanel("audience", heading=_("Who gets it"))], heading=_("Audience")),
            ObjectList(
                [
                    FieldPanel(
                        "campaign",
                        heading=_("Paid from"),
                        help_text=_("When a task goes out, its largest possible cost is set aside here."),
                    ),
                    InlinePanel(
                        "rewards",
                        panels=[
                            FieldRowPanel(
                                [
                                    FieldPanel("fee_fen", heading=_("Fee per approved post (¥)"), widget=YuanInput),
                                    FieldPanel("cap_per_dealer", heading=_("Paid posts per store at most")),
                                ]
                            )
                        ],
                        heading=_("Reward"),
                        label=_("reward"),
                        max_num=1,
                    ),
                ],
                heading=_("Reward"),
            ),
        ],
        base_form_class=TaskForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        """With the addresses of the hand-out, the board and the choice of the audience."""
        own = (
            ("<uuid:pk>/hand-out/", console_views.hand_out, "hand_out", _BRAND),
            ("<uuid:pk>/close/", console_views.close, "close", _BRAND),
            ("<uuid:pk>/board/", console_views.board, "board", _READERS),
            ("audience/", console_views.audience_preview, "audience", _BRAND),
            ("audience/dealers/", console_views.audience_dealers, "audience_dealers", _BRAND),
        )
        return [
            *super().get_urlpatterns(),
            *(path(route, guarded(view, MatrixTask, roles), name=name) for route, view, name, roles in own),
        ]


class CampaignList(generic.IndexView):
    """The list of campaigns with what is still free in each."""

    def get_base_queryset(self) -> QuerySet[Campaign]:
        """With the balance of each campaign's free money."""
        rows: QuerySet[Campaign] = super().get_base_queryset()
        return console_views.with_free_money(rows)


class _MovesMoney:
    """A saved budget becomes money in the ledger."""

    form: CampaignForm

    def save_instance(self) -> Campaign:
        """Save the words, then move the money."""
        campaign: Campaign = super().save_instance()  # type: ignore[misc]
        services.set_budget(campaign=campaign, budget_fen=self.form.cleaned_data["budget"], now=now())
        return campaign


class CampaignCreate(_MovesMoney, generic.CreateView):
    """A new campaign."""


class CampaignEdit(_MovesMoney, generic.EditView):
    """Change a campaign; a budget is never lowered below what is promised."""


class CampaignViewSet(GuardedModelViewSet):
    """Campaigns: budgets with a name."""

    model = Campaign
    name = "campaigns"
    icon = "pick"
    menu_label = _("Campaigns")
    readers = _BRAND
    writers = _WRITERS
    index_view_class = CampaignList
    add_view_class = CampaignCreate
    edit_view_class = CampaignEdit
    inspect_view_enabled = False
    search_fields: ClassVar[list[str]] = ["name"]
    ordering: ClassVar[list[str]] = ["-starts_on", "-pk"]
    list_display: ClassVar[list[Any]] = [
        "name",
        Column("starts_on", label=_("Begins"), sort_key="starts_on"),
        Column("ends_on", label=_("Ends"), sort_key="ends_on"),
        MoneyColumn("budget_fen", label=_("Budget"), sort_key="budget_fen"),
        MoneyColumn("free_fen", label=_("Not promised yet")),
    ]
    list_export: ClassVar[list[str]] = ["name", "starts_on", "ends_on", "budget_fen", "free_fen"]
    export_headings: ClassVar[dict[str, Any]] = {
        "name": _("Campaign"),
        "starts_on": _("Begins"),
        "ends_on": _("Ends"),
        "budget_fen": _("Budget (fen)"),
        "free_fen": _("Not promised yet (fen)"),
    }
    edit_handler = ObjectList(
        [
            FieldPanel("name", heading=_("Name")),
            FieldRowPanel([FieldPanel("starts_on", heading=_("Begins")), FieldPanel("ends_on", heading=_("Ends"))]),
            FieldPanel("budget"),
        ],
        base_form_class=CampaignForm,
    )


class ContentViewSetGroup(ViewSetGroup):
    """Content in the menu."""

    menu_label = _("Content matrix")
    menu_icon = "tasks"
    menu_order = 200
    items = (TaskViewSet(), CampaignViewSet())
