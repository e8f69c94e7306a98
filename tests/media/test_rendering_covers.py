"""Covers with a title, the strip to scrub through, and the fingerprint that finds a copied clip."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from media.rendering.cover import TALL, THREE_BY_FOUR, CoverSpec, StoryboardSpec, make_cover, make_storyboard
from media.rendering.errors import RenderFailed
from media.rendering.frames import frames_at
from media.rendering.phash import SIDE, distance, featured, hash_frames, near_duplicate, perceptual_hash
from media.rendering.probe import probe, sha256_of
from tests.media.corpus import RED_OVER_BLUE, X264, ffmpeg, moving, plain_clip, turned_clip


@pytest.fixture(scope="module")
def two_scenes(tmp_path_factory):
    """Two seconds of green, then two of purple; a key frame every second."""
    path = tmp_path_factory.mktemp("scenes") / "clip.mp4"
    scenes = [("-f", "lavfi", "-i", f"color={name}:size=360x640:rate=30:duration=2") for name in ("0x00A000", "purple")]
    joined = ("-filter_complex", "[0][1]concat", *X264, "-g", "30")
    ffmpeg(*scenes[0], *scenes[1], *joined, str(path))
    return path


def cover(clip, folder, **wishes):
    return make_cover(clip, probe(clip), CoverSpec(**wishes), folder=folder, source_sha256=sha256_of(clip))


@pytest.mark.parametrize(("at_ms", "green"), [(0, True), (1900, True), (2100, False), (3900, False)])
def test_the_cover_shows_the_chosen_second(two_scenes, tmp_path, at_ms, green):
    with Image.open(cover(two_scenes, tmp_path, at_ms=at_ms)) as picture:
        red, middle, _ = picture.getpixel((540, 300))
    assert (middle > 140 and red < 40) == green


def test_a_moment_after_the_end_gives_the_last_picture(two_scenes, tmp_path):
    with Image.open(cover(two_scenes, tmp_path, at_ms=99_000)) as picture:
        assert picture.getpixel((540, 300))[0] > 100


@pytest.mark.parametrize("size", [TALL, THREE_BY_FOUR])
def test_the_cover_has_the_platforms_size_and_is_light_to_load(two_scenes, tmp_path, size):
    path = cover(two_scenes, tmp_path, title="新款SUV到店，周末试驾", size=size)
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("JPEG", size)
        assert not picture.getexif()
    assert path.stat().st_size < 400_000


def test_the_title_stands_inside_the_part_that_profile_pages_show(two_scenes, tmp_path):
    def pixels(title):
        with Image.open(cover(two_scenes, tmp_path, title=title)) as picture:
            return np.asarray(picture.convert("RGB")).astype(int)

    changed = np.abs(pixels("新款SUV到店！后排空间实测，身高一米八也坐得下") - pixels("")).max(axis=2) > 40
    rows = np.flatnonzero(changed.any(axis=1))
    assert len(rows) > 100
    assert rows.min() > (1920 - 1440) / 2 and rows.max() < 1920 - (1920 - 1440) / 2


def test_making_a_cover_twice_changes_nothing(two_scenes, tmp_path):
    first = cover(two_scenes, tmp_path, title="一")
    written = first.stat().st_mtime_ns
    assert cover(two_scenes, tmp_path, title="一") == first
    assert first.stat().st_mtime_ns == written
    assert cover(two_scenes, tmp_path, title="二") != first


def test_a_title_with_commands_in_it_is_only_a_title(two_scenes, tmp_path):
    path = cover(two_scenes, tmp_path, title="%{pts}':x=1,movie=/etc/passwd;[a]\\' {n}\n<script>")
    with Image.open(path) as picture:
        picture.load()
        assert picture.size == TALL


def test_the_strip_runs_through_the_clip(two_scenes, tmp_path):
    spec = StoryboardSpec(count=8)
    path = make_storyboard(two_scenes, probe(two_scenes), spec, folder=tmp_path, source_sha256="x")
    with Image.open(path) as strip:
        assert strip.size == (8 * spec.width, spec.height)
        greens = [strip.getpixel((tile * spec.width + 45, 80))[1] > 120 for tile in range(8)]
    assert greens == [True] * 4 + [False] * 4


def test_a_clip_with_one_key_frame_still_fills_the_strip(tmp_path):
    clip = tmp_path / "clip.mp4"
    ffmpeg(*moving(), *X264, "-g", "999", str(clip))
    path = make_storyboard(clip, probe(clip), StoryboardSpec(count=5), folder=tmp_path, source_sha256="x")
    with Image.open(path) as strip:
        assert np.asarray(strip).std() > 20


def test_frames_come_upright_and_in_the_wished_shape(tmp_path):
    clip = turned_clip(tmp_path / "clip.mov", 90)
    rgb, grey = (frames_at(clip, probe(clip), [200], width=64, height=96, grey=flag)[0] for flag in (False, True))
    assert (rgb.shape, grey.shape) == ((96, 64, 3), (96, 64))
    assert rgb[5, 30, 0] > 200 and rgb[-5, 30, 2] > 200


def test_no_frame_at_all_is_a_failure_that_stays(tmp_path):
    clip = plain_clip(tmp_path / "clip.mp4")
    found = probe(clip)
    clip.write_bytes(clip.read_bytes()[:2000])
    with pytest.raises(RenderFailed) as failure:
        frames_at(clip, found, [0], width=32, height=32)
    assert failure.value.permanent


# --- fingerprints ------------------------------------------------------------------------------------------------

SCENES = ("mandelbrot", "testsrc", "testsrc2", "rgbtestsrc", "smptehdbars", "life=mold=10:ratio=0.2", "cellauto")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Clips of different content and their fingerprints."""
    folder = tmp_path_factory.mktemp("shelf")
    clips = {}
    for scene in SCENES:
        path = folder / f"{scene.split('=')[0]}.mp4"
        sized = f"{scene}{':' if '=' in scene else '='}size=360x640:rate=30"
        ffmpeg("-f", "lavfi", "-i", sized, "-t", "1.5", *X264, str(path))
        clips[scene] = path
    return clips


