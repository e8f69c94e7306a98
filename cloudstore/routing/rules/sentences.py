"""Why a lead goes where it goes, in one sentence of each language: what the desk and the dealers are shown."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cloudstore.network.gazetteer import Gazetteer
from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.matching import Match, Reach
from cloudstore.routing.rules.modes import Placement, Why
from cloudstore.routing.rules.region import Certainty, EvidenceKind, Region


class Sentence(NamedTuple):
    """The same sentence in Chinese and in English."""

    zh: str
    en: str


_KIND = {
    EvidenceKind.DECLARED_CITY: Sentence("客户自报城市", "the city the customer named"),
    EvidenceKind.PLATE: Sentence("车牌归属地", "the number plate"),
    EvidenceKind.MOBILE_PREFIX: Sentence("手机号段", "the block of the mobile number"),
    EvidenceKind.IP: Sentence("网络地址", "the network address"),
    EvidenceKind.ACCOUNT_REGION: Sentence("来源账号所在地区", "the region of the account"),
}
_UNSURE = {
    Certainty.CONFLICT: Sentence("另有两项线索一致指向别的城市", "two other hints agree on another city"),
    Certainty.LOW_CONFIDENCE: Sentence("置信度低于 0.60", "the confidence is below 0.60"),
    Certainty.PROVINCE_ONLY: Sentence("只知道省份", "only the province is known"),
}
_REACH = {
    Reach.TERRITORY: Sentence("其责任区域包含该地区", "its territory contains the region"),
    Reach.KM_50: Sentence(
        "无责任区域内可派门店，50 公里内可派", "no dealer of the territory is free, it is within 50 km"
    ),
    Reach.KM_100: Sentence(
        "50 公里内无可派门店，100 公里内可派", "no dealer within 50 km is free, it is within 100 km"
    ),
    Reach.KM_200: Sentence(
        "100 公里内无可派门店，200 公里内可派", "no dealer within 100 km is free, it is within 200 km"
    ),
    Reach.PROVINCE: Sentence(
        "200 公里内无可派门店，本省最近", "no dealer within 200 km is free, it is the nearest of the province"
    ),
    Reach.WISH: Sentence("客户指定该店", "the customer asked for it"),
}
_PLACED = {
    Why.LOCAL: Sentence(
        "属于 {dealer} 的责任区域，直接交由 {dealer} 跟进", "it is local to {dealer}, which gets it at once"
    ),
    Why.KEPT_BY_SOURCE: Sentence(
        "按分散模式由来源店 {dealer} 跟进", "in decentralised mode the source dealer {dealer} keeps it"
    ),
    Why.TO_TRANSFER: Sentence(
        "不在来源店 {dealer} 的责任区域，{dealer} 须在 24 小时内转出，否则进入主机厂待处理",
        "it is outside the territory of {dealer}, which has 24 hours to hand it over before it goes to the OEM desk",
    ),
    Why.REMOTE: Sentence(
        "不在来源店责任区域，进入主机厂待处理", "it is outside the source dealer's territory and goes to the OEM desk"
    ),
    Why.UNKNOWN_REGION: Sentence(
        "进入主机厂待处理，需电话确认城市", "it goes to the OEM desk, which confirms the city by phone"
    ),
    Why.NURTURE: Sentence(
        "按集中模式由主机厂培育，达到 A 级再派发", "in centralised mode the OEM desk nurtures it until level A"
    ),
    Why.HIGH_LEVEL: Sentence(
        "按集中模式已达 A 级，由主机厂派发", "in centralised mode it has reached level A and the OEM desk dispatches it"
    ),
    Why.NO_SOURCE: Sentence("没有来源店，进入主机厂待处理", "it has no source dealer and goes to the OEM desk"),
    Why.SOURCE_BLOCKED: Sentence(
        "来源店不能接收，进入主机厂待处理", "the source dealer may not receive it, so it goes to the OEM desk"
    ),
}


def explain(
    region: Region, placement: Placement, chosen: str | None, found: Match | None, book: DealerBook
) -> Sentence:
    """The sentence of a decision: where the customer is and how that is known, the rule, the dealer and why that one."""
    where = where_known(region, book.gazetteer)
    rule = _PLACED[placement.why]
    zh, en = rule.zh.format(dealer=chosen), rule.en.format(dealer=chosen)
    if placement.match and found is not None:
        why = why_chosen(found, book)
        zh, en = f"{zh}；{why.zh}", f"{en}; {why.en}"
    return Sentence(f"{where.zh}，{zh}。", f"{where.en}; {en}.")


def place_name(adcode: str, gazetteer: Gazetteer) -> str:
    """Province, city and district in one, as people say it: 江苏省苏州市昆山市, 北京市朝阳区."""
    names = [gazetteer.name(link) for link in reversed(gazetteer.chain(adcode))]
    return "".join(dict.fromkeys(name for name in names if name != "县"))


def where_known(region: Region, gazetteer: Gazetteer) -> Sentence:
    if region.adcode is None or region.kind is None:
        return Sentence("客户所在城市未知", "The customer's city is not known")
    name, kind = place_name(region.adcode, gazetteer), _KIND[region.kind]
    zh = f"依据{kind.zh}判断客户在{name}（置信度 {region.confidence}）"
    en = f"By {kind.en} the customer is in {name} (confidence {region.confidence})"
    unsure = _UNSURE.get(region.reason)
    return Sentence(f"{zh}，但{unsure.zh}", f"{en}, but {unsure.en}") if unsure else Sentence(zh, en)


def why_chosen(found: Match, book: DealerBook) -> Sentence:
    best = found.chosen
    if best is None or found.reach is None:
        return Sentence(
            f"暂无可派门店（{len(found.filtered)} 家被排除）",
            f"no dealer can take it ({len(found.filtered)} ruled out)",
        )
    reach, dealer = _REACH[found.reach], book.get(best.code)
    grade = dealer.tier if dealer else ""
    zh = f"第 {found.round_no} 轮建议派给 {best.code}：{reach.zh}，综合得分 {best.score}，等级 {grade}"
    en = f"round {found.round_no} proposes {best.code}: {reach.en}, score {best.score}, grade {grade}"
    if best.km is not None:
        km = best.km.quantize(Decimal("0.1"), ROUND_HALF_UP)
        zh, en = f"{zh}，距离 {km} 公里", f"{en}, {km} km away"
    if len(found.candidates) > 1:
        second = found.candidates[1]
        zh = (
            f"{zh}，高于 {second.code} 的 {second.score}"
            if second.score < best.score
            else f"{zh}，与 {second.code} 同分"
        )
        en = (
            f"{en}, ahead of {second.code} with {second.score}"
            if second.score < best.score
            else f"{en}, level with {second.code}"
        )
    if found.filtered:
        zh, en = f"{zh}；{len(found.filtered)} 家被排除", f"{en}; {len(found.filtered)} ruled out"
    return Sentence(zh, en)
