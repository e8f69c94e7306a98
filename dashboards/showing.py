"""Figures by name."""

from datetime import datetime
from typing import Any

from cloudstore.network.models import Dealer, Region
from cloudstore.network.scope import Scope
from dashboards.figures.heat import heat_figure
from dashboards.figures.tiers import tiers_figure
from dashboards.figures.trend import trend_figure
from dashboards.queries.board import read_places, trend


def board_figure(
    name: str, scope: Scope, *, now: datetime, region: Region | None, dealer: Dealer | None, narrow: bool
) -> dict[str, Any] | None:
    """The figure of that name for a network, a region or (trend only) a dealer; None for an unknown name."""
    if name == "trend":
        return trend_figure(
            trend(scope, now=now, region=region, dealer_id=dealer.pk if dealer else None), narrow=narrow
        )
    if name == "tiers":
        return tiers_figure(read_places(scope, now=now, region=region))
    if name == "heat":
        return heat_figure(read_places(scope, now=now, region=region), narrow=narrow)
    return None
