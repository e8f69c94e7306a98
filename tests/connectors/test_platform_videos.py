"""A video goes up, comes home as a post, and its figures grow."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cloudstore.connectors.errors import Action, ConnectorError
from cloudstore.connectors.messages import PostSeen

HOUR = 3_600


@pytest.fixture
def act(account):
    return {"access_token": account.access_token, "open_id": account.open_id}


def publish(douyin, act, video, title="周末试驾"):
    uploaded = douyin.upload_video(video, **act)
    return douyin.create_video(**act, video_id=uploaded.video_id, title=title)


def now_of(platform):
    return datetime.fromtimestamp(platform.get("clock")["now"], UTC)


def test_upload_publish_and_hear_of_it(platform, douyin, act, video, door_after_connecting):
    uploaded = douyin.upload_video(video, **act)
    assert (uploaded.width, uploaded.height) == (180, 320)
    published = douyin.create_video(**act, video_id=uploaded.video_id, title="周末试驾 🚗", cover_seconds=1.5)
    assert int(published.item_id) > 2**53
    assert platform.settle()
    (letter,) = door_after_connecting.letters
    assert letter.path == "/hooks/douyin/ck_demo/"
    (post,) = letter.messages
    assert isinstance(post, PostSeen)
    assert (post.item_id, post.account_open_id) == (published.item_id, "od_17")
    (row,) = douyin.video_list(**act).rows
    assert (row.item_id, row.title, row.reviewed) == (published.item_id, "周末试驾 🚗", True)


def test_the_video_plays_on_the_platforms_own_page(platform, douyin, act, video):
    published = publish(douyin, act, video, title="<b>车</b>")
    page = httpx.get(platform.url, headers={"Accept-Language": "zh-CN"})
    assert "&lt;b&gt;车&lt;/b&gt;" in page.text
    assert "<script" not in page.text
    assert 'lang="zh-Hans"' in page.text
    part = httpx.get(f"{platform.url}/posts/{published.item_id}/video", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert httpx.get(f"{platform.url}/posts/0/video").status_code == 404


def test_a_large_video_goes_in_parts(platform, douyin, act, video):
    platform.pull("behaviour", part_minimum=1_000)
    steps = []
    uploaded = douyin.upload_video(
        video, **act, parts_above=1_000, part_size=4_000, progress=lambda sent, total: steps.append((sent, total))
    )
    size = video.stat().st_size
    assert len(steps) >= 2
    assert steps[-1] == (size, size)
    published = douyin.create_video(**act, video_id=uploaded.video_id, title="parts")
    whole = httpx.get(f"{platform.url}/posts/{published.item_id}/video").content
    assert whole == video.read_bytes()


def test_a_part_that_fails_is_sent_again(platform, douyin, act, video):
    platform.pull("behaviour", part_minimum=1_000)
    platform.pull("faults", path="upload_video_part", kind="http", status=502, times=2)
    assert douyin.upload_video(video, **act, parts_above=1_000, part_size=4_000).height == 320


def test_parts_below_five_megabytes_are_refused(douyin, act, video):
    with pytest.raises(ConnectorError) as caught:
        douyin.upload_video(video, **act, parts_above=1_000, part_size=4_000)
    assert (caught.value.call, caught.value.action) == ("complete_video_part_upload", Action.FIX_REQUEST)


def test_a_video_too_large_for_one_piece_is_refused(platform, douyin, act, video):
    platform.pull("behaviour", single_upload_maximum=1_000)
    with pytest.raises(ConnectorError) as caught:
        douyin.upload_video(video, **act)
    assert caught.value.code == "28001007"


def test_an_upload_in_parts_ends_after_two_hours(platform, douyin, act, video):
    address = f"{platform.url}/api/douyin/v1/video"
    headers, query = {"access-token": act["access_token"]}, {"open_id": act["open_id"]}
    begun = httpx.post(f"{address}/init_video_part_upload/", params=query, headers=headers).json()
    query |= {"upload_id": begun["data"]["upload_id"]}
    missing = httpx.post(f"{address}/complete_video_part_upload/", params=query, headers=headers).json()
    assert "missing" in missing["data"]["description"]
    platform.advance(2 * HOUR)
    late = httpx.post(f"{address}/complete_video_part_upload/", params=query, headers=headers).json()
    assert "expired" in late["data"]["description"]


@pytest.mark.parametrize("content", [b"not a video", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 12, b"\x00" * 4_096])
def test_what_is_no_video_is_refused(douyin, act, tmp_path, content):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(ConnectorError) as caught:
        douyin.upload_video(path, **act)
    assert (caught.value.code, caught.value.action) == ("28001007", Action.FIX_REQUEST)


def test_an_empty_file_is_not_even_sent(platform, douyin, act, tmp_path):
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(ConnectorError, match="video_size"):
        douyin.upload_video(tmp_path / "empty.mp4", **act)
    assert platform.get("calls", path="upload_video")["calls"] == []


def test_a_cover_of_ones_own(platform, douyin, act, video, tmp_path):
    picture = tmp_path / "cover.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 32)
    image_id = douyin.upload_image(picture, **act)
    uploaded = douyin.upload_video(video, **act)
    published = douyin.create_video(**act, video_id=uploaded.video_id, title="c", cover_image_id=image_id)
    cover = httpx.get(f"{platform.url}/posts/{published.item_id}/cover")
    assert (cover.headers["content-type"], cover.content) == ("image/png", picture.read_bytes())
    with pytest.raises(ConnectorError):
        douyin.create_video(**act, video_id=uploaded.video_id, title="c", cover_image_id="no such picture")


def test_figures_grow_with_time_and_are_the_same_twice(platform, douyin, act, video):
    item_id = publish(douyin, act, video).item_id
    seen = []
    for _ in range(4):
        (row,) = douyin.video_data(**act, item_ids=[item_id, "9" * 19])
        seen.append(row.statistics)
        platform.advance(24 * HOUR)
    plays = [figures.plays for figures in seen]
    assert plays == sorted(plays)
    assert plays[0] < 10 < plays[-1]
    assert 0 < seen[-1].likes < seen[-1].plays
    (again,) = douyin.video_data(**act, item_ids=[item_id])
    assert again.statistics.plays >= plays[-1]


def test_a_lost_answer_is_found_in_the_list_and_not_published_twice(platform, douyin, act, video):
    first_try = now_of(platform)
    uploaded = douyin.upload_video(video, **act)
    platform.pull("faults", path="create_video", kind="lost")
    with pytest.raises(ConnectorError) as caught:
        douyin.create_video(**act, video_id=uploaded.video_id, title="新车  到店")
    assert caught.value.maybe_done
    assert not caught.value.permanent
    found = douyin.find_published(**act, title="新车 到店", not_before=first_try)
    assert found is not None
    assert len(list(douyin.every_video(**act))) == 1


def test_nothing_is_found_where_nothing_was_published(platform, douyin, act, video):
    old = platform.pull("items", open_id="od_17", title="新车", created_at=now_of(platform).timestamp() - 7 * HOUR)
    other = publish(douyin, act, video, title="另一条")
    mine = publish(douyin, act, video, title="新车")
    since = now_of(platform) - timedelta(hours=1)

    def find(**changes):
        return douyin.find_published(**act | {"title": "新车", "not_before": since} | changes)

    assert find().item_id == mine.item_id
    assert find(known_item_ids=[mine.item_id]) is None
    assert find(title="没有") is None
    assert find(not_before=since - timedelta(hours=12)).item_id == old["item_id"]
    assert find(title="另一条").item_id == other.item_id


@pytest.mark.parametrize("mood", [{}, {"shift_pages": True}, {"empty_first_page": True}, {"numbers_as_text": True}])
def test_every_page_is_read_whatever_the_platform_makes_of_paging(platform, douyin, act, mood):
    made = {platform.pull("items", open_id="od_17", title=str(n), tell=False)["item_id"] for n in range(45)}
    platform.pull("behaviour", **mood)
    listed = [row.item_id for row in douyin.every_video(**act)]
    assert len(listed) == len(set(listed))
    assert set(listed) == made


def test_a_post_that_is_published_while_we_page_is_not_counted_twice(platform, douyin, act):
    platform.pull("behaviour", shift_pages=True)
    for n in range(30):
        platform.pull("items", open_id="od_17", title=str(n), tell=False)
    listed = []
    for row in douyin.every_video(**act):
        listed.append(row.item_id)
        if len(listed) == 5:
            platform.pull("items", open_id="od_17", title="meanwhile", tell=False)
    assert len(listed) == len(set(listed)) == 30


def test_a_post_from_the_phone_app_carries_the_share_id_of_our_task(platform, douyin, act, door_after_connecting):
    platform.pull("items", open_id="od_17", title="手机发布", share_id="s-77")
    assert platform.settle()
    (post,) = door_after_connecting.letters[0].messages
    assert (post.share_id, post.video_id) == ("s-77", "")


def test_review_takes_its_time_and_a_moderator_may_take_a_post_away(platform, douyin, act, video):
    platform.pull("behaviour", review_seconds=600)
    item_id = publish(douyin, act, video).item_id

    def row():
        return next(iter(douyin.video_data(**act, item_ids=[item_id])), None)

    assert (row().reviewed, row().status) == (False, 4)
    platform.advance(601)
    assert (row().reviewed, row().status) == (True, 1)
    platform.pull("moderate", item_id=item_id, deleted=True)
    assert row() is None


def test_half_an_answer_is_taken_for_what_it_is(platform, douyin, act):
    made = [platform.pull("items", open_id="od_17", title=str(n), tell=False)["item_id"] for n in range(4)]
    platform.pull("behaviour", partial_lists=True)
    assert {row.item_id for row in douyin.video_data(**act, item_ids=made)} < set(made)
    with pytest.raises(ConnectorError, match="too_many_items"):
        douyin.video_data(**act, item_ids=["1"] * 51)
