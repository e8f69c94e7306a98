"""Photos become an upright story with captions and the brand's card; bad ones are named before anything is decoded."""

import time

import numpy as np
import pytest
from PIL import Image

from media.rendering import photos as photo_room
from media.rendering.child import JOB_PREFIX
from media.rendering.errors import RenderRefused
from media.rendering.frames import frames_at
from media.rendering.photos import examine_photos, keep_photo
from media.rendering.planes import Planes
from media.rendering.probe import probe, sha256_of
from media.rendering.spec import EndCard, RenderSpec
from media.rendering.story import StorySpec, render_story
from tests.media.corpus import moving_webp, photo, png_header, webp_header

CARD = EndCard(brand="星驰汽车", dealer="上海浦东店", colour="#1B3A9E", milliseconds=600)
SMALL = RenderSpec(card=CARD, width=270, height=480, fps=15, preset="ultrafast")
TELL = StorySpec(SMALL, captions=("外观", "", "到店有礼"), seconds_per_photo=1.2)
# 40 MB of pixels must never be held for a photo that is refused by its header.
REFUSED_WITHIN_SECONDS = 5.0


def told(pictures, folder, spec=TELL, **more):
    hashes = [sha256_of(path) for path in pictures]
    return render_story(pictures, spec, folder=folder, source_sha256s=hashes, **more)


@pytest.fixture
def album(tmp_path):
    """A tall, a wide and a sideways photo, in the three formats that are taken."""
    return [
        photo(tmp_path / "tall.jpg", 900, 1600, colour="green"),
        photo(tmp_path / "wide.webp", 1600, 900, kind="WEBP", colour="olive"),
        photo(tmp_path / "third.png", 900, 1200, kind="PNG", colour="navy"),
    ]


def test_three_photos_become_an_upright_clip_with_the_card_at_the_end(album, tmp_path):
    assert examine_photos(album).accepted
    result = told(album, tmp_path / "out")
    after = probe(result.path)
    assert (after.video_codec, after.audio_codec) == ("h264", "aac")
    assert (after.display_width, after.display_height) == (270, 480)
    assert after.duration_ms == pytest.approx(3 * 1200 + 600, abs=150)
    card = frames_at(result.path, after, [after.duration_ms - 200], width=27, height=48)[0]
    assert np.allclose(card[2, 2], (27, 58, 158), atol=14)


def test_each_photo_has_its_turn(album, tmp_path):
    result = told(album, tmp_path / "out")
    first, _, third = frames_at(result.path, probe(result.path), [300, 1800, 3200], width=27, height=48)
    assert np.allclose(first[-3, 3], (0, 128, 0), atol=25)
    assert np.allclose(third[-3, 3], (0, 0, 128), atol=25)


def test_a_wide_photo_is_shown_whole(tmp_path):
    wide = [photo(tmp_path / f"{number}.jpg", 1600, 800, colour="blue") for number in range(3)]
    result = told(wide, tmp_path / "out", StorySpec(SMALL, seconds_per_photo=1.0))
    frame = frames_at(result.path, probe(result.path), [100], width=270, height=480)[0]
    # Sharp and bright in the middle, its own colours darkened above and below.
    assert np.allclose(frame[200, 135], (254, 0, 0), atol=20)
    assert np.allclose(frame[280, 135], (0, 0, 254), atol=20)
    assert frame[30, 135, 0] < 230 and frame[450, 135, 2] < 230


def rings(path, colour):
    """A photo with something to see at every place, so that movement shows."""
    plain = Image.radial_gradient("L").resize((900, 1600)).point(lambda value: value * 4 % 256)
    Image.merge("RGB", [plain if part in colour else Image.new("L", plain.size, 40) for part in "rgb"]).save(path)
    return path


def test_photos_move_gently_and_melt_into_each_other(tmp_path):
    album = [rings(tmp_path / f"{place}.jpg", colour) for place, colour in enumerate(("r", "g", "b"))]
    result = told(album, tmp_path / "out", StorySpec(SMALL, seconds_per_photo=1.2))
    moments = [100, 800, 1180, 1200, 1500]
    frames = [frame.astype(int) for frame in frames_at(result.path, probe(result.path), moments, width=135, height=240)]
    start, later, melting, _, after = frames
    assert 0.2 < np.abs(start - later).mean() < 20  # movement, not a jump
    blend = np.abs(melting - (later + after) / 2).mean()
    assert blend < np.abs(melting - later).mean() and blend < np.abs(melting - after).mean()


