"""The sentence of a lead that goes on after a round ended."""

import pytest

from cloudstore.network.gazetteer import gazetteer
from cloudstore.routing.rules.again import after_round
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.dealers import Dealer
from cloudstore.routing.rules.matching import Lead, match
from cloudstore.routing.rules.region import Evidence, EvidenceKind, decide_region

SZ = "440300"


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (["Z2"], "第 2 轮建议派给 Z2", "round 2 proposes Z2"),
        ([], "暂无可派门店（1 家被排除）", "no dealer can take it (1 ruled out)"),
    ],
)
def test_who_had_it_and_who_is_next(left, zh, en):
    book = DealerBook([Dealer(code, territory=frozenset({SZ})) for code in ["Z1", *left]], gazetteer())
    region = decide_region([Evidence(EvidenceKind.DECLARED_CITY, SZ)], gazetteer())
    sentence = after_round("Z1", region, match(Lead(SZ, former=("Z1",)), book), book)
    assert "广东省深圳市" in sentence.zh and "Z1 的本轮已结束" in sentence.zh and zh in sentence.zh
    assert "the round of Z1 has ended" in sentence.en and en in sentence.en
