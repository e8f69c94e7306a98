"""Each role of two brands asks for every address with every id. Nothing foreign is ever shown, linked, counted or exported."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from cloudstore.demo.load import load
from cloudstore.kit.clock import now
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Brand, Dealer, StaffMember
from cloudstore.network.scope import Scope, of_staff, scoped
from cloudstore.users.rules import Role
from tests.isolation.addresses import Address, all_addresses
from tests.isolation.rows import add_one_of_everything

# The mark asks for the test database; each test is a savepoint inside the module's transaction.
pytestmark = pytest.mark.django_db

#: Who crawls: each role of the first brand, and of the second one who must see nothing of the first.
CRAWLERS = ("lin", "fang", "he", "zhou", "admin", "chen", "wang", "zhao", "bei-lin", "bei-wang", "bei-zhou")
DAYS = 8
#: Tables whose rows may be named to everybody of the brand (their ids are no canaries below brand level).
SHARED = {"Brand", "Series", "Region", "DealerGroup", "ConsentText"}


@dataclass(frozen=True)
class Secrets:
    """Words that must never reach one person: ids and names of rows outside their scope."""

    ids: frozenset[str]
    names: tuple[str, ...]


@pytest.fixture(scope="module")
def network(django_db_setup, django_db_blocker):
    """Both brands with a month of history, in a transaction that is rolled back."""
    with django_db_blocker.unblock():
        point = transaction.atomic()
        point.__enter__()
        try:
            load(dealers=24, days=DAYS, now=now(), say=lambda _line: None)
            add_one_of_everything()
            yield {
                entry.user.username: entry
                for entry in StaffMember.objects.select_related("user", "brand", "region", "group", "dealer")
            }
        finally:
            transaction.set_rollback(True)
            point.__exit__(None, None, None)


def _tenant_models():
    return [m for m in apps.get_models() if isinstance(getattr(m, "scope_path", None), ScopePath)]


def _sample_ids(scope: Scope) -> list[str]:
    """Of each table one id inside the scope, one of the same brand outside it, and one of the other brand."""
    found: list[str] = []
    for model in _tenant_models():
        inside = scoped(model._default_manager.all(), scope)
        own_brand = model._default_manager.filter(**{model.scope_path.brand: scope.brand_id})
        foreign = model._default_manager.exclude(**{model.scope_path.brand: scope.brand_id})
        for rows in (inside, own_brand.exclude(pk__in=inside.values("pk")), foreign):
            row = rows.order_by("-pk").first()
            if row is not None:
                found.append(str(row.pk))
                found.extend(
                    str(getattr(row, name)) for name in ("code", "slug", "item_id", "room_id") if getattr(row, name, "")
                )
    return list(dict.fromkeys(found))


def _secrets(scope: Scope) -> Secrets:
    """Ids and names of what the person must not see."""
    ids: set[str] = set()
    for model in _tenant_models():
        if model.__name__ in SHARED or model._meta.pk.get_internal_type() != "UUIDField":
            continue
        outside = model._default_manager.exclude(pk__in=scoped(model._default_manager.all(), scope).values("pk"))
        ids.update(str(pk) for pk in outside.order_by("-pk").values_list("pk", flat=True)[:3000])
    foreign = Brand.objects.exclude(pk=scope.brand_id)
    names = [name for brand in foreign for name in (brand.name_zh, brand.name_en)]
    names += Dealer.objects.exclude(brand_id=scope.brand_id).values_list("name", flat=True)
    if not scope.whole_brand:
        inside = scoped(Dealer.objects.all(), scope).values("pk")
        names += Dealer.objects.filter(brand_id=scope.brand_id).exclude(pk__in=inside).values_list("name", flat=True)
    return Secrets(frozenset(ids), tuple(names))


_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def leaks(body: str, secrets: Secrets, asked: str) -> set[str]:
    """Foreign ids and names in a body; what stands in the address itself is an echo, not a leak."""
    found = {word for word in _UUID.findall(body) if word in secrets.ids and word not in asked}
    return found | {name for name in secrets.names if name in body}


def _candidates(address: Address, ids: list[str]) -> Iterable[tuple[str, ...]]:
    """Ids for the places of an address; two places are tried with the same few ids to keep the number of questions bounded."""
    if not address.places:
        return [()]
    if address.name.startswith(("wagtail", "mfa", "documents")):
        # The library's own screens know numbers only, and theirs are small: the first few reach every page, picture and user.
        ids = [one for one in ids if one.isdigit() and int(one) < 60][:3]
    fitting = [one for one in ids if _fits(address, (one,) * len(address.places))]
    if len(address.places) == 1:
        return [(one,) for one in fitting]
    return product(fitting[:4], repeat=len(address.places)) if len(address.places) == 2 else []


def _fits(address: Address, values: tuple[str, ...]) -> bool:
    """Whether a value can stand in its place at all; others are unknown addresses and only cost time."""
    forms = {
        "uuid": _UUID,
        "int": re.compile("[0-9]+"),
        "slug": re.compile("[-a-zA-Z0-9_]+"),
        "str": re.compile("[^/]+"),
    }
    return all(
        forms.get(kind, forms["str"]).fullmatch(value) for kind, value in zip(address.converters, values, strict=True)
    )


def _text(response) -> str:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode("utf-8", "replace")
    return response.content.decode("utf-8", "replace")


@pytest.mark.timeout(500)
@pytest.mark.parametrize("name", CRAWLERS)
def test_every_address_with_every_id(network, name):
    """The crawl itself."""
    scope = of_staff(network[name])
    assert scope is not None
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(network[name].user, backend="django.contrib.auth.backends.ModelBackend")
    stranger = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    secrets, ids, found, asked = _secrets(scope), _sample_ids(scope), [], 0
    for address in all_addresses():
        for values in _candidates(address, ids):
            if not _fits(address, values):
                continue
            url = address.with_ids(values)
            response = client.get(url)
            asked += 1
            if response.status_code >= 500:
                found.append(f"{url}: {response.status_code}")
            elif response.status_code == 200:
                shown = leaks(_text(response), secrets, url)
                if shown and stranger.get(url).status_code != 200:  # a public page is public for everybody
                    found.append(f"{url} [{address.name}]: {sorted(shown)[:3]}")
    assert asked > 200
    assert found == []


def test_the_crawl_would_notice(network):
    """A control: a page with a foreign store's name in it is a leak, the id that was asked for is not."""
    scope = of_staff(network["wang"])
    assert scope is not None and scope.role is Role.ACCOUNT_OPERATOR
    secrets = _secrets(scope)
    assert leaks(f"<p>{secrets.names[-1]}</p>", secrets, "/d/tasks/") == {secrets.names[-1]}
    foreign = next(iter(secrets.ids))
    assert UUID(foreign)
    assert leaks(foreign, secrets, "/x/") == {foreign}
    assert leaks(foreign, secrets, f"/x/{foreign}/") == set()
