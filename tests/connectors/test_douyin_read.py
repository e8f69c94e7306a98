"""What the platform says, event by event, as our own messages."""

import json
from datetime import UTC, datetime

import pytest

from cloudstore.connectors.douyin.parsing import MalformedBody
from cloudstore.connectors.douyin.read import NOT_FOR_US, envelope, read
from cloudstore.connectors.messages import (
    AccountAuthorised,
    AccountUnauthorised,
    AdInfo,
    CommentSeen,
    ContactSignal,
    ConversationEntered,
    LeadSeen,
    MessageReceived,
    MessageSent,
    PostSeen,
    Scene,
    Signal,
    Traffic,
    Unreadable,
    WebhookProbe,
)

CARD = {
    "conversation_short_id": "@c7",
    "server_message_id": "@m9",
    "conversation_type": 1,
    "create_time": 1772340000123,
    "message_type": "retain_consult_card",
    "card_id": "k55",
    "card_status": 2,
    "card_data": [
        {"label": "姓名", "value": "王女士"},
        {"label": "手机号", "value": "13800138000"},
        {"label": "城市", "value": "苏州"},
        {"label": "意向车型", "value": "X7"},
        {"label": "何时购车", "value": "三个月内"},
    ],
    "source": "",
    "scene_type": 100,
    "user_infos": [{"open_id": "ou_9a", "nick_name": "w", "avatar": ""}],
}


def body(event, content=None, **other):
    values = {"event": event, "client_key": "ck_demo", "from_user_id": "ou_9a", "to_user_id": "od_17", "log_id": "L7"}
    values |= {"content": content} if content is not None else {}
    return json.dumps(values | other, ensure_ascii=False).encode()


def both_ways(event, content, **other):
    """The same event with its content as an object and as JSON text: they must read alike."""
    as_object = read(body(event, content, **other))
    as_text = read(body(event, json.dumps(content, ensure_ascii=False), **other))
    assert as_object == as_text
    return as_object


def test_a_filled_lead_card_is_a_lead_and_a_message():
    lead, message = both_ways("im_receive_msg", CARD)
    assert isinstance(lead, LeadSeen)
    assert (lead.kind, lead.scene, lead.platform) == ("lead_seen", Scene.IM_MESSAGE, "douyin")
    assert (lead.phone, lead.name, lead.city_text, lead.series_text) == ("13800138000", "王女士", "苏州", "X7")
    assert (lead.account_open_id, lead.user_open_id, lead.message_id) == ("od_17", "ou_9a", "@m9")
    assert lead.occurred_at == datetime(2026, 3, 1, 4, 40, 0, 123000, UTC)
    assert lead.labels[-1] == ("何时购车", "三个月内")
    assert isinstance(message, MessageReceived)
    assert message.card_filled
    assert message.user_name == "w"


def test_an_empty_card_is_only_a_message():
    (message,) = read(body("im_receive_msg", CARD | {"card_status": 1, "card_data": []}))
    assert isinstance(message, MessageReceived)
    assert not message.card_filled


def test_a_card_without_a_sender_is_still_a_lead():
    (lead,) = read(body("im_receive_msg", CARD, from_user_id="", to_user_id=None))
    assert isinstance(lead, LeadSeen)
    assert lead.phone == "13800138000"


def test_personal_data_never_shows_in_a_log_line():
    for message in read(body("im_receive_msg", CARD | {"text": "我的电话13800138000"})):
        shown = repr(message) + str(message)
        assert "13800138000" not in shown
        assert "王女士" not in shown


@pytest.mark.parametrize(
    ("label", "value", "meaning"),
    [
        ("您的手机号码*", "1", "phone"),
        ("联系电话", "1", "phone"),
        ("Phone", "1", "phone"),
        ("城市名称", "1", "city_text"),
        ("所在地区", "1", "city_text"),
        ("怎么称呼您", "1", "name"),
        ("Model name", "1", "series_text"),
    ],
)
def test_answers_are_understood_by_the_words_of_their_label(label, value, meaning):
    lead, _ = read(body("im_receive_msg", CARD | {"card_data": [{"label": label, "value": value}]}))
    assert getattr(lead, meaning) == value


