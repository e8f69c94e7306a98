"""Leave to act for an account: given in the browser, kept sealed, renewed in time, by one worker at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from cloudstore.connectors.errors import Action, ConnectorError
from cloudstore.gateway import jobs, tokens
from cloudstore.gateway.models import AccountToken
from cloudstore.gateway.services import handle_batch, receive, register_app
from cloudstore.kit.clock import now as clock_now
from cloudstore.queue.models import Job
from cloudstore.queue.performing import perform as perform_job
from tests.gateway.cast import one_dealer
from tests.gateway.knocking import word
from tests.platform import CLIENT_KEY, CLIENT_SECRET, SimulatorProcess

DAY = 86_400


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with SimulatorProcess(state=tmp_path_factory.mktemp("platform") / "douyin.sqlite3") as process:
        yield process


@pytest.fixture
def platform(simulator, settings):
    simulator.pull("reset")
    settings.DOUYIN_BASE_URL = simulator.url
    return simulator


def connected_account(platform, world):
    """The real step: the platform gives a code, we exchange it."""
    register_app(brand_id=world.brand.pk, platform="douyin", client_key=CLIENT_KEY, secret=CLIENT_SECRET)
    (made,) = platform.accounts(world.account.open_id)
    tokens.authorise(account=world.account, code=made["code"], now=clock_now())
    world.account.refresh_from_db()
    return world.account


@pytest.fixture
def account(platform, db):
    return connected_account(platform, one_dealer("xinghe"))


@pytest.fixture
def later(platform):
    """Let time go by, here and at the platform."""

    def go(seconds):
        platform.advance(seconds)
        go.by += timedelta(seconds=seconds)
        return clock_now() + go.by

    go.by = timedelta()
    return go


def calls(platform, path):
    return [call for call in platform.get("calls")["calls"] if path in call["path"]]


def refused(account, at):
    with pytest.raises(ConnectorError) as caught:
        tokens.client_for(account, now=at)
    return caught.value


def test_an_account_is_connected_and_can_be_spoken_for(account):
    assert account.auth_state == "authorised"
    assert timedelta(days=29) < account.auth_expires_at - clock_now() <= timedelta(days=30)
    client = tokens.client_for(account)
    assert client.open_id == account.open_id
    assert client.douyin.userinfo(access_token=client.access_token, open_id=client.open_id).open_id == account.open_id


def test_a_token_can_be_read_nowhere(account):
    client = tokens.client_for(account)
    row = AccountToken.objects.get()
    assert client.access_token.encode() not in bytes(row.access)
    assert client.access_token not in repr(client) + str(row)


def test_an_account_that_was_never_connected_says_so(platform, db):
    fault = refused(one_dealer("xinghe").account, clock_now())
    assert (fault.code, fault.action) == ("not_authorised", Action.REAUTHORISE)


def test_another_account_than_the_one_asked_for_is_not_taken(platform, db):
    world = one_dealer("xinghe")
    register_app(brand_id=world.brand.pk, platform="douyin", client_key=CLIENT_KEY, secret=CLIENT_SECRET)
    (made,) = platform.accounts("od-somebody-else")
    with pytest.raises(tokens.WrongAccount):
        tokens.authorise(account=world.account, code=made["code"], now=clock_now())
    assert not AccountToken.objects.exists()


def test_a_used_code_is_refused(platform, account):
    (made,) = platform.accounts("od-two")
    account.open_id = "od-two"
    tokens.authorise(account=account, code=made["code"], now=clock_now())
    with pytest.raises(ConnectorError) as caught:
        tokens.authorise(account=account, code=made["code"], now=clock_now())
    assert caught.value.action is Action.REAUTHORISE


def test_a_fresh_token_is_used_as_it_is_and_a_worn_one_renewed(platform, account, later):
    first = tokens.client_for(account).access_token
    assert tokens.client_for(account, now=later(11 * DAY)).access_token == first
    assert calls(platform, "/oauth/refresh_token/") == []
    second = tokens.client_for(account, now=later(2 * DAY)).access_token
    assert second != first
    assert tokens.client_for(account, now=later(60)).access_token == second
    assert len(calls(platform, "/oauth/refresh_token/")) == 1


def test_a_token_the_platform_refuses_early_is_renewed_at_the_next_call(platform, account, later):
    first = tokens.client_for(account).access_token
    tokens.spoil(account.pk)
    assert tokens.client_for(account, now=later(1)).access_token != first


def test_while_the_platform_is_busy_the_old_token_serves_until_its_end(platform, account, later):
    first = tokens.client_for(account).access_token
    platform.pull("faults", path="/oauth/refresh_token/", kind="http", status=503, times=2)
    assert tokens.client_for(account, now=later(13 * DAY)).access_token == first
    assert refused(account, later(3 * DAY)).action is Action.RETRY
    assert tokens.client_for(account, now=later(60)).access_token != first


def test_when_only_the_owner_can_help_the_account_says_so(platform, account, later):
    fault = refused(account, later(40 * DAY))
    assert fault.action is Action.REAUTHORISE
    account.refresh_from_db()
    assert account.auth_state == "expired"


def test_every_hour_the_worn_ones_are_renewed_by_jobs(platform, account, later):
    jobs.refresh_tokens()
    assert not Job.objects.filter(name="gateway.refresh_token").exists()
    AccountToken.objects.update(access_issued_at=clock_now() - timedelta(days=100))
    first = bytes(AccountToken.objects.get().access)
    jobs.refresh_tokens()
    jobs.refresh_tokens()
    job = Job.objects.get(name="gateway.refresh_token")
    assert job.kwargs == {"account_id": account.pk}
    assert perform_job(job.pk)
    assert bytes(AccountToken.objects.get().access) != first


def test_the_refresh_token_itself_is_renewed_a_week_before_its_end_five_times(platform, account, later):
    """Thirty days and five times thirty more, then the owner has to come again."""
    renewals = []
    for _ in range(60):
        at = later(3 * DAY)
        try:
            tokens.renew(account_id=account.pk, now=at)
        except ConnectorError as fault:
            assert fault.action is Action.REAUTHORISE
            break
        renewals.append(AccountToken.objects.get().renewals)
    assert max(renewals) == 5
    assert 140 <= len(renewals) * 3 <= 180
    account.refresh_from_db()
    assert account.auth_state == "expired"


def test_an_account_whose_time_is_over_is_marked_without_asking_anyone(platform, account, later):
    at = later(31 * DAY)
    assert tokens.ask_for_renewals(now=at) == 0
    account.refresh_from_db()
    assert account.auth_state == "expired"


def hear(account, event, **more):
    receive(
        source="douyin",
        client_key=CLIENT_KEY,
        brand_id=account.brand_id,
        dedupe_key=f"{event}-{clock_now().timestamp()}",
        body=word(event, {"scopes": ["user_info"]}, from_user_id=account.open_id, **more),
        now=clock_now(),
    )
    handle_batch(now=clock_now())
    account.refresh_from_db()
    return account.auth_state


def test_the_owner_takes_the_leave_back_and_gives_it_again(platform, account):
    assert hear(account, "unauthorize") == "revoked"
    assert not AccountToken.objects.exists()
    assert refused(account, clock_now()).action is Action.REAUTHORISE
    assert hear(account, "authorize") == "revoked", "a word alone brings no token"
    (made,) = platform.accounts(account.open_id)
    tokens.authorise(account=account, code=made["code"], now=clock_now())
    account.refresh_from_db()
    assert account.auth_state == "authorised"
    assert hear(account, "authorize") == "authorised"


def test_an_old_farewell_that_arrives_late_does_not_end_a_new_leave(platform, account):
    event = receive(
        source="douyin",
        client_key=CLIENT_KEY,
        brand_id=account.brand_id,
        dedupe_key="late",
        body=word("unauthorize", {}, from_user_id=account.open_id),
        now=clock_now() - timedelta(hours=1),
    )
    handle_batch(now=clock_now())
    event.refresh_from_db()
    account.refresh_from_db()
    assert (event.reason, account.auth_state) == ("authorised_again_since", "authorised")


def test_a_stranger_among_accounts_changes_nobody(platform, account):
    account.open_id = "od-unknown"
    event = receive(
        source="douyin",
        client_key=CLIENT_KEY,
        brand_id=account.brand_id,
        dedupe_key="x",
        body=word("unauthorize", {}, from_user_id="od-unknown"),
        now=clock_now(),
    )
    handle_batch(now=clock_now())
    event.refresh_from_db()
    assert event.reason == "unknown_account"
    assert AccountToken.objects.exists()


def test_many_workers_renew_a_worn_token_once(platform, world):
    account = connected_account(platform, world)
    AccountToken.objects.update(access_issued_at=clock_now() - timedelta(days=100))
    platform.pull("faults", path="/oauth/refresh_token/", kind="slow", seconds=0.5, times=1)
    together = threading.Barrier(6)

    def ask(_number):
        try:
            together.wait()
            return tokens.client_for(account).access_token
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(ask, range(6)))
    assert len(calls(platform, "/oauth/refresh_token/")) == 1
    assert len(set(found)) <= 2, "the old one serves while one renews"
