"""What all figures share: no background, no mode bar, nothing to zoom, words and lines in the colours of the theme."""

from typing import Any

import plotly.graph_objects as go

FONT = {"family": "var(--cs-font)", "size": 12, "color": "var(--cs-text-2)"}


def token(name: str) -> str:
    """A colour of the theme by name."""
    return f"var(--cs-{name})"


def figure(traces: list[Any], *, height: int = 300, **layout: Any) -> dict[str, Any]:
    """Data and layout for Plotly.react, without Plotly's own template."""
    base: dict[str, Any] = {
        "template": None,
        "autosize": True,
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": FONT,
        "showlegend": False,
        "hoverlabel": {"bgcolor": token("surface"), "bordercolor": token("line"), "font": {"color": token("text")}},
    }
    built = go.Figure(data=traces, layout=base | layout).to_plotly_json()
    built["layout"].pop("template", None)
    return {"data": built["data"], "layout": built["layout"]}


def axis(**more: Any) -> dict[str, Any]:
    """An axis that stays put, without a line of its own."""
    return {
        "fixedrange": True,
        "zeroline": False,
        "showline": False,
        "showgrid": False,
        "tickangle": 0,
        "ticks": "",
        "automargin": True,
        "gridcolor": token("line"),
        "tickfont": {"color": token("text-3"), "size": 12},
    } | more