def test_card_data_may_be_text_too_and_the_first_filled_answer_counts():
    data = [
        {"label": "手机号", "value": ""},
        {"label": "手机", "value": "139"},
        {"label": "电话", "value": "138"},
        "noise",
    ]
    lead, _ = read(body("im_receive_msg", CARD | {"card_data": json.dumps(data)}))
    assert lead.phone == "139"
    assert len(lead.labels) == 3


def test_a_text_message_and_the_answer_a_person_typed():
    content = {"conversation_short_id": "@c", "server_message_id": "@m", "message_type": "text", "text": "试驾多少钱"}
    (received,) = both_ways("im_receive_msg", content)
    assert isinstance(received, MessageReceived)
    assert received.text == "试驾多少钱"
    (sent,) = both_ways("im_send_msg", content | {"source": ""}, from_user_id="od_17", to_user_id="ou_9a")
    assert isinstance(sent, MessageSent)
    assert (sent.account_open_id, sent.user_open_id, sent.sent_by_client_key) == ("od_17", "ou_9a", "")
    (ours,) = read(body("im_send_msg", content | {"source": "ck_demo"}, from_user_id="od_17", to_user_id="ou_9a"))
    assert ours.sent_by_client_key == "ck_demo"


def test_a_message_without_its_ids_is_heard_all_the_same():
    (message,) = read(body("im_receive_msg", {"text": "你好"}))
    assert (message.message_id, message.text) == ("", "你好")


@pytest.mark.parametrize(
    ("ad_info", "traffic", "ad"),
    [
        (None, Traffic.NATURAL, None),
        ({}, Traffic.NATURAL, None),
        ({"adv_id": 0, "ad_id": "0"}, Traffic.NATURAL, None),
        (
            {"adv_id": 1779999999999999999, "adv_name": "星河"},
            Traffic.PAID,
            AdInfo(advertiser_id="1779999999999999999", advertiser_name="星河"),
        ),
        ('{"promotion_id": "7"}', Traffic.PAID, AdInfo(promotion_id="7")),
    ],
)
def test_opening_the_chat_tells_who_paid_for_the_visit(ad_info, traffic, ad):
    (entered,) = both_ways("im_enter_direct_msg", {"objectId": "@v1", "ad_info": ad_info})
    assert isinstance(entered, ConversationEntered)
    assert (entered.item_id, entered.traffic, entered.ad) == ("@v1", traffic, ad)


def test_a_published_video_comes_home():
    (post,) = both_ways("create_video", {"item_id": "@i", "share_id": "s1", "video_id": "v1"}, to_user_id="")
    assert post == PostSeen(
        platform="douyin",
        client_key="ck_demo",
        account_open_id="ou_9a",
        log_id="L7",
        item_id="@i",
        share_id="s1",
        video_id="v1",
    )


def test_numbers_as_ids_keep_every_digit():
    raw = body("create_video", {"share_id": "s"}).replace(b'"share_id"', b'"item_id": 7312345678901234567, "share_id"')
    (post,) = read(raw)
    assert post.item_id == "7312345678901234567"


def test_a_comment():
    content = {
        "comment_id": "@k1",
        "comment_user_id": "ou_5",
        "content": "多少钱",
        "create_time": 1772340000,
        "digg_count": "3",
        "reply_comment_total": 1,
        "reply_to_comment_id": "@k0",
        "reply_to_item_id": "@i1",
    }
    (comment,) = both_ways("item_comment_reply", content)
    assert isinstance(comment, CommentSeen)
    assert (comment.user_open_id, comment.item_id, comment.reply_to_comment_id) == ("ou_5", "@i1", "@k0")
    assert (comment.text, comment.likes, comment.replies) == ("多少钱", 3, 1)
    assert comment.occurred_at == datetime(2026, 3, 1, 4, 40, tzinfo=UTC)


