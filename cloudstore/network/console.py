"""The guarded console: viewsets whose every address asks the scope rule, for people of the car maker.

Wagtail's generic views ask whether somebody may touch a *kind* of thing; measured, ten of ten detail views then show
foreign rows. Here every view that gets a `pk` looks the row up in the person's scope first, lists, filters, forms and
choosers see scoped rows only, and who is not among the readers finds nothing at the address (404, never 403).
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar

from django import forms
from django.db.models import Model, Q, QuerySet
from django.forms.models import ModelChoiceField
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.permissions import policy_registry, register_permission_policy
from wagtail.snippets.views.snippets import SnippetViewSet

from cloudstore.kit import labels
from cloudstore.network.scope import Scope, one, required, scope_of, scoped
from cloudstore.users.models import User
from cloudstore.users.rules import CONSOLE_ROLES, Role

View = Callable[..., HttpResponseBase]

_READING = {"view", "choose"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def person_scope(user: Any) -> Scope | None:
    """The scope of a signed-in person, read once per request (the policy below is asked for every row of a list)."""
    if not hasattr(user, "_console_scope"):
        user._console_scope = scope_of(user)
    found: Scope | None = user._console_scope
    return found


class RolePolicy(BasePermissionPolicy):
    """Says by role who may read and who may write a table, and by scope which rows. No permission rows are needed."""

    def __init__(self, model: type[Model], readers: frozenset[Role], writers: dict[str, frozenset[Role]]) -> None:
        super().__init__(model)
        self.readers, self.writers = readers, writers

    def _roles(self, action: str) -> frozenset[Role]:
        return self.readers if action in _READING else self.writers.get(action, frozenset())

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether the person's role may do this to some rows."""
        scope = person_scope(user)
        return scope is not None and scope.role in self._roles(action)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Model) -> bool:
        """Whether the person's role may do this and the row is theirs."""
        return self.user_has_permission(user, action) and (
            instance.pk is None or self._rows(user).filter(pk=instance.pk).exists()
        )

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet[Any]:
        """The person's rows when their role may do any of these."""
        rows = self._rows(user)
        return rows if self.user_has_any_permission(user, actions) else rows.none()

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[User]:
        """People whose role may do any of these."""
        roles = frozenset[Role]().union(*(self._roles(action) for action in actions))
        return User.objects.filter(is_active=True, posts__role__in=roles).distinct()

    def _rows(self, user: Any) -> QuerySet[Any]:
        return scoped(self.model._default_manager.all(), person_scope(user))


