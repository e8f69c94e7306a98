"""The peer group widens until twelve stand in it."""

from cloudstore.grading.rules.peers import NO_GROUP, PeerKey, peer_groups


def people(*rows: tuple[str, str, int]) -> list[PeerKey]:
    return [PeerKey("xinghe", tier, band) for tier, band, count in rows for _ in range(count)]


def groups(keys: list[PeerKey], absent: int = 0) -> list[str]:
    counted = [row >= absent for row in range(len(keys))]
    return list(dict.fromkeys(peer_groups(keys, counted, 12).of))


def test_twelve_of_a_kind_are_a_group_of_their_own() -> None:
    assert groups(people(("1", "L", 12), ("1", "S", 12))) == ["xinghe/1/L", "xinghe/1/S"]


def test_eleven_are_ranked_among_their_city_tier() -> None:
    keys = people(("1", "L", 12), ("1", "S", 11))
    found = peer_groups(keys, [True] * 23, 12)
    assert list(dict.fromkeys(found.of)) == ["xinghe/1/L", "xinghe/1"]
    assert found.members["xinghe/1"] == list(range(23))


def test_a_thin_city_tier_is_ranked_among_the_brand() -> None:
    assert groups(people(("1", "L", 12), ("2", "S", 5), ("2", "L", 5))) == ["xinghe/1/L", "xinghe"]


def test_a_brand_of_eleven_is_ranked_by_nothing_but_pools_its_rates() -> None:
    keys = people(("1", "L", 6), ("2", "L", 5))
    found = peer_groups(keys, [True] * 11, 12)
    assert set(found.of) == {NO_GROUP}
    assert set(found.pools) == {"xinghe"}
    assert found.members["xinghe"] == list(range(11))


def test_who_is_not_rated_fills_no_group() -> None:
    assert groups(people(("1", "L", 12)), absent=1) == [NO_GROUP]
    assert groups(people(("1", "L", 13)), absent=1) == ["xinghe/1/L"]


def test_brands_never_mix() -> None:
    keys = people(("1", "L", 12)) + [PeerKey("beiyue", "1", "L")] * 3
    found = peer_groups(keys, [True] * 15, 12)
    assert found.of[-1] == NO_GROUP
    assert found.pools[-1] == "beiyue"
    assert found.members["xinghe/1/L"] == list(range(12))
