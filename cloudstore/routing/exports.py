"""The queue as a file: CSV that spreadsheets open in Chinese without asking, or a workbook. Numbers stay masked."""

import csv
from collections.abc import Iterable
from io import BytesIO, StringIO

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook

from cloudstore.kit.labels import label
from cloudstore.kit.wording import full
from cloudstore.routing.queries.queue import Row

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A cell that begins like this would be run as a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def queue_file(kind: str, rows: Iterable[Row], mark: str) -> HttpResponse:
    """The rows as an attachment, `csv` or `xlsx` (404 for any other word); `mark` says in every row who took it out."""
    lines = [_heads(), *(_line(row, mark) for row in rows)]
    if kind == "csv":
        response = HttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        response = HttpResponse(_xlsx(lines), content_type=XLSX)
    else:
        raise Http404
    response.headers["Content-Disposition"] = f'attachment; filename="desk-queue.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _heads() -> list[str]:
    return [
        _("Waiting since"), _("State"), _("Scene"), _("Source"), _("City"), _("Confidence"), _("Level"), _("Series"),
        _("Name"), _("Phone"), _("Unanswered calls"), _("In the hands of"), _("Exported by"),
    ]  # fmt: skip


def _line(row: Row, mark: str) -> list[str]:
    lead = row.lead
    cells = [
        full(row.since),
        label("lead_state", lead.state).words,
        label("lead_scene", lead.scene).words,
        label("source_class", lead.source_class).words,
        row.city,
        "" if lead.region_confidence is None else str(lead.region_confidence),
        lead.level,
        lead.series.name if lead.series else "",
        lead.customer.name_masked,
        lead.customer.phone_masked,
        str(row.tries),
        row.held.staff.name if row.held else "",
        mark,
    ]
    return [_safe(str(cell)) for cell in cells]


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _csv(lines: list[list[str]]) -> bytes:
    out = StringIO()
    csv.writer(out).writerows(lines)
    return ("\ufeff" + out.getvalue()).encode()


def _xlsx(lines: list[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for line in lines:
        page.append(line)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
