"""Customers write, leave a card, comment and press buttons; the account answers within its windows."""

import httpx
import pytest

from cloudstore.connectors.douyin.answers import room_figures
from cloudstore.connectors.douyin.calls_conversations import (
    SendScene,
    card_content,
    image_content,
    text_content,
    video_content,
)
from cloudstore.connectors.douyin.parsing import Digits
from cloudstore.connectors.errors import Action, ConnectorError
from cloudstore.connectors.messages import (
    CommentSeen,
    ContactSignal,
    ConversationEntered,
    LeadSeen,
    MessageReceived,
    MessageSent,
    Traffic,
)

LI = {"open_id": "ou_li", "nickname": "李"}
HOUR = 3_600


@pytest.fixture
def act(account):
    return {"access_token": account.access_token, "open_id": account.open_id}


@pytest.fixture
def post(door_after_connecting):
    return door_after_connecting


def asks(platform, text="试驾多少钱", user=LI):
    return platform.fire("text", open_id="od_17", user=user, text=text)["message_id"]


def answer(douyin, act, message_id, *contents, to="ou_li", scene=SendScene.REPLY):
    return douyin.send_message(
        **act,
        to_user_id=to,
        conversation_id="@any",
        message_id=message_id,
        contents=contents or (text_content("您好"),),
        scene=scene,
    )


def refused(*args, **kwargs):
    with pytest.raises(ConnectorError) as caught:
        answer(*args, **kwargs)
    return caught.value


def test_a_filled_lead_card_arrives_as_a_lead(platform, account, post):
    ad = {"adv_id": "1779", "adv_name": "星河", "ad_id": "9"}
    labels = [{"label": "意向车型", "value": "X7"}]
    platform.fire(
        "lead_card", open_id="od_17", user=LI, name="王", phone="13800138000", city="苏州", labels=labels, ad_info=ad
    )
    assert platform.settle()
    lead, message = post.letters[0].messages
    assert isinstance(lead, LeadSeen)
    assert isinstance(message, MessageReceived)
    assert (lead.name, lead.phone, lead.city_text, lead.series_text) == ("王", "13800138000", "苏州", "X7")
    assert (lead.user_open_id, lead.account_open_id, message.user_name) == ("ou_li", "od_17", "李")
    assert lead.traffic is Traffic.PAID
    assert lead.ad.advertiser_name == "星河"


def test_content_comes_once_as_an_object_and_once_as_text(platform, account, post):
    for word in ("一", "二"):
        asks(platform, word)
    assert platform.settle()
    assert {type(letter.content) for letter in post.letters} == {dict, str}
    assert [letter.messages[0].text for letter in post.letters] == ["一", "二"]


def test_entering_a_chat_tells_the_video_and_who_paid(platform, account, post):
    platform.fire("enter", open_id="od_17", user=LI, item_id="77", ad_info={"adv_id": "5"})
    platform.fire("enter", open_id="od_17", user=LI)
    assert platform.settle()
    paid, free = (letter.messages[0] for letter in post.letters)
    assert isinstance(paid, ConversationEntered)
    assert (paid.item_id, paid.traffic, free.traffic) == ("77", Traffic.PAID, Traffic.NATURAL)


@pytest.mark.parametrize("event", ["dial_phone", "website_contact", "personal_tab_contact"])
def test_the_three_buttons_are_signals(platform, account, post, event):
    platform.fire(event, open_id="od_17", user=LI)
    assert platform.settle()
    (signal,) = post.letters[0].messages
    assert isinstance(signal, ContactSignal)
    assert signal.signal == event


