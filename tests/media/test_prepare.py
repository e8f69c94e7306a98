"""What becomes of an upload: refused with its reason, or rendered with the brand's end card and a cover."""

import pytest

from cloudstore.queue.models import Job, Pulse
from cloudstore.queue.performing import perform
from media import services, storage
from media.jobs import prepare as prepare_job
from media.models import Asset, Rendition
from media.rendering.errors import RenderFailed
from media.rendering.probe import probe
from tests.media.corpus import HOSTILE, ffmpeg, moving, plain_clip
from tests.tasks.conftest import NOW

assert prepare_job


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    return plain_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


def uploaded(world, path, **more):
    """An asset whose bytes are all here."""
    content = path.read_bytes()
    asset = services.start_upload(
        dealer=world.dealers[0],
        brand_id=world.brand.pk,
        user=world.operator.user,
        kind="video",
        name=path.name,
        size=len(content),
        now=NOW,
        **more,
    )
    services.append(asset=asset, offset=0, chunk=content, now=NOW)
    return services.complete(asset=asset, now=NOW)


def run_prepare():
    for job in Job.objects.filter(name="media.prepare", state="ready"):
        assert perform(job.pk)


def test_a_phones_video_becomes_a_vertical_post_with_end_card_and_cover(world, clip):
    asset = uploaded(world, clip, render_spec={"title": "新款 L5 试驾"})
    run_prepare()
    asset.refresh_from_db()
    assert (asset.state, asset.progress) == ("ready", 100)
    assert len(asset.sha256) == 64
    assert len(asset.phash) == 16
    assert 1400 <= asset.duration_ms <= 1600
    assert asset.probe["portrait"] is True
    video, cover = asset.renditions.get(kind="video"), asset.renditions.get(kind="cover")
    seen = probe(storage.path_of(video.file))
    assert (seen.width, seen.height) == (1080, 1920)
    assert seen.duration_ms - asset.duration_ms == pytest.approx(2000, abs=150), "two seconds of end card"
    assert storage.path_of(cover.file).read_bytes().startswith(b"\xff\xd8\xff")
    assert Pulse.objects.filter(topic=f"asset:{asset.pk}").count() >= 3
    assert Job.objects.get().state == "done"


def test_preparing_again_makes_nothing_new(world, clip):
    asset = uploaded(world, clip)
    run_prepare()
    before = {row.key: storage.path_of(row.file).stat().st_mtime_ns for row in Rendition.objects.all()}
    # A worker died after the file was written and before the row was.
    Asset.objects.filter(pk=asset.pk).update(state="rendering")
    Rendition.objects.all().delete()
    services.prepare(asset.pk, now=NOW)
    after = {row.key: storage.path_of(row.file).stat().st_mtime_ns for row in Rendition.objects.all()}
    assert after == before
    assert Asset.objects.get(pk=asset.pk).state == "ready"


LIES = [
    "png named mp4",
    "upload broke off",
    "frames 20,000 wide",
    "sound alone",
    "hls named mp4",
    "ten hours",
    "postage stamp",
]


@pytest.mark.parametrize("name", LIES)
def test_what_cannot_be_used_is_refused_with_its_reason(world, name, tmp_path):
    reason, file_name, build = HOSTILE[name]
    asset = uploaded(world, build(tmp_path / file_name))
    run_prepare()
    asset.refresh_from_db()
    assert asset.state == "refused"
    assert [finding["code"] for finding in asset.findings] == [reason]
    assert asset.findings[0]["blocking"]
    assert asset.renditions.count() == 0
    assert Job.objects.get().state == "done", "a refusal is an answer, not a failure to be tried again"


def test_a_refused_file_does_not_stay_on_the_disk(world, tmp_path, django_capture_on_commit_callbacks):
    (tmp_path / "x.mp4").write_bytes(b"no video at all, just words" * 10)
    asset = uploaded(world, tmp_path / "x.mp4")
    with django_capture_on_commit_callbacks(execute=True):
        services.prepare(asset.pk, now=NOW)
    assert not storage.path_of(asset.file).exists()


def test_a_passing_failure_is_tried_again_later(world, clip, monkeypatch):
    asset = uploaded(world, clip)

    def broken(*_args, **_more):
        raise RenderFailed("disk_full", permanent=False)

    monkeypatch.setitem(services.prepare.__globals__, "render", broken)
    run_prepare()
    job = Job.objects.get()
    assert (job.state, job.attempts, job.last_error) == ("ready", 1, "disk_full")
    assert Asset.objects.get(pk=asset.pk).state == "received"
    monkeypatch.undo()
    Job.objects.update(due_at=NOW)
    run_prepare()
    assert Asset.objects.get(pk=asset.pk).state == "ready"


def test_a_task_without_end_card_gets_none(world, clip):
    asset = uploaded(world, clip, render_spec={"preset": "none"})
    run_prepare()
    asset.refresh_from_db()
    assert asset.renditions.get(kind="video").duration_ms == asset.duration_ms


def test_a_photo_story_becomes_a_video(world, tmp_path):
    story = services.start_upload(
        dealer=world.dealers[0],
        brand_id=world.brand.pk,
        user=world.operator.user,
        kind="photo_story",
        name="",
        size=0,
        now=NOW,
    )
    for number in range(3):
        frame = tmp_path / f"{number}.jpg"
        ffmpeg(*moving(480, 640, seconds=0.1), "-frames:v", "1", str(frame))
        photo = services.add_photo(asset=story, chunks=[frame.read_bytes()], now=NOW)
        services.arrange_photos(asset=story, order=[(photo.pk, f"第 {number + 1} 张")], now=NOW)
    services.complete(asset=story, now=NOW)
    run_prepare()
    story.refresh_from_db()
    assert (story.state, story.duration_ms) == ("ready", 9000)
    video = story.renditions.get(kind="video")
    assert (video.duration_ms, video.width, video.height) == (11_000, 1080, 1920)
