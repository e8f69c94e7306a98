"""Tier mix by region: bars of 100 %, the number of dealers in each part."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
from django.utils.translation import gettext as _

from dashboards.figures.look import axis, figure, token
from dashboards.queries.board import Place
from dashboards.queries.stores import TIERS


def tiers_figure(places: Sequence[Place]) -> dict[str, Any]:
    """The first region stands at the top. Parts are parted by a gap in the colour of the card."""
    rows = list(reversed(places))
    traces = [
        go.Bar(
            orientation="h",
            name=_("Tier %(tier)s") % {"tier": tier},
            y=[one.name for one in rows],
            x=[_share(one, tier) for one in rows],
            text=[str(one.tiers[tier]) if one.tiers[tier] else "" for one in rows],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": token(f"tier-{tier.lower()}-ink"), "size": 12},
            marker={"color": token(f"tier-{tier.lower()}"), "line": {"color": token("surface"), "width": 2}},
            hovertemplate="%{y}: %{text} (%{x:.1f}%)<extra>" + tier + "</extra>",
        )
        for tier in TIERS
    ]
    return figure(
        traces,
        height=max(160, 40 * len(rows) + 60),
        barmode="stack",
        bargap=0.42,
        xaxis=axis(range=[0, 100], tickvals=[0, 50, 100], ticktext=["0%", "50%", "100%"]),
        yaxis=axis(tickfont={"color": token("text"), "size": 13}, ticklabelstandoff=8),
    )


def _share(place: Place, tier: str) -> float:
    rated = sum(place.tiers.values())
    return 100 * place.tiers[tier] / rated if rated else 0