def test_leave_given_and_taken_back():
    (given,) = both_ways("authorize", {"scopes": ["user_info", "im.direct_message"]}, from_user_id="od_17")
    assert isinstance(given, AccountAuthorised)
    assert (given.account_open_id, given.scopes) == ("od_17", ("user_info", "im.direct_message"))
    (taken,) = read(body("unauthorize", {"scopes": "user_info,im.direct_message"}, from_user_id="od_17"))
    assert isinstance(taken, AccountUnauthorised)
    assert taken.scopes == ("user_info", "im.direct_message")


@pytest.mark.parametrize("event", ["dial_phone", "website_contact", "personal_tab_contact"])
def test_a_contact_button_is_a_signal_on_the_homepage(event):
    (signal,) = read(body(event))
    assert isinstance(signal, ContactSignal)
    assert (signal.signal, signal.scene) == (Signal(event), Scene.HOME_PAGE)
    assert (signal.user_open_id, signal.account_open_id) == ("ou_9a", "od_17")


def test_the_probe_is_answered_with_its_own_number():
    raw = body("verify_webhook", {"challenge": 12345})
    (probe,) = read(raw)
    assert isinstance(probe, WebhookProbe)
    assert probe.challenge == 12345
    assert envelope(raw).challenge == 12345
    assert envelope(body("create_video", {})).challenge is None


@pytest.mark.parametrize("event", sorted(NOT_FOR_US))
def test_documented_events_of_no_use_are_let_go(event):
    assert read(body(event, {"anything": 1})) == []


@pytest.mark.parametrize(
    ("raw", "reason", "path"),
    [
        (body("something_new", {}), "unknown_event", "event"),
        (b"{}", "missing", "event"),
        (body("create_video", {}), "missing", "content.item_id"),
        (body("create_video", {"item_id": "x" * 129}), "id_too_long", "content.item_id"),
        (body("create_video", {"item_id": "a\u0000b"}), "id_unprintable", "content.item_id"),
        (body("create_video", "{broken"), "not_json", "content"),
        (body("create_video", [1]), "not_an_object", "content"),
        (body("im_receive_msg", {"server_message_id": "1"}, from_user_id=""), "missing", "from_user_id"),
        (body("verify_webhook", {"challenge": "soon"}), "not_a_number", "content.challenge"),
    ],
)
def test_what_is_not_understood_says_why(raw, reason, path):
    (unreadable,) = read(raw)
    assert isinstance(unreadable, Unreadable)
    assert (unreadable.reason, unreadable.field_path) == (reason, path)


@pytest.mark.parametrize(
    ("raw", "reason", "position"),
    [
        (b"", "not_json", 0),
        (b'{"event": }', "not_json", 10),
        ('{"event": "试驾", }'.encode(), "not_json", 16),
        (b'{"event": "\xff"}', "not_utf8", 11),
        (b"[]", "not_an_object", 0),
        (b'{"event": NaN}', "not_a_json_number", 0),
        (b'{"a":' * 100_000, "nested_too_deeply", 0),
        (b" " * 1_000_001, "body_too_long", 1_000_000),
    ],
)
def test_a_malformed_body_names_the_position(raw, reason, position):
    for reader in (read, envelope):
        with pytest.raises(MalformedBody) as caught:
            reader(raw)
        assert (caught.value.reason, caught.value.position) == (reason, position)


def test_text_is_made_safe_to_store():
    raw = body("im_receive_msg", {"server_message_id": "1", "text": "@@"}).replace(b"@@", b"a\\u0000b\\ud83dc")
    (message,) = read(raw)
    assert message.text == "ab\ufffdc"


@pytest.mark.parametrize("time", ["9" * 400, -5, 0, 10**17, "1e3", "soon", None, True, [1]])
def test_a_time_beyond_belief_is_no_time(time):
    (message,) = read(body("im_receive_msg", {"server_message_id": "1", "create_time": time}))
    assert message.occurred_at is None


def test_a_number_of_four_hundred_thousand_digits_costs_nothing():
    raw = body("im_receive_msg", {"server_message_id": "1", "create_time": "@@"}).replace(b'"@@"', b"9" * 400_000)
    (message,) = read(raw)
    assert message.occurred_at is None
