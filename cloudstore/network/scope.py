"""Who may see which branch. The one rule that every query for a person goes through.

A person's `Scope` is read from their valid staff entries. Tables say in `scope_path` how their rows lead to brand, dealer
and consultant; `scoped(queryset, scope)` turns both into one filter. A table without `scope_path`, or a scope without a
place, gives no rows at all: forgetting fails closed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

from cloudstore.kit.clock import now as clock_now
from cloudstore.kit.scoping import GlobalRows, ScopePath
from cloudstore.network.models import Brand, Dealer, StaffMember
from cloudstore.users.models import User
from cloudstore.users.rules import Role

M = TypeVar("M", bound=Model)

_WHOLE_BRAND = {Role.ADMINISTRATOR, Role.BRAND_MANAGER, Role.OEM_DESK, Role.LEADERSHIP}


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see: one brand, and in it everything, a region subtree, a group, or one dealer.

    `staff_id` narrows further to the rows of one consultant where a table knows consultants.
    """

    staff: StaffMember
    role: Role
    brand_id: int
    region_path: str = ""
    group_id: int | None = None
    dealer_id: int | None = None
    staff_id: int | None = None

    @property
    def whole_brand(self) -> bool:
        """Whether no dealer filter applies."""
        return not (self.region_path or self.group_id or self.dealer_id)


def scope_of(user: User | AnonymousUser, at: datetime | None = None) -> Scope | None:
    """The scope of a person at a moment (default: now), or None for strangers and those who left.

    A person with several valid entries works in the first; entries of two brands never add up.
    """
    if not user.is_authenticated or not user.is_active:
        return None
    at = at or clock_now()
    entry = (
        StaffMember.objects.select_related("brand", "region", "group", "dealer")
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), user=user, valid_from__lte=at)
        .order_by("pk")
        .first()
    )
    return of_staff(entry) if entry else None


def of_staff(entry: StaffMember) -> Scope | None:
    """The scope that one staff entry gives; None when the entry lacks the place its role needs (fails closed)."""
    role = Role(entry.role)
    if role in _WHOLE_BRAND:
        return Scope(entry, role, entry.brand_id)
    if role is Role.REGION_MANAGER:
        return Scope(entry, role, entry.brand_id, region_path=entry.region.path) if entry.region else None
    if role is Role.DEALER_MANAGER and entry.group_id and not entry.dealer_id:
        return Scope(entry, role, entry.brand_id, group_id=entry.group_id)
    if entry.dealer_id is None:
        return None
    staff_id = entry.pk if role is Role.CONSULTANT else None
    return Scope(entry, role, entry.brand_id, dealer_id=entry.dealer_id, staff_id=staff_id)


def scoped(queryset: QuerySet[M], scope: Scope | None) -> QuerySet[M]:
    """Only the rows of `queryset` that `scope` may see. Raises TypeError for a table that does not say whose rows it holds."""
    path = getattr(queryset.model, "scope_path", None)
    if isinstance(path, GlobalRows):
        return queryset
    if not isinstance(path, ScopePath):
        raise TypeError(f"{queryset.model.__name__} does not declare scope_path")
    if scope is None:
        return queryset.none()
    allowed = Q(**{path.brand: scope.brand_id})
    if not scope.whole_brand:
        if not path.dealer:
            return queryset.filter(allowed) if _brand_wide_reading(queryset.model) else queryset.none()
        allowed &= _dealer_condition(path.dealer, scope)
    if scope.staff_id and path.staff:
        allowed &= Q(**{path.staff: scope.staff_id})
    rows = queryset.filter(allowed)
    # A path through a to-many relation repeats rows; nothing else does.
    return rows.distinct() if "leads__" in path.dealer + path.staff else rows


def _dealer_condition(path: str, scope: Scope) -> Q:
    prefix = "" if path == "pk" else f"{path}__"
    if scope.dealer_id:
        return Q(**{path: scope.dealer_id})
    if scope.group_id:
        return Q(**{f"{prefix}group": scope.group_id})
    return Q(**{f"{prefix}region__path__startswith": scope.region_path})


def _brand_wide_reading(model: type[Model]) -> bool:
    """Tables of the brand itself that its dealers read as well (names of series and regions, the brand, task briefs)."""
    return getattr(model, "brand_wide_reading", False)


def dealers_of(scope: Scope | None) -> QuerySet[Dealer]:
    """The dealers a person may see."""
    return scoped(Dealer.objects.all(), scope)


def brand_of(scope: Scope) -> Brand:
    """The brand a person works for."""
    return scope.staff.brand


def required(request: HttpRequest, *roles: Role) -> Scope:
    """The signed-in person's scope, or 404 when they have none or none of the `roles` (all roles when none is named).

    Foreign and unknown look alike: never 403.
    """
    scope = getattr(request, "_scope", None) or scope_of(request.user)
    if scope is None or (roles and scope.role not in roles):
        raise Http404
    request._scope = scope  # type: ignore[attr-defined]
    return scope


def one(queryset: QuerySet[M], scope: Scope, **lookup: object) -> M:
    """The one visible row with this look-up, or 404. Malformed ids are unknown ids."""
    try:
        row = scoped(queryset, scope).filter(**lookup).first()
    except (ValueError, TypeError, OverflowError, ValidationError):
        row = None
    if row is None:
        raise Http404
    return row