def hashed(path):
    return perceptual_hash(path, probe(path))


@pytest.mark.parametrize(
    "change",
    [
        ("-crf", "34"),
        ("-vf", "scale=180:320"),
        ("-vf", "eq=brightness=0.05:contrast=1.1"),
        ("-vf", "fps=20"),
        ("-vf", "crop=350:622"),
    ],
    ids=["worse", "smaller", "brighter", "slower", "trimmed"],
)
@pytest.mark.parametrize("scene", ["mandelbrot", "testsrc2", "smptehdbars"])
def test_a_copy_is_found_again(shelf, tmp_path, scene, change):
    copy = tmp_path / "copy.mp4"
    ffmpeg("-i", str(shelf[scene]), *X264, *change, str(copy))
    original = hashed(shelf[scene])
    assert near_duplicate(original, hashed(copy)), distance(original, hashed(copy))


def test_different_clips_are_not_taken_for_copies(shelf):
    values = {scene: hashed(path) for scene, path in shelf.items()}
    for first in values:
        for second in values:
            if first < second:
                assert not near_duplicate(values[first], values[second]), (first, second)


def test_black_clips_resemble_nothing(tmp_path):
    clips = []
    for number, quality in enumerate(("20", "40")):
        clips.append(tmp_path / f"{number}.mp4")
        ffmpeg(
            "-f", "lavfi", "-i", "color=black:size=360x640:rate=30:duration=1.2", *X264, "-crf", quality, str(clips[-1])
        )
    first, second = map(hashed, clips)
    assert not featured(first) and not featured(second)
    assert not near_duplicate(first, second)


def test_a_fingerprint_fits_the_column_it_is_kept_in(shelf):
    for path in shelf.values():
        value = hashed(path)
        assert len(value) == 16 and int(value, 16) < 2**64


@given(first=st.integers(0, 2**64 - 1), second=st.integers(0, 2**64 - 1))
def test_distance_counts_differing_bits(first, second):
    a, b = f"{first:016x}", f"{second:016x}"
    assert (
        distance(a, b) == distance(b, a) == sum(x != y for x, y in zip(f"{first:064b}", f"{second:064b}", strict=True))
    )
    assert distance(a, a) == 0


def test_noise_of_the_encoder_flips_few_bits():
    chance = np.random.default_rng(5)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    frames = [(128 + 60 * np.sin(rows / k) + 50 * np.cos(columns / (k + 2))).astype(np.uint8) for k in (3, 5, 7, 9)]
    noisy = [np.clip(frame + chance.normal(0, 4, frame.shape), 0, 255).astype(np.uint8) for frame in frames]
    assert distance(hash_frames(frames), hash_frames(noisy)) <= 6


def test_the_scene_of_the_sideways_phone_is_the_same_scene(tmp_path):
    upright = tmp_path / "upright.mp4"
    ffmpeg("-f", "lavfi", "-i", RED_OVER_BLUE.format(w=360, h=640, r=30, d=1.5), *X264, str(upright))
    assert near_duplicate(hashed(upright), hashed(turned_clip(tmp_path / "turned.mov", 90)))