@pytest.mark.parametrize(
    ("colour", "yuv"),
    [("white", (235, 128, 128)), ("black", (16, 128, 128)), ("red", (63, 102, 240)), ("blue", (32, 240, 118))],
)
def test_colours_become_those_of_video(colour, yuv):
    """The reference values of ITU-R BT.709 in limited range."""
    planes = Planes.of(Image.new("RGB", (9, 7), colour))
    assert planes.y.size == (8, 6) and planes.u.size == planes.v.size == (4, 3)
    assert [plane.getpixel((1, 1)) for plane in (planes.y, planes.u, planes.v)] == pytest.approx(yuv, abs=1)
    packed = planes.packed()
    assert (packed.shape, packed.dtype) == ((9, 8), np.uint8)


def test_a_window_narrows_to_the_middle_and_two_pictures_mix():
    picture = Image.new("RGB", (100, 100), "black")
    picture.paste("white", (40, 40, 60, 60))
    whole, middle = (Planes.of(picture).window(share, 50, 50) for share in (1.0, 0.2))
    assert np.asarray(whole.y).mean() < 30 and np.asarray(middle.y).mean() > 225
    half = whole.blended(middle, 0.5)
    assert half.y.getpixel((2, 2)) == pytest.approx((16 + 235) / 2, abs=2)


def test_captions_are_written_on_the_photo_they_belong_to(album, tmp_path):
    silent = told(album, tmp_path / "out", StorySpec(SMALL, seconds_per_photo=1.2))
    spoken = told(album, tmp_path / "out")
    assert silent.path != spoken.path
    for moment, written in ((300, True), (1800, False), (3300, True)):
        plain, lettered = (
            frames_at(clip.path, probe(clip.path), [moment], width=270, height=480)[0].astype(int)
            for clip in (silent, spoken)
        )
        band = np.abs(plain - lettered)[340:390].mean()
        assert (band > 3) == written, moment


def test_twelve_photos_are_a_story_too(tmp_path):
    pictures = [photo(tmp_path / f"{number}.jpg", 600, 800) for number in range(12)]
    assert examine_photos(pictures).accepted
    result = told(pictures, tmp_path / "out", StorySpec(SMALL, seconds_per_photo=0.6))
    assert probe(result.path).duration_ms == pytest.approx(12 * 600 + 600, abs=150)


def test_telling_it_twice_makes_nothing_new_and_leaves_nothing_behind(album, tmp_path):
    heard = []
    first = told(album, tmp_path / "out", on_progress=heard.append)
    second = told(album, tmp_path / "out")
    assert (first.fresh, second.fresh) == (True, False)
    assert first.path == second.path
    assert heard[-1] == 1.0 and heard == sorted(heard)
    assert list((tmp_path / "out").iterdir()) == [first.path]
    assert not list(tmp_path.rglob(f"{JOB_PREFIX}*"))


def test_another_order_is_another_story(album, tmp_path):
    assert told(album, tmp_path / "out").path != told(album[::-1], tmp_path / "out").path


@pytest.mark.parametrize(("turn", "upright"), [(1, (0, 1)), (3, (1, 0)), (6, None), (8, None)])
def test_a_kept_photo_is_upright_and_says_nothing_about_place_or_camera(tmp_path, turn, upright):
    source = photo(tmp_path / "a.jpg", 800, 600, colour="blue", turn=turn)
    assert b"Telephone Works" in source.read_bytes()
    size = keep_photo(source, tmp_path / "kept.jpg")
    assert size == ((800, 600) if upright else (600, 800))
    with Image.open(tmp_path / "kept.jpg") as kept:
        assert not kept.getexif() and "exif" not in kept.info
        assert kept.size == size
        if upright:
            red = [kept.getpixel((400, y))[0] > 200 for y in (20, 580)]
            assert red == [place == 0 for place in upright]
    assert b"Telephone Works" not in (tmp_path / "kept.jpg").read_bytes()


def test_what_hangs_behind_a_photo_is_not_kept(tmp_path):
    source = photo(tmp_path / "a.jpg", 800, 600)
    source.write_bytes(source.read_bytes() + b"<script>alert(1)</script>" * 10)
    keep_photo(source, tmp_path / "kept.jpg")
    assert b"<script>" not in (tmp_path / "kept.jpg").read_bytes()


