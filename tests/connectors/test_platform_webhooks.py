"""Webhooks as they really come: signed, repeated, late, out of order, lost, and tried three times."""

import pytest

from tests.platform import CLIENT_SECRET

LI = {"open_id": "ou_li"}


@pytest.fixture
def post(account, door):
    door.reset()
    return door


def say(platform, *words):
    for word in words:
        platform.fire("text", open_id="od_17", user=LI, text=word)


def texts(post):
    return [letter.messages[0].text for letter in post.letters]


def states(platform):
    return [row["state"] for row in platform.deliveries(event="im_receive_msg")]


def test_every_delivery_is_signed_and_named(platform, post):
    say(platform, "一", "二")
    assert platform.settle()
    assert all(letter.signed_with(CLIENT_SECRET) for letter in post.letters)
    assert not post.letters[0].signed_with("another")
    assert len({letter.msg_id for letter in post.letters}) == 2


def test_the_door_is_probed(platform, post):
    assert platform.pull("verify", challenge=424242) == {"ok": True, "status": 200}
    assert post.letters[0].messages[0].challenge == 424242
    post.answers = [500]
    assert platform.pull("verify")["ok"] is False


def test_a_refused_delivery_is_tried_three_times_with_the_same_name_and_bytes(platform, post):
    post.answers = [503]
    say(platform, "一")
    assert platform.settle()
    platform.advance(5)
    assert platform.settle()
    platform.advance(30)
    assert platform.settle(everything=True)
    assert len(post.letters) == 3
    assert len({(letter.msg_id, letter.raw) for letter in post.letters}) == 1
    assert states(platform) == ["failed"]
    (row,) = platform.deliveries(event="im_receive_msg")
    assert [attempt["status"] for attempt in row["tries"]] == [503, 503, 503]


def test_a_second_try_that_is_taken_ends_it(platform, post):
    platform.pull("behaviour", retry_waits=[0, 0])
    post.answers = [500, 200]
    say(platform, "一")
    assert platform.settle(everything=True)
    assert len(post.letters) == 2
    assert states(platform) == ["delivered"]


def test_a_door_that_does_not_answer_in_time_is_cut_and_in_the_end_unsubscribed(platform, post, douyin):
    platform.pull("behaviour", webhook_time_out=0.1, retry_waits=[0, 0], cancel_after=3)
    post.rest = 0.5
    say(platform, "一")
    assert platform.settle(everything=True)
    assert states(platform) == ["failed"]
    token = douyin.client_token().access_token
    assert douyin.event_status_list(client_token=token)["im_receive_msg"] is False
    say(platform, "二")
    assert states(platform) == ["failed", "unsubscribed"]
    post.reset()
    douyin.event_status_update({"im_receive_msg": True}, client_token=token)
    say(platform, "三")
    assert platform.settle()
    assert texts(post) == ["三"]


def test_a_repeat_has_the_same_name_and_bytes(platform, post):
    platform.pull("behaviour", repeat=2)
    say(platform, "一")
    assert platform.settle()
    assert len(post.letters) == 3
    assert len({(letter.msg_id, letter.raw) for letter in post.letters}) == 1


def test_out_of_order(platform, post):
    platform.pull("behaviour", reorder=3)
    say(platform, "一", "二", "三", "四")
    assert platform.settle()
    assert texts(post) == ["三", "二", "一"]
    platform.pull("release")
    assert platform.settle()
    assert texts(post)[-1] == "四"


def test_late(platform, post):
    platform.pull("behaviour", delay=60)
    say(platform, "一")
    assert platform.settle()
    assert post.letters == []
    platform.advance(61)
    assert platform.settle()
    assert texts(post) == ["一"]


def test_lost(platform, post):
    platform.pull("behaviour", drop_share=0.5)
    say(platform, *map(str, range(20)))
    assert platform.settle()
    assert 0 < len(post.letters) < 20
    assert states(platform).count("dropped") == 20 - len(post.letters)


@pytest.mark.parametrize(("content_as", "kind"), [("object", dict), ("text", str)])
def test_content_can_be_fixed_to_one_form(platform, post, content_as, kind):
    platform.pull("behaviour", content_as=content_as)
    say(platform, "一", "二")
    assert platform.settle()
    assert {type(letter.content) for letter in post.letters} == {kind}


def test_wrong_signatures_on_order(platform, post):
    platform.pull("behaviour", wrong_signatures=1)
    say(platform, "一", "二")
    assert platform.settle()
    assert [letter.signed_with(CLIENT_SECRET) for letter in post.letters] == [False, True]


def test_without_a_name_the_bytes_are_all_there_is(platform, post):
    platform.pull("behaviour", without_msg_id=True)
    say(platform, "一")
    assert platform.settle()
    assert post.letters[0].msg_id is None


def test_a_rotated_secret_signs_from_then_on(platform, post):
    platform.pull("apps", client_key="ck_demo", client_secret="new_secret")
    say(platform, "一")
    assert platform.settle()
    assert post.letters[0].signed_with("new_secret")


def test_another_app_has_its_own_door(platform, post):
    platform.pull("apps", client_key="ck_two", client_secret="two", target=post.url)
    platform.pull("accounts", client_key="ck_two", open_ids=["od_two"])
    platform.fire("text", open_id="od_two", text="hello")
    assert platform.settle()
    (letter,) = post.letters
    assert letter.path == "/hooks/douyin/ck_two/"
    assert letter.signed_with("two")


def test_the_sandbox_sends_a_sample_of_every_event(platform, post, douyin):
    token = douyin.client_token().access_token
    events = [event for event in douyin.event_status_list(client_token=token) if not event.startswith("new_")]
    for event in events:
        answer = platform._http.post(
            f"{platform.url}/sandbox/webhook/event/send/", json={"event_type": event}, headers={"access-token": token}
        )
        assert answer.json()["data"]["error_code"] == 0
    assert platform.settle()
    assert [letter.event for letter in post.letters] == events
    assert all(letter.messages[0].kind != "unreadable" for letter in post.letters)


def test_follows_and_likes_come_too_and_are_let_go(platform, post):
    platform.fire("follow", open_id="od_17", user=LI)
    platform.fire("like", open_id="od_17", user=LI, item_id="1")
    assert platform.settle()
    assert [letter.event for letter in post.letters] == ["new_follow_action", "new_video_digg"]
    assert [letter.messages for letter in post.letters] == [[], []]
