"""The owner of an account lets our app act for it: to the platform and back, with a word that is good once."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from cloudstore.gateway.models import AccountToken
from cloudstore.gateway.services import register_app
from cloudstore.kit.clock import now
from cloudstore.network.models import Account
from cloudstore.users.rules import Role
from tests.people import small_brand
from tests.platform import CLIENT_KEY, CLIENT_SECRET, SimulatorProcess


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with SimulatorProcess(state=tmp_path_factory.mktemp("platform") / "douyin.sqlite3") as process:
        yield process


@pytest.fixture
def platform(simulator, settings):
    simulator.pull("reset")
    settings.DOUYIN_BASE_URL = simulator.url
    return simulator


@pytest.fixture
def here(db, platform):
    world = small_brand("xinghe")
    register_app(brand_id=world.brand.pk, platform="douyin", client_key=CLIENT_KEY, secret=CLIENT_SECRET)
    Account.objects.update(auth_state="pending", auth_expires_at=None)
    return world


def account_of(world, dealer=None):
    return Account.objects.get(dealer=dealer or world.near)


def signed_in(world, role=Role.ACCOUNT_OPERATOR):
    client = Client()
    client.force_login(world.who(role))
    return client


def leave_for_the_platform(client, account):
    answer = client.get(f"/connect/douyin/{account.pk}/")
    assert answer.status_code == 302
    return answer.url


def allow(platform, address, open_id):
    """What the owner does at the platform; returns where the platform sends the browser."""
    assert httpx.get(address).status_code == 200
    asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    answer = httpx.post(f"{platform.url}/platform/oauth/allow/", data=asked | {"account": open_id})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix("http://127.0.0.1:8000")


def said(client, address):
    answer = client.get(address, follow=True)
    assert answer.redirect_chain[-1][0] == "/d/accounts/"
    return " ".join(str(word) for word in answer.context["messages"])


def test_an_account_is_connected_in_the_browser(platform, here):
    account, client = account_of(here), signed_in(here)
    platform.accounts(account.open_id, nickname="滨江店")
    assert "Not connected yet" in client.get("/d/accounts/").content.decode()
    address = leave_for_the_platform(client, account)
    assert address.startswith(f"{platform.url}/platform/oauth/connect/")
    assert "is connected" in said(client, allow(platform, address, account.open_id))
    account.refresh_from_db()
    assert account.auth_state == "authorised"
    assert AccountToken.objects.get().account == account


def test_the_way_back_works_once(platform, here):
    account, client = account_of(here), signed_in(here)
    platform.accounts(account.open_id)
    back = allow(platform, leave_for_the_platform(client, account), account.open_id)
    assert "is connected" in said(client, back)
    assert "start again" in said(client, back)


def test_somebody_elses_way_back_is_worth_nothing(platform, here):
    account = account_of(here)
    platform.accounts(account.open_id)
    back = allow(platform, leave_for_the_platform(signed_in(here), account), account.open_id)
    assert "start again" in said(signed_in(here, Role.DEALER_MANAGER), back)
    assert not AccountToken.objects.exists()


def test_a_way_back_without_a_beginning_is_worth_nothing(here):
    for query in ("", "?code=x", "?code=x&state=", "?code=x&state=guess"):
        assert "start again" in said(signed_in(here), f"/connect/douyin/{query}")


def test_a_way_back_after_ten_minutes_is_worth_nothing(platform, here):
    account, client = account_of(here), signed_in(here)
    platform.accounts(account.open_id)
    back = allow(platform, leave_for_the_platform(client, account), account.open_id)
    session = client.session
    session["connecting"] = {state: [pk, now().timestamp() - 601] for state, (pk, _at) in session["connecting"].items()}
    session.save()
    assert "start again" in said(client, back)


def test_an_owner_who_says_no_changes_nothing(platform, here):
    account, client = account_of(here), signed_in(here)
    state = parse_qs(urlsplit(leave_for_the_platform(client, account)).query)["state"][0]
    assert "nothing has changed" in said(client, f"/connect/douyin/?state={state}&error=access_denied")


def test_another_account_at_the_platform_is_not_taken(platform, here):
    account, client = account_of(here), signed_in(here)
    platform.accounts(account.open_id, "od-somebody-else")
    back = allow(platform, leave_for_the_platform(client, account), "od-somebody-else")
    assert "Another account" in said(client, back)
    assert not AccountToken.objects.exists()


def test_a_platform_that_does_not_answer_is_said_so(platform, here):
    account, client = account_of(here), signed_in(here)
    platform.accounts(account.open_id)
    back = allow(platform, leave_for_the_platform(client, account), account.open_id)
    platform.pull("faults", path="/oauth/access_token/", kind="http", status=503, times=1)
    assert "does not answer" in said(client, back)


def test_without_an_app_nobody_is_sent_anywhere(here):
    here.brand.apps.all().delete()
    assert "no app" in said(signed_in(here), f"/connect/douyin/{account_of(here).pk}/")


@pytest.mark.parametrize(
    ("role", "near", "far"),
    [
        (Role.ACCOUNT_OPERATOR, 302, 404),
        (Role.DEALER_MANAGER, 302, 404),
        (Role.BRAND_MANAGER, 302, 302),
        (Role.ADMINISTRATOR, 302, 302),
        (Role.CONSULTANT, 404, 404),
        (Role.LEADERSHIP, 404, 404),
        (Role.REGION_MANAGER, 404, 404),
        (Role.OEM_DESK, 404, 404),
    ],
)
def test_who_may_connect_what(here, role, near, far):
    client = signed_in(here, role)
    assert client.get(f"/connect/douyin/{account_of(here).pk}/").status_code == near
    assert client.get(f"/connect/douyin/{account_of(here, here.far).pk}/").status_code == far
    assert client.get("/d/accounts/").status_code == (200 if near == 302 else 404)


def test_another_brands_account_is_nobodys(here):
    other = small_brand("other", "北辰汽车")
    foreign = Account.objects.filter(dealer=other.near).get()
    for role in (Role.ADMINISTRATOR, Role.ACCOUNT_OPERATOR):
        assert signed_in(here, role).get(f"/connect/douyin/{foreign.pk}/").status_code == 404
        assert foreign.nickname not in signed_in(here, role).get("/d/accounts/").content.decode()


def test_a_stranger_is_asked_to_sign_in(here):
    for address in (f"/connect/douyin/{account_of(here).pk}/", "/connect/douyin/", "/d/accounts/"):
        assert Client().get(address).url.startswith("/sign-in/")
