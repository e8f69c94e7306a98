"""The twelve dealers of the worked example and small builders around them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from cloudstore.grading.indicators.registry import INDICATORS, SOURCES, WINDOW_KEYS
from cloudstore.grading.indicators.scheme import default_scheme
from cloudstore.grading.rules.peers import PeerKey
from cloudstore.grading.rules.rehearsal import rehearse
from cloudstore.grading.rules.window import WindowFacts

KEYS = tuple(INDICATORS)
SCHEME = default_scheme()

TWELVE = {
    "D01": ("26", ".0182", "23", "66", ".0121", ".93", ".96", ".82"),
    "D02": ("22", ".0150", "20", "52", ".0090", ".90", ".93", ".78"),
    "D03": ("20", ".0140", "19", "47.5", ".0082", ".86", ".91", ".76"),
    "D04": ("18", ".0121", "17", "40", ".0071", ".84", ".88", ".74"),
    "D05": ("16", ".0118", "16", "36", ".0060", ".82", ".84", ".73"),
    "D06": ("15", ".0105", "14", "30", ".0052", ".78", ".82", ".70"),
    "D07": ("12", ".0098", "13", "27", ".0047", ".75", ".80", ".69"),
    "D08": ("12", ".0090", "12", "24", ".0040", ".71", ".77", ".66"),
    "D09": ("10", ".0081", "10", "20", ".0033", ".70", ".74", ".63"),
    "D10": ("8", ".0070", "8", "15.5", ".0030", ".66", ".70", ".60"),
    "D11": ("5", ".0060", "5", "9", ".0022", ".58", ".63", ".52"),
    "D12": ("1", ".0035", "1", "1.5", ".0009", ".40", ".48", ".41"),
}


def document(changes: Mapping[str, Mapping[str, Any]] | None = None, **top: Any) -> dict[str, Any]:
    """A rehearsal of the twelve; `changes` adds fields to single dealers."""
    dealers = [
        {"id": name, "values": {key: Decimal(value) for key, value in zip(KEYS, row, strict=True)}}
        for name, row in TWELVE.items()
    ]
    for dealer in dealers:
        dealer.update((changes or {}).get(dealer["id"], {}))
    return {"scheme": "default-8/v1", "dealers": dealers, **top}


def graded(changes: Mapping[str, Mapping[str, Any]] | None = None, **top: Any) -> dict[str, dict[str, Any]]:
    """What a rehearsal says of the twelve, by dealer."""
    return {dealer["id"]: dealer for dealer in rehearse(document(changes, **top))["dealers"]}


def values_of(name: str, **moved: str) -> dict[str, Decimal]:
    """One dealer's values, some of them moved."""
    return {
        **{key: Decimal(value) for key, value in zip(KEYS, TWELVE[name], strict=True)},
        **{key: Decimal(value) for key, value in moved.items()},
    }


def network(size: int, seed: int = 7, **columns: Any) -> WindowFacts:
    """A made-up network in good order: four city tiers, three size bands, every fact known. `columns` replace totals."""
    dice = np.random.default_rng(seed)
    talent = dice.beta(3, 2, size)

    def whole(values: Any) -> np.ndarray:
        return np.floor(values).astype(np.float64)

    shown = whole(dice.integers(1_000, 200_000, size) * (0.2 + talent))
    watched = whole(dice.integers(200, 30_000, size) * (0.2 + talent))
    asked, due, matured = (whole(dice.integers(5, 120, size)) for _ in range(3))
    totals = {
        "posts_effective": whole(talent * 56) / 2,
        "comp_impr": shown,
        "comp_clicks": whole(shown * 0.02 * talent),
        "live_days": whole(talent * 26),
        "live_minutes_capped": whole(talent * 70 * 60),
        "live_viewers_u": watched,
        "live_widget_leads_valid": whole(watched * 0.013 * talent),
        "dm_sessions": asked,
        "dm_reply_ok": whole(asked * (0.3 + 0.7 * talent)),
        "leads_assigned_due": due,
        "leads_followed_in_sla": whole(due * (0.4 + 0.6 * talent)),
        "leads_matured": matured,
        "leads_valid": whole(matured * (0.3 + 0.65 * talent)),
    }
    assert set(totals) == set(WINDOW_KEYS)
    return WindowFacts(
        dealers=tuple(f"dealer-{row:05}" for row in range(size)),
        peers=tuple(PeerKey("xinghe", str(row % 4), "SML"[row % 3]) for row in range(size)),
        totals={**totals, **{name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}},
        missing_days={source: np.zeros(size, dtype=np.int64) for source in SOURCES},
        lapsed={source: np.zeros(size, dtype=np.bool_) for source in SOURCES},
        active_days=np.full(size, 28, dtype=np.int64),
        leave_days=np.zeros(size, dtype=np.int64),
    )
