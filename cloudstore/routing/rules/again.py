"""Why a lead goes on to another dealer, in one sentence of each language."""

from __future__ import annotations

from cloudstore.routing.rules.book import DealerBook
from cloudstore.routing.rules.matching import Match
from cloudstore.routing.rules.region import Region
from cloudstore.routing.rules.sentences import Sentence, where_known, why_chosen


def after_round(former: str, region: Region, found: Match, book: DealerBook) -> Sentence:
    """The sentence of a decision after a round at `former` ended without a sale."""
    where, why = where_known(region, book.gazetteer), why_chosen(found, book)
    return Sentence(
        f"{where.zh}，{former} 的本轮已结束；{why.zh}。", f"{where.en}; the round of {former} has ended; {why.en}."
    )
