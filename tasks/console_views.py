"""Own pages of the console around a task: its audience, its hand-out, how it goes."""

import csv
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from cloudstore.kit.clock import now
from cloudstore.kit.labels import label
from cloudstore.network.models import Dealer, Region
from cloudstore.network.scope import Scope, one, required
from tasks import services
from tasks.models import Campaign, LedgerAccount, MatrixTask
from tasks.queries import console
from tasks.rules.audience import read_audience
from tasks.rules.states import TaskState
from tasks.widgets import AudienceWidget, as_ids


def with_free_money(rows: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Campaigns with `free_fen`, what is neither reserved nor paid."""
    free = LedgerAccount.objects.filter(brand=OuterRef("brand"), name=OuterRef("ledger_name")).values("balance_fen")
    named = rows.annotate(ledger_name=Concat(Value("AVAILABLE:"), Cast(F("pk"), output_field=_text())))
    return named.annotate(free_fen=Coalesce(Subquery(free, output_field=BigIntegerField()), 0))


def _text() -> Any:
    return LedgerAccount._meta.get_field("name").__class__(max_length=20)


def _task(request: HttpRequest, pk: uuid.UUID) -> tuple[Scope, MatrixTask]:
    scope = required(request)
    return scope, one(MatrixTask.objects.select_related("campaign", "brand"), scope, pk=pk)


@require_POST
def audience_preview(request: HttpRequest) -> HttpResponse:
    """Whom the ticked choice reaches, as a fragment."""
    scope = required(request)
    ids = as_ids(AudienceWidget().value_from_datadict(request.POST, request.FILES, "audience"))
    return TemplateResponse(request, "tasks/console/preview.html", {"preview": console.preview(scope.brand_id, ids)})


@require_GET
def audience_dealers(request: HttpRequest) -> HttpResponse:
    """Dealers by name, code or city, to be added or left out."""
    scope, words = required(request), request.GET.get("q", "").strip()[:40]
    found = console.named_dealers(scope, words) if words else Dealer.objects.none()
    return TemplateResponse(request, "tasks/console/dealers_found.html", {"dealers": found, "words": words})


@require_http_methods(["GET", "HEAD", "POST"])
def hand_out(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What will happen, then the button, then the progress."""
    _scope, task = _task(request, pk)
    if request.method == "POST":
        try:
            services.begin_hand_out(task=task, now=now())
        except services.NotReady as problem:
            messages.error(request, str(label("hand_out_problem", problem.code).words))
        return redirect("matrix_tasks:hand_out", pk=task.pk)
    context: dict[str, Any] = {"task": task, "there": task.assignments.count(), "planned": len(task.snapshot)}
    if task.state == TaskState.DRAFT:
        found = console.preview(task.brand_id, read_audience(task.audience))
        context |= {"preview": found, "cost": console.cost(task, found.selection), "overdue": task.due_at <= now()}
    return TemplateResponse(request, "tasks/console/hand_out.html", context)


@require_POST
def close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a task."""
    _scope, task = _task(request, pk)
    if services.close_task(task=task, now=now()):
        messages.success(request, _("The task is closed. What nobody can earn any more went back to the campaign."))
    return redirect("matrix_tasks:board", pk=task.pk)


@require_safe
def board(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How a task goes, by region; `?region=` by dealer; `?dealer=` its accounts; `?format=csv` as a file."""
    scope, task = _task(request, pk)
    context: dict[str, Any] = {"task": task, "scope": scope}
    if code := request.GET.get("dealer"):
        dealer = one(Dealer.objects.select_related("region"), scope, code=code)
        context |= {
            "dealer": dealer,
            "region": dealer.region,
            "assignments": console.assignments_of(task, scope, dealer),
        }
        return TemplateResponse(request, "tasks/console/board_dealer.html", context)
    if code := request.GET.get("region"):
        region = one(Region.objects.all(), scope, code=code)
        rows = console.by_dealer(task, scope, region, now=now())
        context |= {"region": region, "by": "dealer"}
    else:
        rows = console.by_region(task, scope, now=now())
        context |= {"region": None, "by": "region"}
    if request.GET.get("format") == "csv":
        return _as_csv(task, rows)
    return TemplateResponse(request, "tasks/console/board.html", context | {"rows": rows, "total": console.total(rows)})


def _as_csv(task: MatrixTask, rows: list[console.Compliance]) -> HttpResponse:
    """A table that a spreadsheet opens with Chinese intact; a cell that begins like a formula is made harmless."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="task-{task.pk}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(
        [_("Name"), _("Code"), _("Accounts"), _("Accepted"), _("Declined"), _("Sent in"), _("Posts asked for"), _("Approved"), _("Published"), _("Late")]
    )  # fmt: skip
    for row in [*rows, console.total(rows)]:
        counts = (
            row.assigned,
            row.accepted,
            row.declined,
            row.submitted,
            row.asked,
            row.approved,
            row.published,
            row.late,
        )
        writer.writerow([_harmless(row.name or _("Total")), _harmless(row.key), *counts])
    return response


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text