class ScopedFilterSet(WagtailFilterSet):
    """Filters whose drop-downs list only what the person may see."""

    def __init__(self, *args: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        scope = person_scope(request.user) if request is not None else None
        for entry in self.filters.values():
            rows = getattr(entry, "queryset", None)
            if rows is not None:
                assert isinstance(rows, QuerySet), "a filter's choices are a queryset, so that they can be scoped"
                entry.queryset = scoped(rows, scope)


class ScopedForm(WagtailAdminModelForm):
    """A form whose choices are the person's own rows, and whose new rows belong to the person's brand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = person_scope(self.for_user) if self.for_user else None
        for entry in self.fields.values():
            if isinstance(entry, ModelChoiceField) and entry.queryset is not None:
                entry.queryset = scoped(entry.queryset, scope)
        if scope and self.instance._state.adding and hasattr(self.instance, "brand_id"):
            self.instance.brand_id = scope.brand_id


class _ScopedRows:
    """For views of one row: only the person's rows exist."""

    request: HttpRequest

    def get_base_object_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_object_queryset()  # type: ignore[misc]
        return scoped(rows, person_scope(self.request.user))


class _Spoken:
    """Codes are shown and exported in words. `coded` names the group of labels of each coded field."""

    coded: ClassVar[dict[str, str]] = {}
    headings: ClassVar[dict[str, Any]] = {}

    @cached_property
    def columns(self) -> list[Any]:
        """The first column takes its heading from the same table as export and inspection."""
        columns: list[Any] = super().columns  # type: ignore[misc]
        shown = getattr(self, "list_display", None)
        if columns and shown and isinstance(shown[0], str) and shown[0] in self.headings:
            columns[0].label = self.headings[shown[0]]
        return columns

    def get_field_label(self, field_name: str, field: Any) -> str:
        """Heading of an inspected field."""
        given = self.headings.get(field_name)
        return str(given) if given else super().get_field_label(field_name, field)  # type: ignore[misc]

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        """Value of an inspected field."""
        if field_name in self.coded:
            return labels.label(self.coded[field_name], getattr(self.object, field_name)).words  # type: ignore[attr-defined]
        return super().get_field_display_value(field_name, field)  # type: ignore[misc]

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Value of an exported field. Text that a spreadsheet would take for a formula is made plain text."""
        if field in self.coded:
            return str(labels.label(self.coded[field], value).words)
        plain = super().preprocess_field_value(field, value, export_format)  # type: ignore[misc]
        return f"'{plain}" if isinstance(plain, str) and plain[:1] in _FORMULA else plain


class _ScopedList:
    """For lists, their results and their exports: only the person's rows."""

    request: HttpRequest
    kwargs: dict[str, Any]
    base_filterset_class = ScopedFilterSet

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset()  # type: ignore[misc]
        if hasattr(rows.model, "scope_path"):
            return scoped(rows, person_scope(self.request.user))
        # History and usage list Wagtail's own rows about one row, which the guard has looked up already.
        return rows if "pk" in self.kwargs else rows.none()


class _Guard:
    """What both kinds of viewset share. `readers` may see, `writers` may do what the table of actions says."""

    model: ClassVar[type[Model]]
    readers: frozenset[Role] = CONSOLE_ROLES
    #: action (add, change, delete, publish) -> roles
    writers: ClassVar[dict[str, frozenset[Role]]] = {}
    # Chinese has no word gaps: the search backends take a run of Han characters for one word. icontains finds parts.
    search_backend_name = None
    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_reference_index = False
    list_per_page = 50
    list_export: ClassVar[list[str]] = []
    export_headings: ClassVar[dict[str, Any]] = {}
    #: coded field -> group of labels, for export and inspection; lists use StatusColumn
    coded: ClassVar[dict[str, str]] = {}

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Every view knows the words of codes and headings."""
        common: dict[str, Any] = super().get_common_view_kwargs(  # type: ignore[misc]
            **{"coded": self.coded, "headings": self.export_headings, **kwargs}
        )
        return common

    def construct_view(self, view_class: type, **kwargs: Any) -> View:
        """Wrap a view so that strangers and foreign rows end in 404 before the view begins."""
        view: View = super().construct_view(_narrowed(view_class), **kwargs)  # type: ignore[misc]
        return guarded(view, self.model, self.readers)

    def on_register(self) -> None:
        """Register who may do what, before anything asks for the default policy."""
        if policy_registry.get_by_type(self.model, fallback=False) is None:
            register_permission_policy(self.model, RolePolicy(self.model, self.readers, self.writers))
        super().on_register()  # type: ignore[misc]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        """Forms are scoped; a viewset's panels must name `ScopedForm` (or a subclass) as their base form."""
        form_class: type[forms.ModelForm] = super().get_form_class(for_update)  # type: ignore[misc]
        assert issubclass(form_class, ScopedForm) or not self.writers, f"{self.model.__name__}: its form is not scoped"
        return form_class


def _narrowed(view_class: type) -> type:
    """The same view on scoped rows."""
    bases: tuple[type, ...] = (_Spoken,)
    if hasattr(view_class, "get_base_object_queryset"):
        bases += (_ScopedRows,)
    if hasattr(view_class, "get_base_queryset"):
        bases += (_ScopedList,)
    return (
        type(view_class.__name__, (*bases, view_class), {"__module__": view_class.__module__}) if bases else view_class
    )


def guarded(view: View, model: type[Model], readers: frozenset[Role]) -> View:
    """`view` for `readers` only, and only for rows of theirs; marked as such for the console's door."""

    @wraps(view)
    def look_first(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        scope = required(request, *readers)
        if "pk" in kwargs:
            one(model._default_manager.all(), scope, pk=kwargs["pk"])
        return view(request, *args, **kwargs)

    look_first.guarded = True  # type: ignore[attr-defined]
    return look_first


class GuardedModelViewSet(_Guard, ModelViewSet):
    """A `ModelViewSet` for master data: list, search, filters, export, add, edit, inspect, history, all scoped."""

    search_fields: ClassVar[list[str]] = []


class GuardedSnippetViewSet(_Guard, SnippetViewSet):
    """A `SnippetViewSet` for what has drafts, revisions, locks or a workflow, all scoped."""

    admin_url_namespace: str | None = None
    search_fields: ClassVar[list[str]] = []


class _ScopedChoices:
    """For choosers: only the person's rows can be listed."""

    request: HttpRequest

    def get_object_list(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_object_list()  # type: ignore[misc]
        return scoped(rows, person_scope(self.request.user))


class _SearchForm(BaseFilterForm):
    """Looks for a part of the words, which is what works for Chinese."""

    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Search")}))
    fields_to_search: ClassVar[tuple[str, ...]] = ("name",)

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        words = self.cleaned_data.get("q", "")
        self.is_searching, self.search_query = bool(words), words
        found = Q()
        for name in self.fields_to_search:
            found |= Q(**{f"{name}__icontains": words})
        return objects.filter(found) if words else objects


class _Choose(_ScopedChoices, chooser.ChooseView):
    filter_form_class = _SearchForm


class _ChooseResults(_ScopedChoices, chooser.ChooseResultsView):
    filter_form_class = _SearchForm


class _Chosen(chooser.ChosenView):
    def get_object(self, pk: Any) -> Model:
        return one(self.model_class._default_manager.all(), required(self.request), pk=pk)


class _ChosenMultiple(chooser.ChosenMultipleView):
    def get_objects(self, pks: Iterable[Any]) -> QuerySet[Any]:
        return scoped(self.model_class._default_manager.filter(pk__in=pks), person_scope(self.request.user))


class ScopedChooserViewSet(ChooserViewSet):
    """A chooser window that lists and gives out only the person's rows. It cannot create."""

    readers: frozenset[Role] = CONSOLE_ROLES
    choose_view_class = _Choose
    choose_results_view_class = _ChooseResults
    chosen_view_class = _Chosen
    chosen_multiple_view_class = _ChosenMultiple

    def construct_view(self, view_class: type, **kwargs: Any) -> View:
        """Only for readers; rows are looked up in the person's scope."""
        return guarded(super().construct_view(view_class, **kwargs), self.model, self.readers)

    def get_urlpatterns(self) -> list[Any]:
        """Without the address that creates."""
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


__all__ = [
    "GuardedModelViewSet",
    "GuardedSnippetViewSet",
    "RolePolicy",
    "ScopedChooserViewSet",
    "ScopedFilterSet",
    "ScopedForm",
    "guarded",
    "person_scope",
]
