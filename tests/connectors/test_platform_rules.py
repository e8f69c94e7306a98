"""The simulator's own rules, as tables."""

import struct

import pytest

from cloudstore.connectors.douyin.calls_videos import part_lengths
from cloudstore.connectors.douyin.codes import ACTIONS, action_for, wait_for
from cloudstore.connectors.douyin.slices import FileSlice
from cloudstore.connectors.errors import Action
from cloudstore.connectors.simulator.behaviour import Behaviour
from cloudstore.connectors.simulator.figures import RoomShape, grown, post_statistics, room_table
from cloudstore.connectors.simulator.mp4 import NotAVideo, shape_of
from cloudstore.connectors.simulator.windows import refusal

HOUR = 3_600.0


@pytest.mark.parametrize(
    ("scene", "opened_at", "sent", "adding", "code"),
    [
        ("im_reply_msg", 0.0, 0, 1, 0),
        ("im_reply_msg", 0.0, 5, 1, 0),
        ("im_reply_msg", 0.0, 5, 2, 28003070),
        ("im_reply_msg", -23 * HOUR, 0, 1, 0),
        ("im_reply_msg", -25 * HOUR, 0, 1, 28003080),
        ("im_reply_msg", None, 0, 1, 28003080),
        ("im_enter_direct_msg", -30.0, 2, 1, 0),
        ("im_enter_direct_msg", -30.1, 0, 1, 28003080),
        ("im_enter_direct_msg", -1.0, 3, 1, 28003070),
        ("im_authorize_message", -900 * HOUR, 2, 1, 0),
        ("im_authorize_message", 0.0, 3, 1, 28003070),
    ],
)
def test_windows(scene, opened_at, sent, adding, code):
    assert refusal(scene, now=0.0, opened_at=opened_at, sent=sent, adding=adding) == code


def test_a_post_never_shrinks_and_differs_from_its_neighbour():
    ages = [hours * HOUR for hours in range(0, 24 * 60, 7)]
    seen = [post_statistics("7300", age, 1.0) for age in ages]
    for name in seen[0]:
        counts = [figures[name] for figures in seen]
        assert counts == sorted(counts)
        assert counts[0] == 0
    assert post_statistics("7301", ages[-1], 1.0) != seen[-1]
    assert post_statistics("7300", ages[-1], 2.0)["play_count"] >= 2 * seen[-1]["play_count"] - 1


def test_growth_levels_off():
    assert grown(-5) == grown(0) == 0
    assert grown(30 * HOUR) > 0.4
    assert grown(24 * 30 * HOUR) < 1


def test_posts_lie_in_a_plausible_range():
    plays = sorted(post_statistics(str(7_300_000 + n), 24 * 30 * HOUR, 1.0)["play_count"] for n in range(400))
    assert 1_200 < plays[200] < 4_000
    assert plays[0] < 400
    assert plays[-1] > 15_000


def test_a_room_without_viewers_has_zeros_not_nonsense():
    room = RoomShape("1", 0.0, 60, 0)
    for family in ("audience", "interactive"):
        assert set(room_table(family, room).values()) == {0}
    assert room_table("base", room)["live_duration_td"] == 3_600


@pytest.mark.parametrize(
    ("size", "part", "number"), [(1, 20, 1), (20, 20, 1), (21, 20, 2), (61, 20, 4), (4_096, 20, 205)]
)
def test_parts_are_even(size, part, number):
    lengths = part_lengths(size, part)
    assert (sum(lengths), len(lengths)) == (size, number)
    assert max(lengths) <= part
    assert max(lengths) - min(lengths) <= 1


def test_just_above_fifty_megabytes_no_part_is_below_five():
    megabyte = 1024 * 1024
    assert min(part_lengths(50 * megabyte + 1, 20 * megabyte)) > 5 * megabyte


def test_every_known_code_has_an_action_and_a_wait_where_waiting_helps():
    assert set(ACTIONS.values()) == set(Action)
    assert action_for(1) is Action.FIX_REQUEST
    assert wait_for(Action.RETRY, 0.0) == 5
    assert wait_for(Action.FIX_REQUEST, 0.0) is None
    assert 0 < wait_for(Action.NEXT_DAY, 1_772_337_599.0) <= 86_400


def test_behaviour_survives_its_own_json():
    given = Behaviour.of({"repeat": 2, "retry_waits": [0.1, 0.2], "delay": 1})
    assert Behaviour.of(given.as_json()) == given


def test_a_slice_of_a_file_behaves_like_a_file(tmp_path):
    path = tmp_path / "digits"
    path.write_bytes(b"0123456789")
    with path.open("rb") as stream:
        part = FileSlice(stream, 3, 4)
        assert (part.read(3), part.read(3), part.read(3)) == (b"345", b"6", b"")
        assert (part.seek(0, 2), part.tell(), part.seek(-1, 1), part.read()) == (4, 4, 3, b"6")
        assert (part.seek(0), part.read()) == (0, b"3456")
        with pytest.raises(OSError):
            part.fileno()


def box(name, content):
    return struct.pack(">I4s", 8 + len(content), name) + content


def movie(*, version=0, matrix_b=0, handler=b"vide", size=(1080, 1920), seconds=7):
    head = struct.pack(">B3x", version) + (b"\0" * 16 if version else b"\0" * 8)
    mvhd = head + struct.pack(">IQ" if version else ">II", 1000, seconds * 1000)
    matrix = struct.pack(">9i", 0x10000, matrix_b, 0, -matrix_b, 0x10000, 0, 0, 0, 0x40000000)
    tkhd = struct.pack(">B", version) + b"\0" * (51 if version else 39) + matrix
    tkhd += struct.pack(">II", size[0] << 16, size[1] << 16)
    hdlr = box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12)
    return box(b"moov", box(b"mvhd", mvhd) + box(b"trak", box(b"tkhd", tkhd) + box(b"mdia", hdlr)))


def shape(tmp_path, content):
    path = tmp_path / "movie.mp4"
    path.write_bytes(content)
    return shape_of(path)


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("lead", [b"", box(b"ftyp", b"isom"), struct.pack(">I4sQ", 1, b"mdat", 24) + b"12345678"])
def test_size_and_length_of_a_video(tmp_path, version, lead):
    found = shape(tmp_path, lead + movie(version=version))
    assert (found.width, found.height, found.seconds) == (1080, 1920, 7)


def test_a_turned_video_is_measured_as_shown(tmp_path):
    found = shape(tmp_path, movie(matrix_b=0x10000, size=(1920, 1080)))
    assert (found.width, found.height) == (1080, 1920)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 64, movie(handler=b"soun"), movie()[:-40], box(b"moov", b""), box(b"moov", box(b"mvhd", b"\0"))],
)
def test_what_is_no_video(tmp_path, content):
    with pytest.raises(NotAVideo):
        shape(tmp_path, content)
