"""List columns of the console. Wagtail's own date cell says 'just now' for the future, and its states are not words of the trade."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from wagtail.admin.ui.tables import Column

from cloudstore.kit import labels
from cloudstore.kit.money import format_yuan

Context = dict[str, Any]


class DueColumn(Column):
    """A deadline: the date, and how far away or how late it is. `warn_hours`: from when on it is marked."""

    cell_template_name = "kit/console/due_cell.html"

    def __init__(self, name: str, warn_hours: float = 24, **options: Any) -> None:
        super().__init__(name, **options)
        self.warn_hours = warn_hours

    def get_cell_context_data(self, instance: Model, parent_context: Context) -> Context:
        """Adds `warn_hours`."""
        return super().get_cell_context_data(instance, parent_context) | {"warn_hours": self.warn_hours}


class WhenColumn(Column):
    """A moment in the past, in words, with the whole date in the title."""

    cell_template_name = "kit/console/when_cell.html"


class TierColumn(Column):
    """A tier letter on its colour. The value is the letter, empty where there is no grade yet."""

    cell_template_name = "kit/console/tier_cell.html"


class StatusColumn(Column):
    """A code as a chip with its words, tone and icon from the label registry."""

    cell_template_name = "kit/console/status_cell.html"

    def __init__(self, name: str, group: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.group = group

    def get_cell_context_data(self, instance: Model, parent_context: Context) -> Context:
        """Adds `chip`: the label of the row's code."""
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"chip": labels.label(self.group, self.get_value(instance))}


class ProgressColumn(Column):
    """So many of so many, as a bar and in figures. `parts` gives (done, total) of a row."""

    cell_template_name = "kit/console/progress_cell.html"

    def __init__(self, name: str, parts: Callable[[Any], tuple[int, int]], **options: Any) -> None:
        super().__init__(name, accessor=parts, **options)

    def get_cell_context_data(self, instance: Model, parent_context: Context) -> Context:
        """Adds `done` and `total`."""
        context = super().get_cell_context_data(instance, parent_context)
        done, total = self.get_value(instance)
        return context | {"done": done, "total": total}


class MoneyColumn(Column):
    """Whole fen as yuan, on the right."""

    cell_template_name = "kit/console/number_cell.html"

    def get_value(self, instance: Model) -> str | None:
        """The amount as text; None where there is none."""
        fen = super().get_value(instance)
        return None if fen is None else format_yuan(int(fen))
