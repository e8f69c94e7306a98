"""What the first page of the console says about tasks: what waits for a decision, and what is late."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from wagtail.admin.ui.components import Component

from cloudstore.kit.clock import now
from cloudstore.network.console import person_scope
from tasks.queries import console


class WorkPanel(Component):
    """Three numbers with their ways in: waiting for review, tasks running, accounts late."""

    order = 10

    def render_html(self, parent_context: Any = None) -> SafeString:
        """Empty for people who do not decide about tasks."""
        request = parent_context["request"]
        scope = person_scope(request.user)
        if scope is None:
            return SafeString("")
        return render_to_string("tasks/console/panel.html", {"work": console.work(scope, now=now())}, request=request)
