"""Eight indicators by region: a number in every cell, a gap where nobody has one."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.kit.labels import label
from dashboards.figures.look import axis, figure, token
from dashboards.queries.board import Place

SCALE = [[step / 6, f"var(--cs-seq-{step + 1})"] for step in range(7)]


def heat_figure(places: Sequence[Place], *, narrow: bool) -> dict[str, Any]:
    """Regions down and indicators across; the other way round for a narrow screen."""
    names = [str(label("indicator_short", key).words) for key in INDICATORS]
    cells = [[place.points.get(key) for key in INDICATORS] for place in places]
    across, down = names, [place.name for place in places]
    if narrow:
        across, down, cells = down, across, [list(column) for column in zip(*cells, strict=True)]
    trace = go.Heatmap(
        x=across,
        y=down,
        z=cells,
        text=[["" if cell is None else f"{cell:.0f}" for cell in row] for row in cells],
        texttemplate="%{text}",
        textfont={"size": 12},
        colorscale=SCALE,
        zmin=0,
        zmax=100,
        showscale=False,
        xgap=3,
        ygap=3,
        hoverongaps=False,
        hovertemplate="%{y} · %{x}: %{z:.1f}<extra></extra>",
    )
    words = {"color": token("text"), "size": 12}
    return figure(
        [trace],
        height=40 * len(down) + 60,
        xaxis=axis(tickfont=words, side="bottom", type="category"),
        yaxis=axis(tickfont=words, autorange="reversed", type="category", ticklabelstandoff=6),
    )
