"""Natural and paid leads per day: two lines, labelled at their ends."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dashboards.figures.look import axis, figure, token
from dashboards.queries.board import TrendDay


def trend_figure(days: Sequence[TrendDay], *, narrow: bool = False) -> dict[str, Any]:
    """Full days as a line, today's part as a thin dotted tail; an unknown day is a gap. Paid is dashed."""
    full, tail = days[:-1], days[-2:]
    ticks = [day for number, day in enumerate(days) if number % (28 if narrow else 14) == 4]
    series = (("natural", _("Natural"), "series-1", "solid"), ("paid", _("Paid"), "series-2", "dash"))
    traces, notes = [], []
    for name, words, colour, dash in series:
        traces.append(_line(full, name, words, colour, dash, 2.0))
        traces.append(_line(tail, name, _("%(name)s, today so far") % {"name": words}, colour, "dot", 1.2))
        last = getattr(full[-1], name) if full else None
        if last is not None:
            notes.append((last, words, colour))
    return figure(
        traces,
        hovermode="x unified",
        margin={"l": 8, "r": 64, "t": 12, "b": 8},
        xaxis=axis(
            type="date", tickvals=[day.day.isoformat() for day in ticks], ticktext=[_short(day.day) for day in ticks]
        ),
        yaxis=axis(showgrid=True, rangemode="tozero", nticks=5),
        annotations=_labels(days, notes),
    )


def _line(days: Sequence[TrendDay], name: str, words: str, colour: str, dash: str, width: float) -> go.Scatter:
    return go.Scatter(
        x=[day.day.isoformat() for day in days],
        y=[getattr(day, name) for day in days],
        name=words,
        mode="lines",
        connectgaps=False,
        line={"color": token(colour), "width": width, "dash": dash},
        hovertemplate="%{y}<extra>" + words + "</extra>",
    )


def _short(day: date) -> str:
    chinese = (get_language() or "").startswith("zh")
    return f"{day.month}月{day.day}日" if chinese else date_format(day, "M j")


def _labels(days: Sequence[TrendDay], notes: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
    """Words at the ends of the lines; two that would lie on each other are pushed apart."""
    top = max([value for value, _words, _colour in notes] or [1])
    close = len(notes) == 2 and abs(notes[0][0] - notes[1][0]) < 0.12 * max(top, 1)
    higher = max(range(len(notes)), key=lambda at: notes[at][0]) if notes else 0
    return [
        {
            "x": days[-1].day.isoformat(),
            "y": value,
            "text": words,
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
            "yshift": (9 if at == higher else -9) if close else 0,
            "font": {"color": token("text-2"), "size": 12},
        }
        for at, (value, words, _colour) in enumerate(notes)
    ]
