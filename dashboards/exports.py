"""A list as a file: CSV that spreadsheets open in Chinese without asking, or a workbook."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

from django.http import Http404, HttpResponse
from openpyxl import Workbook

from cloudstore.kit.wording import full

Cell = str | int | float | Decimal | date | datetime | None
#: A cell that begins like this would be run as a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
FORMATS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_file(kind: str, name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """An attachment of one of `FORMATS`; any other word is 404."""
    if kind == "csv":
        response = HttpResponse(_csv(heads, rows), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        response = HttpResponse(_xlsx(heads, rows), content_type=XLSX)
    else:
        raise Http404
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet takes as text; numbers stay numbers."""
    if isinstance(cell, datetime):
        return full(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return "'" + cell
    return cell


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe(head) for head in heads])
    for row in rows:
        writer.writerow(["" if cell is None else safe(cell) for cell in row])
    return ("\ufeff" + out.getvalue()).encode()


def _xlsx(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(heads))
    for row in rows:
        sheet.append([safe(cell) for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