def test_what_we_send_and_what_a_person_types_both_come_back(platform, douyin, act, post):
    asked = asks(platform)
    (sent,) = answer(douyin, act, asked, text_content("我们马上联系您")).message_ids
    platform.fire("human_reply", open_id="od_17", user=LI, text="我是店员小陈")
    assert platform.settle()
    ours, theirs = (letter.messages[0] for letter in post.heard("im_send_msg"))
    assert isinstance(ours, MessageSent)
    assert (ours.message_id, ours.sent_by_client_key, ours.text) == (sent, "ck_demo", "我们马上联系您")
    assert (theirs.sent_by_client_key, theirs.user_open_id) == ("", "ou_li")
    assert [row["source"] for row in platform.get("sent")["messages"]] == ["ck_demo", ""]


def test_six_answers_to_a_message_and_no_seventh(platform, douyin, act):
    asked = asks(platform)
    for _ in range(4):
        answer(douyin, act, asked)
    two = answer(douyin, act, asked, text_content("五"), image_content("m1"))
    assert len(set(two.message_ids)) == 2
    fault = refused(douyin, act, asked)
    assert (fault.code, fault.action, fault.permanent) == ("28003070", Action.WINDOW_CLOSED, True)
    answer(douyin, act, asks(platform, "还在吗"))


def test_the_window_closes_after_a_day(platform, douyin, act):
    asked = asks(platform)
    platform.advance(24 * HOUR - 60)
    answer(douyin, act, asked)
    platform.advance(120)
    assert refused(douyin, act, asked).code == "28003080"


def test_thirty_seconds_and_three_messages_after_entering(platform, douyin, act):
    entered = {"scene": SendScene.ENTERED}
    assert refused(douyin, act, "", **entered).code == "28003080"
    platform.fire("enter", open_id="od_17", user=LI)
    for _ in range(3):
        answer(douyin, act, "", **entered)
    assert refused(douyin, act, "", **entered).code == "28003070"
    platform.fire("enter", open_id="od_17", user=LI)
    answer(douyin, act, "", **entered)
    platform.advance(31)
    assert refused(douyin, act, "", **entered).code == "28003080"


def test_three_a_day_where_leave_was_given(platform, douyin, act):
    active = {"scene": SendScene.AUTHORISED}
    assert refused(douyin, act, "", **active).code == "28003080"
    platform.fire("grant", open_id="od_17", user=LI)
    for _ in range(3):
        answer(douyin, act, "", **active)
    assert refused(douyin, act, "", **active).code == "28003070"
    platform.advance(24 * HOUR + 1)
    answer(douyin, act, "", **active)


def test_a_message_cannot_be_answered_to_somebody_else(platform, douyin, act):
    assert refused(douyin, act, asks(platform), to="ou_other").code == "28003082"
    assert refused(douyin, act, "@unknown").action is Action.WINDOW_CLOSED


def test_a_lead_card_is_made_sent_and_filled(platform, douyin, act, post):
    card_id = douyin.save_retain_consult_card(**act, title="预约试驾", components=[1, 2, 3])
    assert douyin.save_retain_consult_card(**act, title="预约到店", components=[1], card_id=card_id) == card_id
    (card,) = douyin.retain_consult_cards(**act)
    assert (card.title, card.components) == ("预约到店", (1,))
    answer(douyin, act, asks(platform), card_content(card_id))
    platform.fire("lead_card", open_id="od_17", user=LI, card_id=card_id, phone="13900139000")
    assert platform.settle()
    (sent,) = post.heard("im_send_msg")[0].messages
    assert (sent.message_type, sent.card_id, sent.card_filled) == ("retain_consult_card", card_id, False)
    lead = post.heard("im_receive_msg")[-1].messages[0]
    assert (lead.card_id, lead.phone) == (card_id, "13900139000")
    assert refused(douyin, act, asks(platform), card_content("no such card")).action is Action.FIX_REQUEST


def test_a_sent_message_is_taken_back(platform, douyin, act):
    (sent,) = answer(douyin, act, asks(platform), video_content("77")).message_ids
    douyin.recall_message(**act, conversation_id="@any", message_id=sent)
    douyin.recall_message(**act, conversation_id="@any", message_id=sent)
    assert platform.get("sent")["messages"][0]["recalled"] == 1


