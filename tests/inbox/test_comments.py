"""Comments below the store's videos are heard once and read by the store alone."""

import pytest

from cloudstore.inbox.models import Comment
from tests.world import signed_in


@pytest.fixture
def commented(platform):
    item = platform.simulator.pull("items", open_id=platform.account.open_id, title="X7 到店")
    platform.says("comment", item_id=item["item_id"], text="这台车 <b>多少钱</b>？")
    return item["item_id"]


def test_a_comment_is_kept_with_its_video(commented, platform):
    (comment,) = Comment.objects.all()
    assert (comment.item_id, comment.dealer) == (commented, platform.account.dealer)


def test_told_twice_it_is_one(commented, platform):
    platform.bring(again=True)
    assert Comment.objects.count() == 1


def test_the_store_reads_it_as_words(commented, world):
    page = signed_in(world.xinghe.people["wang"]).get("/d/messages/?show=comments").content.decode()
    assert "&lt;b&gt;多少钱&lt;/b&gt;" in page


def test_other_stores_do_not(commented, world):
    page = signed_in(world.xinghe.people["sun"]).get("/d/messages/?show=comments").content.decode()
    assert "多少钱" not in page
    assert "No comments yet" in page
