"""Whatever the platform answers, the caller gets a value or one kind of error that says what to do."""

import logging
import time

import httpx
import pytest

from cloudstore.connectors.douyin.client import DouyinClient
from cloudstore.connectors.errors import Action, ConnectorError
from tests.platform import CLIENT_KEY, CLIENT_SECRET

HASTY = httpx.Timeout(connect=1.0, read=0.3, write=1.0, pool=1.0)


@pytest.fixture
def act(account):
    return {"access_token": account.access_token, "open_id": account.open_id}


def fault_of(call, *args, **kwargs):
    with pytest.raises(ConnectorError) as caught:
        call(*args, **kwargs)
    return caught.value


@pytest.mark.parametrize(
    ("code", "action", "permanent"),
    [
        (28001005, Action.RETRY, False),
        (2100004, Action.RETRY, False),
        (28003018, Action.SLOW_DOWN, False),
        (28001052, Action.SLOW_DOWN, False),
        (28003017, Action.NEXT_DAY, False),
        (2190001, Action.NEXT_DAY, False),
        (28001008, Action.REFRESH_TOKEN, False),
        (28001007, Action.FIX_REQUEST, True),
        (28001012, Action.MARK_SCOPE_MISSING, True),
        (28001018, Action.FIX_CONFIGURATION, True),
        (28001016, Action.STOP_CONNECTOR, True),
        (28001047, Action.MARK_ACCOUNT, True),
        (99999999, Action.FIX_REQUEST, True),
    ],
)
def test_success_by_http_is_not_success(platform, douyin, act, code, action, permanent):
    platform.pull("faults", path="video_list", kind="code", code=code)
    fault = fault_of(douyin.video_list, **act)
    assert (fault.code, fault.action, fault.permanent) == (str(code), action, permanent)
    assert fault.call == "video_list"
    assert douyin.video_list(**act).rows == ()


def test_the_other_answer_shell_is_judged_alike(platform, douyin, act):
    for call in (
        lambda: douyin.room_ids(**act, start=0, end=1),
        lambda: douyin.intention_log(**act, start=0, end=1),
        douyin.client_token,
    ):
        platform.pull("faults", kind="code", code=28003018)
        assert fault_of(call).action is Action.SLOW_DOWN
        call()


def test_a_used_up_quota_waits_for_midnight_in_beijing(platform):
    noon_in_beijing = 1_772_337_600.0
    with DouyinClient(platform.url, CLIENT_KEY, CLIENT_SECRET, clock=lambda: noon_in_beijing) as client:
        platform.pull("faults", kind="code", code=28003017)
        assert fault_of(client.client_token).retry_after == 12 * 3600


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (500, Action.RETRY),
        (502, Action.RETRY),
        (429, Action.SLOW_DOWN),
        (401, Action.REFRESH_TOKEN),
        (403, Action.FIX_CONFIGURATION),
        (404, Action.FIX_CONFIGURATION),
        (418, Action.FIX_REQUEST),
    ],
)
def test_a_status_other_than_200_is_an_error_whatever_stands_inside(platform, douyin, act, status, action):
    platform.pull("faults", path="video_list", kind="http", status=status)
    fault = fault_of(douyin.video_list, **act)
    assert (fault.code, fault.action) == (f"http_{status}", action)


def test_a_known_code_inside_an_error_status_says_more_than_the_status(platform, douyin, act):
    platform.pull("faults", kind="http", status=403, code=28001012)
    assert fault_of(douyin.video_list, **act).action is Action.MARK_SCOPE_MISSING
    platform.pull("faults", kind="http", status=500, code=123)
    assert fault_of(douyin.video_list, **act).code == "http_500"


def test_a_wait_named_by_the_platform_is_honoured_within_reason(platform, douyin):
    platform.pull("faults", kind="http", status=429, seconds=17)
    assert fault_of(douyin.client_token).retry_after == 17
    platform.pull("faults", kind="http", status=503, seconds=10_000_000)
    assert fault_of(douyin.client_token).retry_after == 3_600


