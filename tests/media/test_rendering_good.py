"""What phones record is taken and rendered: upright, whole, with the card at the end and nothing private left."""

import re
import subprocess
from dataclasses import replace

import imageio_ffmpeg
import numpy as np
import pytest

from media.rendering.child import JOB_PREFIX
from media.rendering.frames import frames_at
from media.rendering.probe import examine, probe, sha256_of
from media.rendering.spec import Background, EndCard, RenderSpec
from media.rendering.transcode import render
from media.rules.marks import Mark
from tests.media.corpus import GOOD, moving, plain_clip, turned_clip
from tests.media.corpus import ffmpeg as made_by_hand

CARD = EndCard(brand="星驰汽车", dealer="上海浦东店", colour="#1B3A9E", milliseconds=600)
# A third of the real size: the same graph, in a fraction of the time.
SPEC = RenderSpec(card=CARD, width=360, height=640, preset="ultrafast")
CARD_COLOUR = (27, 58, 158)


def report(path):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stderr


def rendered(clip, folder, spec=SPEC, **more):
    found = examine(clip)
    assert found.accepted, found.findings
    return found.probe, render(clip, found.probe, spec, folder=folder, source_sha256=sha256_of(clip), **more)


def colours(path, moments):
    """Mean colours of the upper and the lower fifth at each moment."""
    frames = frames_at(path, probe(path), moments, width=90, height=160)
    return [(tuple(f[5:30].mean((0, 1)).round()), tuple(f[-30:-5].mean((0, 1)).round())) for f in frames]


