"""Who is compared with whom: brand × city tier × size band, widened while fewer than twelve stand in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

NO_GROUP = ""
"""Group of a dealer whose brand is too small to rank: absolute points alone."""


class PeerKey(NamedTuple):
    """What makes dealers comparable."""

    brand: str
    city_tier: str
    size_band: str


@dataclass(frozen=True, slots=True)
class PeerGroups:
    """`of[i]`: the group that dealer i is ranked in (NO_GROUP: none). `members[group]`: row numbers of those in it.

    Groups overlap on purpose: a dealer of a thin size band is ranked among all of its city tier, also among those whose
    own band is large enough to be ranked by itself. `pools[i]` is where the prior of dealer i's rates comes from: its
    group, or its whole brand when the brand is too small to rank; `members` holds those brands too.
    """

    of: tuple[str, ...]
    pools: tuple[str, ...]
    members: dict[str, list[int]]


def peer_groups(keys: Sequence[PeerKey], counted: Sequence[bool], least: int) -> PeerGroups:
    """The narrowest group with at least `least` counted dealers for every dealer.

    `counted[i]` is False for dealers who are not rated (new, on long leave): they may be looked at in a group but never
    fill it. A dealer whose indicators lack data stays counted, so that one outage does not move a whole network to
    absolute points. Below `least` in the size band the city tier is taken, then the brand, then none.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if counted[row]:
            for group in _ladder(key):
                members[group].append(row)
    chosen = [next((group for group in _ladder(key) if len(members[group]) >= least), NO_GROUP) for key in keys]
    pools = [group or key.brand for group, key in zip(chosen, keys, strict=True)]
    return PeerGroups(tuple(chosen), tuple(pools), {group: members[group] for group in sorted(set(pools))})


def _ladder(key: PeerKey) -> tuple[str, str, str]:
    """Names of the groups a dealer could stand in, narrowest first."""
    return f"{key.brand}/{key.city_tier}/{key.size_band}", f"{key.brand}/{key.city_tier}", key.brand
