"""Giving people a place in the network, and taking it away."""

from datetime import datetime

from django.db import transaction

from cloudstore.network.library import set_library_access, set_page_access
from cloudstore.network.models import Brand, Dealer, DealerGroup, Region, StaffMember
from cloudstore.network.scope import scope_of
from cloudstore.queue.services import pulse
from cloudstore.users.models import User
from cloudstore.users.rules import CONSOLE_ROLES, DEALER_ROLES, Role
from cloudstore.users.services import make_user, new_password, set_console_access

#: Who edits the brand's public pages.
PAGE_ROLES = frozenset({Role.ADMINISTRATOR, Role.BRAND_MANAGER})
Place = Region | DealerGroup | Dealer | None


class WrongPlace(Exception):
    """A role was given at a place where it cannot be held; the message says which and what it needs."""


class Taken(Exception):
    """A brand's short name or a user name exists already; the message says which."""


@transaction.atomic
def open_brand(*, slug: str, name_zh: str, name_en: str, administrator: str, now: datetime) -> tuple[User, str]:
    """Make a brand, its library and its first administrator. Returns the person and the password, which is kept nowhere else."""
    if Brand.objects.filter(slug=slug).exists():
        raise Taken(f"There is a brand {slug} already.")
    if User.objects.filter(username__iexact=administrator).exists():
        raise Taken(f"There is a person {administrator} already.")
    brand = Brand.objects.create(slug=slug, name_zh=name_zh, name_en=name_en)
    password = new_password()
    person = make_user(username=administrator, display_name=administrator, password=password)
    appoint(user=person, brand=brand, role=Role.ADMINISTRATOR, now=now)
    return person, password


@transaction.atomic
def appoint(*, user: User, brand: Brand, role: Role, place: Place = None, name: str = "", now: datetime) -> StaffMember:
    """Give `user` a role from `now` on. Raises `WrongPlace` when the role needs another kind of place.

    Region managers need a region, dealer roles a dealer (a dealer manager may have a whole group), the others none.
    """
    _check(brand, role, place)
    entry = StaffMember.objects.create(
        user=user,
        brand=brand,
        role=role,
        region=place if isinstance(place, Region) else None,
        group=place if isinstance(place, DealerGroup) else None,
        dealer=place if isinstance(place, Dealer) else None,
        name=name or str(user),
        valid_from=now,
    )
    refresh_console_access(user=user, now=now)
    return entry


def _check(brand: Brand, role: Role, place: Place) -> None:
    if place is not None and place.brand_id != brand.pk:
        raise WrongPlace(f"{role} of one brand cannot be appointed at a place of another")
    if role in DEALER_ROLES:
        fits = isinstance(place, Dealer) or (role is Role.DEALER_MANAGER and isinstance(place, DealerGroup))
        needs = "a dealer" if role is not Role.DEALER_MANAGER else "a dealer or a dealer group"
    elif role is Role.REGION_MANAGER:
        fits, needs = isinstance(place, Region), "a region"
    else:
        fits, needs = place is None, "no place below the brand"
    if not fits:
        raise WrongPlace(f"{role} needs {needs}")


@transaction.atomic
def dismiss(*, entry: StaffMember, now: datetime) -> None:
    """End a role at `now`; what the person did stays."""
    StaffMember.objects.filter(pk=entry.pk).update(valid_to=now)
    refresh_console_access(user=entry.user, now=now)


def refresh_console_access(*, user: User, now: datetime) -> None:
    """Bring a person's right to open the console, and the library in it, in line with the role they work in."""
    scope = scope_of(user, now)
    role = scope.role if scope else None
    set_console_access(user=user, role=role)
    set_library_access(user=user, brand=scope.staff.brand if scope and role in CONSOLE_ROLES else None)
    set_page_access(user=user, brand=scope.staff.brand if scope and role in PAGE_ROLES else None)
    # Open live pages ask anew what they may hear.
    pulse(f"person:{user.pk}")