def near(first, second, slack=14):
    return all(abs(float(a) - float(b)) <= slack for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("name", GOOD)
def test_what_phones_record_is_accepted_and_rendered(name, tmp_path):
    file_name, build = GOOD[name]
    source, result = rendered(build(tmp_path / file_name), tmp_path / "out")
    after = probe(result.path)
    assert (after.video_codec, after.audio_codec, after.container) == ("h264", "aac", "mp4")
    assert (after.display_width, after.display_height, after.rotation) == (360, 640, 0)
    assert after.pixel_format == "yuv420p"
    assert after.fps == pytest.approx(30, abs=0.1)
    assert after.duration_ms == pytest.approx(source.duration_ms + 600, abs=120)
    assert after.head_decodes and after.tail_decodes


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_clip_filmed_sideways_comes_out_upright(degrees, tmp_path):
    _, result = rendered(turned_clip(tmp_path / "clip.mov", degrees), tmp_path)
    above, below = colours(result.path, [300])[0]
    assert near(above, (254, 0, 0)) and near(below, (0, 0, 254))


def test_the_card_follows_the_clip_in_the_brands_colour(tmp_path):
    _, result = rendered(plain_clip(tmp_path / "clip.mp4"), tmp_path)
    before, card = colours(result.path, [700, 1900])
    assert near(card[0], CARD_COLOUR)
    assert not near(before[0], CARD_COLOUR)


def test_a_clip_without_a_card_keeps_its_length(tmp_path):
    source, result = rendered(plain_clip(tmp_path / "clip.mp4"), tmp_path, replace(SPEC, card=None))
    assert probe(result.path).duration_ms == pytest.approx(source.duration_ms, abs=80)


@pytest.mark.parametrize("background", list(Background))
def test_a_wide_clip_is_shown_whole_on_a_background(background, tmp_path):
    wide = tmp_path / "wide.mp4"
    made_by_hand("-f", "lavfi", "-i", "color=yellow:size=640x360:rate=30:duration=1.2", "-c:v", "libx264", str(wide))
    _, result = rendered(wide, tmp_path, replace(SPEC, background=background))
    (frame,) = frames_at(result.path, probe(result.path), [500], width=360, height=640)
    assert near(frame[320, 180], (255, 255, 0), 25)
    edge = frame[20, 180]
    if background is Background.BRAND:
        assert near(edge, CARD_COLOUR)
    else:
        assert edge[2] < 60 and 120 < edge[0] < 245  # the clip's own yellow, a little darker


def test_hdr_is_brought_down_to_what_the_platforms_show(tmp_path):
    name, build = GOOD["hevc ten bit hdr"]
    source, result = rendered(build(tmp_path / name), tmp_path)
    assert source.hdr
    assert not probe(result.path).hdr
    assert "bt709" in report(result.path)
    (frame,) = frames_at(result.path, probe(result.path), [400], width=90, height=160)
    assert 40 < frame.mean() < 200


def test_place_camera_and_time_are_gone(tmp_path):
    name, build = GOOD["h264 with place of filming"]
    clip = build(tmp_path / name)
    assert "+31.2304+121.4737" in report(clip)
    _, result = rendered(clip, tmp_path / "out")
    said = report(result.path)
    assert "+31.2304" not in said and "Telephone" not in said and "creation_time" not in said
    content = result.path.read_bytes()
    assert b"31.2304" not in content and b"Telephone Works" not in content


def test_a_clip_without_sound_gets_silence(tmp_path):
    clip = tmp_path / "clip.mp4"
    made_by_hand(*moving(), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(clip))
    source, result = rendered(clip, tmp_path / "out")
    assert not source.has_sound
    assert re.search(r"Audio: aac.*48000 Hz, stereo", report(result.path))


def test_the_index_stands_first_so_that_playing_starts_at_once(tmp_path):
    _, result = rendered(plain_clip(tmp_path / "clip.mp4"), tmp_path)
    content = result.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_rendering_twice_makes_nothing_new(tmp_path):
    clip = plain_clip(tmp_path / "clip.mp4")
    _, first = rendered(clip, tmp_path / "out")
    written = first.path.stat().st_mtime_ns
    _, second = rendered(clip, tmp_path / "out")
    assert (first.fresh, second.fresh) == (True, False)
    assert second.path == first.path
    assert second.path.stat().st_mtime_ns == written


def test_another_wish_or_another_clip_has_another_name(tmp_path):
    clip, out = plain_clip(tmp_path / "clip.mp4"), tmp_path / "out"
    _, first = rendered(clip, out)
    _, other_card = rendered(clip, out, replace(SPEC, card=replace(CARD, dealer="杭州滨江店")))
    assert first.path != other_card.path
    found = probe(clip)
    other_clip = render(clip, found, SPEC, folder=out, source_sha256="another")
    assert other_clip.path not in {first.path, other_card.path}


def test_the_same_wishes_give_the_same_bytes(tmp_path):
    clip = plain_clip(tmp_path / "clip.mp4")
    _, first = rendered(clip, tmp_path / "one")
    _, second = rendered(clip, tmp_path / "two")
    assert first.path.name == second.path.name
    assert first.path.read_bytes() == second.path.read_bytes()


def test_progress_rises_to_the_end(tmp_path):
    heard = []
    rendered(
        plain_clip(tmp_path / "clip.mp4"), tmp_path / "out", replace(SPEC, preset="slow"), on_progress=heard.append
    )
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert all(0 < share <= 1 for share in heard)


def test_only_the_result_is_left_behind(tmp_path):
    out = tmp_path / "out"
    _, result = rendered(plain_clip(tmp_path / "clip.mp4"), out)
    assert list(out.iterdir()) == [result.path]
    assert not list(tmp_path.rglob(f"{JOB_PREFIX}*"))


def test_a_path_with_odd_characters_is_only_a_path(tmp_path):
    folder = tmp_path / "-i 100%d ' \" ; concat:a|b [v]"
    folder.mkdir()
    _, result = rendered(plain_clip(tmp_path / "clip.mp4").rename(folder / "file:%03d.mp4"), folder / "out")
    assert probe(result.path).tail_decodes


def test_a_mark_is_drawn_where_it_is_wished_for(tmp_path):
    white = tmp_path / "white.mp4"
    made_by_hand("-f", "lavfi", "-i", "color=white:size=360x640:rate=30:duration=1.2", "-c:v", "libx264", str(white))
    for mark, inside in ((Mark.TOP_LEFT, (50, 30)), (Mark.TOP_RIGHT, (50, 325)), (Mark.LOWER_BAND, (482, 40))):
        _, result = rendered(white, tmp_path / "out", replace(SPEC, mark=mark, mark_text="星驰汽车"))
        clip, card = frames_at(result.path, probe(result.path), [400, 1600], width=360, height=640)
        row, column = inside
        assert clip[row - 6 : row + 6, column - 12 : column + 12].mean() < 200, mark
        assert near(card[5, 5], CARD_COLOUR), "the card itself carries no mark"
        assert near(np.median(clip, axis=(0, 1)), (255, 255, 255))
