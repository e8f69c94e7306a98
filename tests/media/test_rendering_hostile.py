"""What people send who mean harm, or whose upload broke off: each refused with its reason, quickly, nothing touched."""

import random
import socket
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from media.rendering import probe as probing
from media.rendering.boxes import read_movie
from media.rendering.child import Cage, job_folder
from media.rendering.errors import RenderFailed, RenderRefused
from media.rendering.ffmpeg import borrow, run_ffmpeg, source_arguments
from media.rendering.probe import examine
from media.rendering.sniff import sniff_video
from tests.media.corpus import HOSTILE, plain_clip

QUICK_SECONDS = 10.0


@pytest.mark.parametrize("name", HOSTILE)
def test_each_is_refused_with_its_reason(name, tmp_path):
    code, file_name, build = HOSTILE[name]
    path = build(tmp_path / file_name)
    started = time.monotonic()
    found = examine(path)
    assert time.monotonic() - started < QUICK_SECONDS
    assert not found.accepted
    assert code in [finding.code.value for finding in found.findings if finding.blocking]


@pytest.mark.parametrize(
    ("name", "looks_like"),
    [
        ("html named mp4", "html"),
        ("svg in xml", "svg"),
        ("zip named mp4", "zip"),
        ("png named mp4", "png"),
        ("iphone photo named mp4", "heic"),
        ("text named mp4", "text"),
        ("hls named mp4", "hls"),
        ("video with a zip in a box", "zip"),
    ],
)
def test_the_reason_says_what_the_file_really_is(name, looks_like, tmp_path):
    _, file_name, build = HOSTILE[name]
    (finding,) = examine(build(tmp_path / file_name)).findings
    assert finding.facts["looks_like"] == looks_like


@pytest.mark.parametrize("name", ["head says 20,000 wide", "sixty tracks", "locked by its maker"])
def test_an_absurd_head_is_never_shown_to_a_decoder(name, tmp_path, monkeypatch):
    _, file_name, build = HOSTILE[name]
    path = build(tmp_path / file_name)
    monkeypatch.setattr(probing, "run_ffmpeg", lambda *_, **__: pytest.fail("ffmpeg was asked"))
    assert not examine(path).accepted


@pytest.fixture
def neighbour(tmp_path) -> Path:
    """Somebody else's clip in the same folder."""
    return plain_clip(tmp_path / "neighbour.mp4")


LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile neighbour.mp4\n",
    "absolute": "ffconcat version 1.0\nfile {neighbour}\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{neighbour}\n#EXT-X-ENDLIST\n",
    "network": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n",
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_reads_no_neighbour_and_calls_nobody(kind, neighbour, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        evil = tmp_path / "evil.mp4"
        evil.write_text(LISTS[kind].format(neighbour=neighbour, port=server.getsockname()[1]))
        assert not examine(evil).accepted
        # Even past the first check the leash holds: no demuxer but the named one, no protocol but files.
        for demuxer in ("mov", "matroska"):
            with job_folder() as job, pytest.raises(RenderFailed) as failure:
                source = source_arguments(borrow(job, evil, "source"), demuxer, threads=1)
                run_ffmpeg([*source, "-f", "null", "-"], folder=job, cage=Cage())
            assert failure.value.permanent
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_leash_itself_refuses_a_list_that_is_opened_as_one(neighbour, tmp_path):
    """A control: without the allow-list this very command does read the neighbour."""
    evil = tmp_path / "evil.mp4"
    evil.write_text(LISTS["absolute"].format(neighbour=neighbour))
    arguments = source_arguments("file:source", "mov", threads=1)
    as_list = [
        "concat" if word == "mov" and arguments[place - 1] == "-f" else word for place, word in enumerate(arguments)
    ]
    free = ["-safe", "0", "-f", "concat", "-i", "file:source"]
    with job_folder() as job:
        borrow(job, evil, "source")
        outcome = run_ffmpeg([*free, "-f", "null", "-"], folder=job, cage=Cage(), must_succeed=False)
        assert outcome.returncode == 0
        outcome = run_ffmpeg([*as_list, "-f", "null", "-"], folder=job, cage=Cage(), must_succeed=False)
        assert outcome.returncode != 0


def test_a_codec_outside_the_list_is_not_opened(tmp_path):
    name, build = HOSTILE["motion jpeg"][1:]
    clip = build(tmp_path / name)
    with job_folder() as job, pytest.raises(RenderFailed):
        source = source_arguments(borrow(job, clip, "source"), "mov", threads=1)
        run_ffmpeg([*source, "-f", "null", "-"], folder=job, cage=Cage())


def test_frames_larger_than_any_phones_are_not_decoded(tmp_path):
    """The head lies small; the frames themselves would need a gigabyte."""
    huge = tmp_path / "huge.mp4"
    from_black = ["-f", "lavfi", "-i", "color=black:size=8192x8192:rate=2:duration=1.5"]
    with job_folder() as job:
        encode = [*from_black, "-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", f"file:{huge}"]
        run_ffmpeg(encode, folder=job, cage=Cage(memory_bytes=8 * 1024**3))
    content = huge.read_bytes()
    place = content.index(b"avc1", content.index(b"stsd")) + 28
    huge.write_bytes(content[:place] + b"\x02\x80\x01\x68" + content[place + 4 :])
    assert not examine(huge).accepted


@pytest.fixture(scope="module")
def honest(tmp_path_factory) -> bytes:
    return plain_clip(tmp_path_factory.mktemp("honest") / "clip.mp4").read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 40))
def test_a_broken_index_is_refused_or_read_but_never_breaks_the_reader(honest, tmp_path, seed, changes):
    """Bytes of the index are overwritten at random; the reader answers with facts or with a refusal."""
    chance = random.Random(seed)
    start = honest.index(b"moov")
    content = bytearray(honest)
    for _ in range(changes):
        content[chance.randrange(start - 4, len(content))] = chance.choice((0, 1, 8, 127, 255, chance.randrange(256)))
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    try:
        sniff_video(path)
        movie = read_movie(path)
    except RenderRefused as refusal:
        assert refusal.code.value in {"truncated", "damaged", "polyglot"}
    else:
        assert len(movie.tracks) <= 256


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300), head=st.sampled_from([b"", b"\x00\x00\x00\x18ftypisom", b"\x1aE\xdf\xa3", b"RIFF"])
)
def test_any_bytes_get_an_answer(content, head, tmp_path):
    path = tmp_path / "any.mp4"
    path.write_bytes(head + content)
    found = examine(path)
    assert not found.accepted
    assert found.findings
