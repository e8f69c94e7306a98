"""What a grading rehearsal may say: its JSON Schema and three documents to start from."""

from typing import Any

from cloudstore.grading.indicators.registry import INDICATORS
from cloudstore.grading.indicators.scheme import DEFAULT_VERSION, SCHEME_SCHEMA

_KEY: dict[str, Any] = {"type": "string", "enum": list(INDICATORS)}
_KEYS = {"type": "array", "items": _KEY, "maxItems": len(INDICATORS)}
_RATES = {
    "type": "object",
    "propertyNames": _KEY,
    "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
    "description": "Pooled rate of the peer group per indicator, towards which facts are shrunk.",
}
_SCORE = {"type": "number", "minimum": 0, "maximum": 100}
_STREAK = {"type": "integer", "minimum": 0, "maximum": 1000}
_TIERS = ["S", "A", "B", "C", "D"]

_PREVIOUS = {
    "type": ["object", "null"],
    "description": "What the run before left; leave out for a first run.",
    "additionalProperties": False,
    "required": ["score", "tier"],
    "properties": {
        "score": {**_SCORE, "description": "Smoothed score, with all its decimals."},
        "tier": {"type": "string", "enum": _TIERS},
        "streak_up": _STREAK,
        "streak_down": _STREAK,
    },
}

_DEALER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 80},
        "values": {
            "type": "object",
            "propertyNames": _KEY,
            "additionalProperties": {"type": "number"},
            "description": "Values after shrinkage.",
        },
        "facts": {
            "type": "object",
            "propertyNames": _KEY,
            "additionalProperties": {
                "type": "array",
                "minItems": 2,
                "maxItems": 2,
                "items": {"type": "number", "minimum": 0, "maximum": 1_000_000_000},
            },
            "description": "Numerator and denominator instead of a value; rates are shrunk first.",
        },
        "peer_rates": _RATES,
        "excluded": {
            "type": "object",
            "propertyNames": _KEY,
            "additionalProperties": {"type": "string", "enum": ["no_base", "no_data"]},
        },
        "inactive": {**_KEYS, "description": "Counted with 0 points: the dealer did nothing here."},
        "unauthorised": {**_KEYS, "description": "Counted with 0 points: the authorisation lapsed."},
        "previous": _PREVIOUS,
        "flags": {"type": "integer", "minimum": 0, "maximum": 1000, "description": "Confirmed risk flags."},
        "platform_ban": {"type": "boolean"},
        "guarded": {**_KEYS, "description": "Never suggested: an open flag stands on them."},
        "target": {"type": "string", "enum": _TIERS[:-1]},
        "by": {"type": "string", "enum": ["at_once", "two_runs"]},
    },
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Grading rehearsal",
    "description": "Either dealers, who are one peer group, or a sequence of smoothed scores.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "scheme": {
            **SCHEME_SCHEMA,
            "type": ["string", "object"],
            "description": f"{DEFAULT_VERSION}, or a whole scheme.",
        },
        "absolute_only": {"type": "boolean"},
        "peer_rates": _RATES,
        "dealers": {"type": "array", "minItems": 1, "maxItems": 10_000, "items": _DEALER},
        "sequence": {
            "type": "object",
            "additionalProperties": False,
            "required": ["start", "scores"],
            "properties": {
                "start": {"type": "string", "enum": _TIERS},
                "scores": {"type": "array", "items": _SCORE, "maxItems": 10_000},
            },
        },
    },
}

_WORKED = """
D01 26 0.0182 23 66   0.0121 0.93 0.96 0.82
D02 22 0.0150 20 52   0.0090 0.90 0.93 0.78
D03 20 0.0140 19 47.5 0.0082 0.86 0.91 0.76
D04 18 0.0121 17 40   0.0071 0.84 0.88 0.74
D05 16 0.0118 16 36   0.0060 0.82 0.84 0.73
D06 15 0.0105 14 30   0.0052 0.78 0.82 0.70
D07 12 0.0098 13 27   0.0047 0.75 0.80 0.69
D08 12 0.0090 12 24   0.0040 0.71 0.77 0.66
D09 10 0.0081 10 20   0.0033 0.70 0.74 0.63
D10 8  0.0070 8  15.5 0.0030 0.66 0.70 0.60
D11 5  0.0060 5  9    0.0022 0.58 0.63 0.52
D12 1  0.0035 1  1.5  0.0009 0.40 0.48 0.41
"""
"""A peer group of twelve, from a dealer who does everything to one who has barely begun."""

_PAST = {
    "D04": {"previous": {"score": 74.0, "tier": "B", "streak_up": 0, "streak_down": 0}, "target": "A"},
    "D05": {"previous": {"score": 66.0, "tier": "B"}, "target": "A", "by": "two_runs"},
}


def _worked_dealers() -> list[dict[str, Any]]:
    rows = [line.split() for line in _WORKED.split("\n") if line]
    return [
        {"id": name, "values": dict(zip(INDICATORS, map(float, values), strict=True)), **_PAST.get(name, {})}
        for name, *values in rows
    ]


EXAMPLES: dict[str, dict[str, Any]] = {
    "dealers": {"scheme": DEFAULT_VERSION, "absolute_only": False, "dealers": _worked_dealers()},
    "facts": {
        "scheme": DEFAULT_VERSION,
        "absolute_only": True,
        "peer_rates": {"dm_reply_3m": 0.72, "video_ctr": 0.010},
        "dealers": [
            {
                "id": "one small dealer",
                "values": {
                    "effective_posts": 16,
                    "live_days": 16,
                    "live_hours": 36,
                    "live_lead_rate": 0.006,
                    "followup_sla": 0.84,
                },
                "facts": {"dm_reply_3m": [3, 6], "video_ctr": [6, 100]},
                "excluded": {"valid_lead_rate": "no_base"},
            }
        ],
    },
    "sequence": {"sequence": {"start": "B", "scores": [74.0, 75.5, 75.2, 74.1, 73.4, 72.8, 72.6, 76.0, 77.3]}},
}
