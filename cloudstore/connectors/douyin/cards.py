"""The answers on a filled lead card (留资卡片).

The platform sends a list of label and value; the numbers of its form components are not documented to the end, so the
meaning is taken from the label's words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudstore.connectors.douyin.parsing import as_list, text

# Asked in this order, because "城市名称" and "model name" also contain a word for name.
MEANINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("phone", ("手机", "电话", "联系方式", "phone", "mobile")),
    ("city", ("城市", "地区", "所在地", "city", "region")),
    ("series", ("车型", "车系", "意向车", "model", "series")),
    ("name", ("姓名", "称呼", "名字", "怎么称呼", "name")),
)
MOST_LABELS = 50


@dataclass(frozen=True, slots=True)
class Answers:
    """What the customer filled in; `labels` holds all of it in its order."""

    phone: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    city: str = ""
    series: str = ""
    labels: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def read_answers(card_data: object) -> Answers:
    """The card's answers by meaning. The first filled answer of each meaning counts; all labels are kept."""
    rows = [row for row in as_list(card_data) if isinstance(row, dict)][:MOST_LABELS]
    labels = tuple((text(row.get("label"), 100), text(row.get("value"), 500)) for row in rows)
    found: dict[str, str] = {}
    for label, value in labels:
        meaning = _meaning(label)
        if meaning and value:
            found.setdefault(meaning, value)
    return Answers(labels=labels, **found)


def _meaning(label: str) -> str:
    lowered = label.lower()
    for meaning, words in MEANINGS:
        if any(word in lowered for word in words):
            return meaning
    return ""