def test_comments_are_heard_read_and_answered(platform, douyin, act, post):
    item = platform.pull("items", open_id="od_17", title="新车", tell=False)["item_id"]
    first = platform.fire("comment", open_id="od_17", user=LI, item_id=item, text="多少钱")["comment_id"]
    for n in range(11):
        platform.fire("comment", open_id="od_17", item_id=item, text=f"{n}")
    mine = douyin.reply_to_comment(**act, item_id=item, comment_id=first, content="已私信")
    assert platform.settle()
    heard = [letter.messages[0] for letter in post.heard("item_comment_reply")]
    assert all(isinstance(comment, CommentSeen) for comment in heard)
    assert (heard[0].text, heard[0].user_open_id, heard[0].item_id) == ("多少钱", "ou_li", item)
    assert (heard[-1].comment_id, heard[-1].reply_to_comment_id, heard[-1].user_open_id) == (mine, first, "od_17")
    page = douyin.comment_list(**act, item_id=item)
    assert (page.rows[0].text, page.rows[0].replies, page.has_more) == ("多少钱", 1, True)
    rest = douyin.comment_list(**act, item_id=item, cursor=page.cursor)
    assert (len(page.rows) + len(rest.rows), rest.has_more) == (12, False)


def test_what_no_webhook_brought_is_in_the_log(platform, douyin, act, post):
    platform.pull("behaviour", drop_share=1.0)
    for n in range(5):
        asks(platform, f"第{n}句")
    platform.fire("dial_phone", open_id="od_17", user=LI)
    assert platform.settle()
    assert post.letters == []
    found, session, more = [], "", True
    while more:
        page = douyin.intention_log(**act, start=0, end=2**33, session=session, size=2)
        found, session, more = [*found, *page.rows], page.session, page.has_more
    assert [entry.event for entry in found] == ["im_receive_msg"] * 5 + ["dial_phone"]
    assert "第3句" in found[3].content
    assert "第3句" not in repr(found)
    only = douyin.intention_log(**act, start=0, end=2**33, event="dial_phone")
    assert [entry.open_id for entry in only.rows] == ["ou_li"]


def test_live_figures_are_unknown_before_they_are_ready(platform, douyin, act):
    room = platform.pull("rooms", open_id="od_17", minutes=90, viewers=1200, ready_after=6 * HOUR)
    now = int(platform.get("clock")["now"])
    (room_id,) = douyin.room_ids(**act, start=now - 7 * HOUR, end=now)
    assert room_id == room["room_id"]
    waiting = douyin.room_data("audience", **act, room_id=room_id)
    assert waiting.values == {}
    raw = httpx.get(
        f"{platform.url}/room/data/audience/get/",
        params={"open_id": act["open_id"], "room_id": room_id},
        headers={"access-token": act["access_token"]},
    ).json()
    assert raw["data"]["stats"] == []
    assert "live_watch_ucnt_td" in waiting.not_ready
    platform.advance(6 * HOUR + 60)
    tables = [douyin.room_data(family, **act, room_id=room_id) for family in ("base", "audience", "interactive")]
    base, audience, interactive = (table.values for table in tables)
    assert (base["live_duration_td"], audience["live_watch_ucnt_td"]) == (5_400, 1_200)
    assert 0 < interactive["live_comment_ucnt_td"] < 1_200
    assert not tables[0].not_ready


def test_a_zero_beside_not_ready_is_still_unknown():
    stats = [{"name": "live_watch_ucnt_td", "value": "0"}, {"name": "live_watch_cnt_td", "value_float": Digits("2.5")}]
    status = [{"name": "live_watch_ucnt_td", "is_ready": False}, {"name": "live_watch_cnt_td", "is_ready": True}]
    figures = room_figures({"stats": stats, "data_ready_status": status})
    assert figures.values == {"live_watch_cnt_td": 2.5}
    assert figures.not_ready == {"live_watch_ucnt_td"}