def test_a_redirect_is_not_followed(platform, douyin):
    platform.pull("faults", kind="redirect")
    fault = fault_of(douyin.client_token)
    assert (fault.code, fault.action) == ("http_302", Action.FIX_CONFIGURATION)


def test_a_slow_platform_is_left_alone_and_may_have_acted(platform, act):
    with DouyinClient(platform.url, CLIENT_KEY, CLIENT_SECRET, timeout=HASTY) as client:
        platform.pull("faults", kind="slow", seconds=1.0, times=2)
        reading = fault_of(client.video_list, **act)
        changing = fault_of(client.create_video, **act, video_id="1", title="t")
    assert (reading.code, reading.permanent, reading.maybe_done) == ("timeout", False, False)
    assert (changing.code, changing.maybe_done) == ("timeout", True)


def test_an_answer_that_trickles_in_is_cut_off(platform):
    with DouyinClient(platform.url, CLIENT_KEY, CLIENT_SECRET, body_deadline=0.3) as client:
        platform.pull("faults", kind="drip", seconds=0.05)
        began = time.monotonic()
        assert fault_of(client.client_token).code == "timeout"
        assert time.monotonic() - began < 2


def test_an_endless_answer_is_cut_off(platform, douyin):
    platform.pull("faults", kind="huge")
    assert fault_of(douyin.client_token).code == "answer_too_long"


def test_an_answer_that_is_no_json_is_no_success(platform, douyin, act, video):
    uploaded = douyin.upload_video(video, **act)
    platform.pull("faults", kind="garbage", path="create_video")
    fault = fault_of(douyin.create_video, **act, video_id=uploaded.video_id, title="t")
    assert (fault.code, fault.maybe_done) == ("unreadable_answer", True)


def test_nobody_at_the_other_end():
    with DouyinClient("http://127.0.0.1:9", CLIENT_KEY, CLIENT_SECRET) as client:
        fault = fault_of(client.client_token)
    assert (fault.code, fault.action, fault.maybe_done) == ("unreachable", Action.RETRY, False)


def test_an_expired_token_asks_for_a_refresh_and_then_works(platform, douyin, act, account):
    platform.pull("expire", open_id="od_17")
    assert fault_of(douyin.video_list, **act).action is Action.REFRESH_TOKEN
    fresh = douyin.refresh_token(account.refresh_token)
    assert douyin.video_list(access_token=fresh.access_token, open_id="od_17").rows == ()


def test_numbers_as_text_are_read_alike(platform, douyin):
    platform.pull("behaviour", numbers_as_text=True)
    (made,) = platform.accounts("od_20")
    assert douyin.access_token(made["code"]).expires_in == 1_296_000


@pytest.mark.parametrize(
    "address", ["http://open.douyin.com", "ftp://open.douyin.com", "open.douyin.com", "", "https://"]
)
def test_only_https_leaves_this_machine(address):
    with pytest.raises(ValueError, match="https"):
        DouyinClient(address, CLIENT_KEY, CLIENT_SECRET)


@pytest.mark.parametrize(
    "address", ["https://open.douyin.com", "http://localhost:1", "http://127.8.9.1", "http://[::1]:80"]
)
def test_the_platform_and_this_machine_are_fine(address):
    DouyinClient(address, CLIENT_KEY, CLIENT_SECRET).close()


def test_secrets_and_contents_are_never_logged_or_shown(platform, douyin, account, act, caplog):
    caplog.set_level(logging.DEBUG)
    secret_words = "客户电话13800138000"
    asked = platform.fire("text", open_id="od_17", user={"open_id": "ou"}, text="?")["message_id"]
    platform.pull("faults", path="/im/send/msg/", kind="code", code=28001005)
    fault = fault_of(
        douyin.send_message,
        **act,
        to_user_id="ou",
        conversation_id="@c",
        message_id=asked,
        contents=[{"msg_type": 1, "text": {"text": secret_words}}],
    )
    douyin.refresh_token(account.refresh_token)
    shown = " ".join([caplog.text, repr(fault), str(fault), repr(account), repr(douyin), repr(douyin.client_token())])
    for hidden in (account.access_token, account.refresh_token, CLIENT_SECRET, secret_words, "act.", "rft.", "clt."):
        assert hidden not in shown
