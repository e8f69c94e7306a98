"""Who would get a task: the accounts of a brand with what the choice looks at."""

from cloudstore.network.models import Account, Region
from tasks.models import MatrixTask
from tasks.rules.audience import Audience, AudienceIds, Candidate, Selection, read_audience, select


def candidates(brand_id: int, region_path: str = "") -> list[Candidate]:
    """Every account of the brand (below a region's path, when given) with region, tier, group and whether it can take part."""
    rows = (
        Account.objects.filter(brand_id=brand_id, dealer__region__path__startswith=region_path)
        .order_by("dealer__code", "pk")
        .values_list(
            "pk",
            "dealer_id",
            "dealer__region__path",
            "dealer__current_tier__tier",
            "dealer__group_id",
            "dealer__status",
            "active",
            "auth_state",
        )
    )
    return [
        Candidate(
            account_id=pk,
            dealer_id=dealer_id,
            region_path=path,
            tier=tier or "",
            group_id=group_id,
            dealer_active=status == "active",
            account_active=active,
            authorised=auth_state == "authorised",
        )
        for pk, dealer_id, path, tier, group_id, status, active, auth_state in rows
    ]


def audience_of(brand_id: int, ids: AudienceIds) -> Audience:
    """The stored ids as a choice; regions of other brands and deleted ones fall away."""
    paths = Region.objects.filter(brand_id=brand_id, pk__in=ids.regions).values_list("path", flat=True)
    return Audience(
        # A choice of regions none of which exists any more must not become "everybody".
        region_paths=tuple(sorted(paths)) or (("\0",) if ids.regions else ()),
        tiers=frozenset(ids.tiers),
        groups=frozenset(ids.groups),
        dealers=frozenset(ids.dealers),
        without=frozenset(ids.without),
    )


def select_accounts(brand_id: int, ids: AudienceIds) -> Selection:
    """Who is chosen and who is left out under this choice, now."""
    return select(candidates(brand_id), audience_of(brand_id, ids))


def selection_for(task: MatrixTask) -> Selection:
    """Who a task would go to, now."""
    return select_accounts(task.brand_id, read_audience(task.audience))
