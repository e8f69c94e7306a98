"""Tokens: from the browser step to their natural end, against the running platform."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cloudstore.connectors.douyin.calls_conversations import text_content
from cloudstore.connectors.douyin.calls_tokens import connect_url
from cloudstore.connectors.douyin.client import DouyinClient
from cloudstore.connectors.errors import Action, ConnectorError
from cloudstore.connectors.messages import AccountAuthorised, AccountUnauthorised
from tests.platform import CLIENT_KEY, CLIENT_SECRET

DAY = 86_400
RETURN_TO = "http://127.0.0.1:8000/connect/douyin/"


def refused(call, *args, **kwargs):
    with pytest.raises(ConnectorError) as caught:
        call(*args, **kwargs)
    return caught.value


def test_the_owner_of_an_account_connects_it_in_a_browser(platform, douyin):
    platform.accounts("od_17", nickname="星河苏州店")
    address = connect_url(
        platform.url,
        client_key=CLIENT_KEY,
        scopes=("user_info", "im.direct_message"),
        optional="im.message_card,1,item.comment,0",
        redirect_uri=RETURN_TO,
        state="once-only",
    )
    page = httpx.get(address)
    assert "星河苏州店" in page.text
    assert "<script" not in page.text
    query = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    sent_back = httpx.post(f"{platform.url}/platform/oauth/allow/", data=query | {"account": "od_17"})
    assert sent_back.status_code == 302
    arrived = urlsplit(sent_back.headers["location"])
    assert sent_back.headers["location"].startswith(RETURN_TO)
    home = parse_qs(arrived.query)
    assert home["state"] == ["once-only"]
    token = douyin.access_token(home["code"][0])
    assert token.open_id == "od_17"
    assert token.scopes == ("user_info", "im.direct_message", "im.message_card")


@pytest.mark.parametrize(
    "change",
    [
        {"client_key": "nobody"},
        {"response_type": "token"},
        {"redirect_uri": "http://evil.example/"},
        {"redirect_uri": RETURN_TO + "?query=1"},
        {"scope": ""},
    ],
)
def test_a_wrong_link_sends_nobody_anywhere(platform, change):
    query = {"client_key": CLIENT_KEY, "response_type": "code", "scope": "user_info", "redirect_uri": RETURN_TO}
    assert httpx.get(f"{platform.url}/platform/oauth/connect/", params=query | change).status_code == 400
    assert httpx.post(f"{platform.url}/platform/oauth/allow/", data=query | change).status_code == 400


def test_a_code_is_good_once_and_for_ten_minutes(platform, douyin):
    first, second = platform.accounts("od_1", "od_2")
    douyin.access_token(first["code"])
    assert refused(douyin.access_token, first["code"]).action is Action.REAUTHORISE
    platform.advance(601)
    assert refused(douyin.access_token, second["code"]).code == "10007"


def test_the_product_hears_that_an_account_was_connected_and_taken_back(platform, account, door):
    (given,) = door.heard("authorize")
    (message,) = given.messages
    assert isinstance(message, AccountAuthorised)
    assert message.account_open_id == "od_17"
    platform.pull("unauthorise", open_id="od_17")
    assert platform.settle()
    (taken,) = door.heard("unauthorize")
    assert isinstance(taken.messages[0], AccountUnauthorised)


def test_access_ends_after_fifteen_days_and_a_refresh_brings_it_back(platform, douyin, account):
    def who(token):
        return douyin.userinfo(access_token=token.access_token, open_id="od_17")

    assert account.expires_in == 15 * DAY
    assert who(account).nickname == "星河苏州店"
    platform.advance(15 * DAY)
    assert refused(who, account).action is Action.REFRESH_TOKEN
    fresh = douyin.refresh_token(account.refresh_token)
    assert who(fresh).open_id == "od_17"
    assert fresh.refresh_token == account.refresh_token
    # The refresh token's own end has not moved.
    assert fresh.refresh_expires_in == pytest.approx(15 * DAY, abs=60)


def test_a_refresh_token_is_renewed_at_most_five_times(platform, douyin, account):
    token = account.refresh_token
    for _ in range(5):
        renewed = douyin.renew_refresh_token(token)
        assert refused(douyin.refresh_token, token).code == "10010"
        token = renewed.refresh_token
    assert renewed.expires_in == 30 * DAY
    last = refused(douyin.renew_refresh_token, token)
    assert (last.code, last.action) == ("10020", Action.REAUTHORISE)
    platform.advance(30 * DAY)
    assert refused(douyin.refresh_token, token).action is Action.REAUTHORISE


def test_asking_for_another_client_token_leaves_the_first_five_minutes(platform, douyin):
    first = douyin.client_token()
    assert first.expires_in == 7_200
    second = douyin.client_token()
    platform.advance(299)
    assert douyin.event_status_list(client_token=first.access_token)
    platform.advance(2)
    assert refused(douyin.event_status_list, client_token=first.access_token).code == "28001008"
    assert douyin.event_status_list(client_token=second.access_token)


def test_a_wrong_secret_is_a_matter_of_configuration(platform):
    with DouyinClient(platform.url, CLIENT_KEY, "guess") as stranger:
        assert refused(stranger.client_token).action is Action.FIX_CONFIGURATION


def test_one_account_cannot_be_used_with_the_token_of_another(platform, douyin, account):
    platform.accounts("od_18")
    fault = refused(douyin.video_list, access_token=account.access_token, open_id="od_18")
    assert (fault.code, fault.permanent) == ("28001015", True)


def test_a_scope_not_granted_is_said_to_be_missing(platform, douyin):
    (made,) = platform.accounts("od_19", scopes="user_info")
    act = {"access_token": douyin.access_token(made["code"]).access_token, "open_id": "od_19"}
    asked = platform.fire("text", open_id="od_19", user={"open_id": "ou"}, text="?")["message_id"]
    sending = {"to_user_id": "ou", "conversation_id": "@c", "message_id": asked, "contents": [text_content("!")]}
    for fault in (
        refused(douyin.save_retain_consult_card, **act, title="试驾", components=[1]),
        refused(douyin.send_message, **act, **sending),
        refused(douyin.recall_message, **act, conversation_id="@c", message_id=asked),
    ):
        assert fault.action is Action.MARK_SCOPE_MISSING


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("chunked", [True, False])
def test_forms_and_json_with_and_without_a_length_are_all_taken(platform, as_json, chunked):
    fields = {"client_key": CLIENT_KEY, "client_secret": CLIENT_SECRET, "grant_type": "client_credential"}
    request = (
        httpx.Request("POST", "http://x/", json=fields) if as_json else httpx.Request("POST", "http://x/", data=fields)
    )
    content = iter([request.content[:10], request.content[10:]]) if chunked else request.content
    headers = {"Content-Type": request.headers["content-type"]}
    answer = httpx.post(f"{platform.url}/oauth/client_token/", content=content, headers=headers).json()
    assert answer["message"] == "success"
    assert answer["data"]["access_token"].startswith("clt.")
