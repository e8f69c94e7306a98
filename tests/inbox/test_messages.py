"""A customer writes to the store's account; the operator answers on the phone; the platform delivers it, once."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from cloudstore.gateway.models import Delivery
from cloudstore.inbox.models import Conversation, Message
from cloudstore.inbox.services import text_of
from cloudstore.kit.clock import now
from tests.world import signed_in


@pytest.fixture
def wang(world):
    return signed_in(world.xinghe.people["wang"])


@pytest.fixture
def asked(platform):
    """Mei asks about the car."""
    platform.says("text", text="X7 有现车吗？我的电话 13800138000")
    return Conversation.objects.get()


def page_of(client, conversation):
    return BeautifulSoup(client.get(f"/d/messages/{conversation.pk}/").content, "html.parser")


def answer(client, conversation, words, key=None):
    key = key or page_of(client, conversation).find("input", attrs={"name": "key"})["value"]
    return client.post(f"/d/messages/{conversation.pk}/", {"text": words, "key": key})


def test_a_message_makes_somebody_wait_and_its_words_are_sealed(asked, wang):
    assert asked.waiting_since is not None
    (message,) = Message.objects.all()
    assert b"13800138000" not in bytes(message.text)
    assert "有现车吗" in text_of(message)
    page = wang.get("/d/messages/").content.decode()
    assert "小梅" in page
    assert "有现车吗" in page_of(wang, asked).get_text()


def test_the_same_message_told_twice_is_one(asked, platform):
    platform.bring(again=True)
    assert Message.objects.count() == 1


def test_an_answer_is_sent_through_the_platform_and_ends_the_waiting(asked, platform, wang):
    assert answer(wang, asked, "有的，今天可以试驾。").status_code == 302
    assert Message.objects.get(inbound=False).state == "sending"
    assert "Sending" in page_of(wang, asked).get_text()
    platform.send_what_waits()
    (told,) = platform.sent()
    assert "今天可以试驾" in told["content"]
    sent = Message.objects.get(inbound=False)
    assert (sent.state, sent.platform_id) == ("sent", told["message_id"])
    asked.refresh_from_db()
    assert asked.waiting_since is None


def test_the_echo_of_our_answer_does_not_double_it(asked, platform, wang):
    answer(wang, asked, "有的，今天可以试驾。")
    platform.send_what_waits()
    platform.bring()
    platform.bring(again=True)
    assert Message.objects.filter(inbound=False).count() == 1


def test_an_echo_that_comes_before_the_answer_of_the_call_is_the_same_message(asked, platform, wang):
    answer(wang, asked, "有的，今天可以试驾。")
    ours = Message.objects.get(inbound=False)
    platform.send_what_waits()
    Message.objects.filter(pk=ours.pk).update(platform_id=ours.platform_id, state="sending")  # as if never booked
    platform.bring()
    assert Message.objects.filter(inbound=False).count() == 2
    Delivery.objects.update(state="ready", due_at=now())
    platform.send_what_waits()
    (kept,) = Message.objects.filter(inbound=False)
    assert (kept.pk, kept.state) == (ours.pk, "sent")
    assert len(platform.sent()) == 1


def test_two_presses_are_one_answer(asked, platform, wang):
    for _ in range(2):
        assert answer(wang, asked, "有的。", key="press-1").status_code == 302
    platform.send_what_waits()
    assert len(platform.sent()) == 1


def test_a_reply_typed_in_the_platforms_own_app_is_seen_here(asked, platform, wang):
    platform.says("human_reply", text="您好，有现车")
    asked.refresh_from_db()
    assert asked.waiting_since is None
    assert "您好，有现车" in page_of(wang, asked).get_text()


def test_after_a_day_the_window_is_closed_and_the_page_says_so_beforehand(asked, wang):
    Message.objects.update(sent_at=now() - timedelta(hours=25))
    page = page_of(wang, asked)
    assert "within 24 hours" in page.get_text()
    assert page.find("textarea") is None
    late = answer(wang, asked, "还在吗？", key="late")
    assert late.status_code == 200
    assert "还在吗？" in late.content.decode()
    assert not Delivery.objects.exists()


def test_six_answers_to_one_message_are_the_most(asked, wang):
    for number in range(6):
        assert answer(wang, asked, f"第{number}条", key=f"k{number}").status_code == 302
    assert "six answers" in answer(wang, asked, "第七条", key="k7").content.decode()
    assert Delivery.objects.count() == 6


@pytest.mark.parametrize(("words", "said"), [("   ", "Write something"), ("长" * 501, "at most 500")])
def test_words_that_cannot_be_sent_are_said_and_kept(asked, wang, words, said):
    page = answer(wang, asked, words, key="k")
    assert said in page.content.decode()
    assert words.strip() in page.content.decode()
    assert not Delivery.objects.exists()


def test_what_the_platform_refuses_for_good_is_shown_as_not_sent_and_the_customer_waits_on(asked, platform, wang):
    answer(wang, asked, "有的。")
    platform.simulator.advance(25 * 3600)
    platform.send_what_waits()
    assert Message.objects.get(inbound=False).state == "failed"
    assert "Not sent" in page_of(wang, asked).get_text()
    asked.refresh_from_db()
    assert asked.waiting_since is not None


def test_what_was_given_up_is_shown_as_not_sent(asked, wang):
    answer(wang, asked, "有的。")
    Delivery.objects.update(state="dead")
    assert "Not sent" in page_of(wang, asked).get_text()


def test_a_chat_that_was_only_opened_makes_nobody_wait(platform, wang):
    platform.says("enter")
    (conversation,) = Conversation.objects.all()
    assert conversation.waiting_since is None
    assert "has not written" in page_of(wang, conversation).get_text()


def test_the_longest_waiting_comes_first(asked, platform, wang):
    platform.simulator.fire(
        "text", open_id=platform.account.open_id, user={"open_id": "ou_li", "nickname": "老李"}, text="在吗"
    )
    platform.bring()
    Conversation.objects.filter(peer_name="老李").update(waiting_since=now() - timedelta(hours=3))
    page = wang.get("/d/messages/").content.decode()
    assert page.index("老李") < page.index("小梅")


@pytest.mark.parametrize("name", ["sun", "qian", "bei_chen", "lin"])
def test_nobody_else_reads_or_answers_it(asked, world, name):
    other = signed_in(world.people()[name])
    assert other.get(f"/d/messages/{asked.pk}/").status_code == 404
    assert other.post(f"/d/messages/{asked.pk}/", {"text": "x"}).status_code == 404
    assert not Delivery.objects.exists()
