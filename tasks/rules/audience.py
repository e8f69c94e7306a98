"""Whom a task is for: region subtrees, tiers, groups and named dealers, without those left out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

TIERS = ("S", "A", "B", "C", "D", "N", "U")


class Without(StrEnum):
    """Why an account that lies in the chosen branch does not get the task."""

    TIER = "tier"
    GROUP = "group"
    EXCLUDED = "excluded"
    DEALER_INACTIVE = "dealer_inactive"
    ACCOUNT_INACTIVE = "account_inactive"
    NOT_AUTHORISED = "not_authorised"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One account with what the choice looks at. `region_path` is that of the dealer's region, `tier` "" when never rated."""

    account_id: int
    dealer_id: int
    region_path: str
    tier: str = ""
    group_id: int | None = None
    dealer_active: bool = True
    account_active: bool = True
    authorised: bool = True


@dataclass(frozen=True, slots=True)
class Audience:
    """The choice. Empty means "no limit of this kind"; regions, tiers and groups narrow together.

    `dealers` are taken in addition to what the other three choose; when only dealers are named, they alone are meant.
    `without` beats everything.
    """

    region_paths: tuple[str, ...] = ()
    tiers: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    dealers: frozenset[int] = frozenset()
    without: frozenset[int] = frozenset()

    @property
    def only_named(self) -> bool:
        """Whether nothing but named dealers is asked for."""
        return bool(self.dealers) and not (self.region_paths or self.tiers or self.groups)


@dataclass(frozen=True, slots=True)
class Selection:
    """Who gets the task, and who of the chosen branch does not, with the reason."""

    chosen: tuple[Candidate, ...] = ()
    left_out: tuple[tuple[Candidate, Without], ...] = ()

    @property
    def dealers(self) -> frozenset[int]:
        """Ids of the dealers with at least one chosen account."""
        return frozenset(candidate.dealer_id for candidate in self.chosen)

    @property
    def reasons(self) -> Mapping[Without, int]:
        """Number of accounts left out, by reason."""
        return Counter(reason for _, reason in self.left_out)

    @property
    def dealers_without_account(self) -> frozenset[int]:
        """Dealers of the branch none of whose accounts is chosen."""
        return frozenset(candidate.dealer_id for candidate, _ in self.left_out) - self.dealers


def select(candidates: Iterable[Candidate], audience: Audience) -> Selection:
    """Split the accounts of a brand into chosen and left out; accounts outside the chosen regions are in neither."""
    chosen: list[Candidate] = []
    left_out: list[tuple[Candidate, Without]] = []
    for candidate in candidates:
        if not _in_branch(candidate, audience):
            continue
        reason = _reason_against(candidate, audience)
        if reason is None:
            chosen.append(candidate)
        else:
            left_out.append((candidate, reason))
    return Selection(tuple(chosen), tuple(left_out))


def _in_branch(candidate: Candidate, audience: Audience) -> bool:
    if candidate.dealer_id in audience.dealers or candidate.dealer_id in audience.without:
        return True
    if audience.only_named:
        return False
    return not audience.region_paths or any(candidate.region_path.startswith(path) for path in audience.region_paths)


def _reason_against(candidate: Candidate, audience: Audience) -> Without | None:
    if candidate.dealer_id in audience.without:
        return Without.EXCLUDED
    if candidate.dealer_id not in audience.dealers:
        if audience.tiers and (candidate.tier or "N") not in audience.tiers:
            return Without.TIER
        if audience.groups and candidate.group_id not in audience.groups:
            return Without.GROUP
    if not candidate.dealer_active:
        return Without.DEALER_INACTIVE
    if not candidate.account_active:
        return Without.ACCOUNT_INACTIVE
    return None if candidate.authorised else Without.NOT_AUTHORISED


@dataclass(frozen=True, slots=True)
class AudienceFault:
    """What is wrong with a stored or posted choice: the part and a code (`unknown_part`, `not_a_list`, `bad_value`)."""

    part: str
    code: str


@dataclass(frozen=True, slots=True)
class AudienceIds:
    """The choice as it is stored on the task: ids, not paths."""

    regions: tuple[int, ...] = ()
    tiers: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    dealers: tuple[int, ...] = ()
    without: tuple[int, ...] = ()
    faults: tuple[AudienceFault, ...] = field(default=(), compare=False)

    def as_json(self) -> dict[str, list[int] | list[str]]:
        """The stored form; empty parts are left out."""
        parts = {
            "regions": list(self.regions),
            "tiers": list(self.tiers),
            "groups": list(self.groups),
            "dealers": list(self.dealers),
            "without": list(self.without),
        }
        return {name: value for name, value in parts.items() if value}  # type: ignore[misc]


_ID_PARTS = ("regions", "groups", "dealers", "without")


def read_audience(stored: object) -> AudienceIds:
    """The choice from JSON of unknown quality; what is not understood is named in `faults` and left out."""
    if not isinstance(stored, dict):
        return AudienceIds(faults=(AudienceFault("", "not_a_list"),) if stored else ())
    faults = [AudienceFault(str(name), "unknown_part") for name in stored if name not in (*_ID_PARTS, "tiers")]
    ids = {name: _ids(stored.get(name), name, faults) for name in _ID_PARTS}
    tiers = _tiers(stored.get("tiers"), faults)
    return AudienceIds(ids["regions"], tiers, ids["groups"], ids["dealers"], ids["without"], tuple(faults))


def _ids(value: object, part: str, faults: list[AudienceFault]) -> tuple[int, ...]:
    if not value:
        return ()
    if not isinstance(value, list):
        faults.append(AudienceFault(part, "not_a_list"))
        return ()
    good = [int(entry) for entry in value if str(entry).isascii() and str(entry).isdigit() and len(str(entry)) < 19]
    if len(good) < len(value):
        faults.append(AudienceFault(part, "bad_value"))
    return tuple(sorted(set(good)))


def _tiers(value: object, faults: list[AudienceFault]) -> tuple[str, ...]:
    if not value:
        return ()
    if not isinstance(value, list):
        faults.append(AudienceFault("tiers", "not_a_list"))
        return ()
    if any(entry not in TIERS for entry in value):
        faults.append(AudienceFault("tiers", "bad_value"))
    return tuple(tier for tier in TIERS if tier in value)