def test_a_clear_background_becomes_white(tmp_path):
    Image.new("RGBA", (600, 600), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    keep_photo(tmp_path / "clear.png", tmp_path / "kept.jpg")
    with Image.open(tmp_path / "kept.jpg") as kept:
        assert min(kept.getpixel((300, 300))) > 250


def bomb(path, content):
    path.write_bytes(content)
    return path


HOSTILE = {
    "png bomb": ("too_many_pixels", lambda f: bomb(f / "a.png", png_header(13_000, 13_000))),
    "png of 4 billion": ("too_many_pixels", lambda f: bomb(f / "a.png", png_header(65_000, 65_000))),
    "webp bomb": ("too_many_pixels", lambda f: bomb(f / "a.webp", webp_header(16_383, 16_383))),
    "one megapixel too many": ("too_many_pixels", lambda f: bomb(f / "a.png", png_header(8200, 5000))),
    "moving webp": ("animated", lambda f: moving_webp(f / "a.webp")),
    "stamp": ("too_small", lambda f: photo(f / "a.jpg", 100, 100)),
    "empty": ("empty_file", lambda f: bomb(f / "a.jpg", b"")),
    "svg": ("not_a_photo", lambda f: bomb(f / "a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
    "html": ("not_a_photo", lambda f: bomb(f / "a.jpg", b"<html><body>")),
    "eps": ("not_a_photo", lambda f: bomb(f / "a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")),
    "gif": ("not_a_photo", lambda f: photo_as(f / "a.jpg", "GIF")),
    "tiff": ("not_a_photo", lambda f: photo_as(f / "a.jpg", "TIFF")),
    "bmp": ("not_a_photo", lambda f: photo_as(f / "a.jpg", "BMP")),
    "photo with an archive behind": ("polyglot", lambda f: with_archive(photo(f / "a.jpg", 800, 600))),
    "png without a head": ("photo_damaged", lambda f: bomb(f / "a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 40)),
    "too heavy": ("photo_too_big", lambda f: bomb(f / "a.jpg", b"\xff\xd8\xff" + b"\x00" * (21 * 1024 * 1024))),
}


def photo_as(path, kind):
    Image.new("RGB", (600, 600), "navy").save(path, format=kind)
    return path


def with_archive(path):
    path.write_bytes(path.read_bytes() + b"PK\x05\x06" + b"\x00" * 18)
    return path


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_photo_is_named_before_it_is_decoded(name, tmp_path, monkeypatch):
    code, build = HOSTILE[name]
    (tmp_path / "bad").mkdir()
    album = [photo(tmp_path / "1.jpg"), build(tmp_path / "bad"), photo(tmp_path / "3.jpg")]
    monkeypatch.setattr(photo_room, "_take", lambda *_, **__: pytest.fail("a photo was decoded"))
    started = time.monotonic()
    found = examine_photos(album)
    assert time.monotonic() - started < REFUSED_WITHIN_SECONDS
    assert not found.accepted
    assert [(finding.code.value, finding.facts["photo"]) for finding in found.findings] == [(code, 2)]


def test_two_photos_are_too_few_and_thirteen_too_many(tmp_path):
    one = photo(tmp_path / "1.jpg")
    for count, code in ((0, "too_few_photos"), (2, "too_few_photos"), (13, "too_many_photos")):
        found = examine_photos([one] * count)
        assert not found.accepted
        assert [finding.code.value for finding in found.findings] == [code]


def test_a_photo_that_breaks_off_is_named_when_the_story_is_made(album, tmp_path):
    whole = album[1].read_bytes()
    album[1].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RenderRefused) as refusal:
        told(album, tmp_path / "out")
    assert (refusal.value.code.value, refusal.value.facts) == ("photo_damaged", {"photo": 2})
    assert list((tmp_path / "out").iterdir()) == []


def test_a_phones_photo_with_a_second_picture_behind_it_is_one_photo(tmp_path):
    picture = Image.new("RGB", (800, 600), "teal")
    picture.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[Image.new("L", (400, 300))])
    found = examine_photos([tmp_path / "a.jpg"] * 3)
    assert found.accepted
    assert {facts.kind for facts in found.photos} == {"jpeg"}
    assert keep_photo(tmp_path / "a.jpg", tmp_path / "kept.jpg") == (800, 600)


def test_forty_megapixels_are_decoded_within_the_limits(tmp_path):
    Image.new("RGB", (8000, 5000), "maroon").save(tmp_path / "large.png", compress_level=1)
    found = examine_photos([tmp_path / "large.png"] * 3)
    assert found.accepted
    assert keep_photo(tmp_path / "large.png", tmp_path / "kept.jpg") == (3840, 2400)
