"""A phone sends a video in pieces. The line breaks, the page reloads, processes die: nothing is sent twice or lost."""

import errno
import os
import threading
from datetime import timedelta

import pytest
from django.db import connection
from PIL import Image

from cloudstore.kit.ids import uuid7
from cloudstore.queue.models import Job
from media import services, storage
from media.models import Asset
from media.services import UploadRefused
from tests.tasks.conftest import NOW, make_world

CONTENT = bytes(range(256)) * 40  # 10,240 bytes
PIECE = 4096


SIZE = len(CONTENT)


def begin(world, *, size=SIZE, kind="video", name="IMG_0001.MOV", purpose=None):
    return services.start_upload(
        dealer=world.dealers[0],
        brand_id=world.brand.pk,
        user=world.operator.user,
        kind=kind,
        name=name,
        size=size,
        now=NOW,
        purpose_id=purpose,
    )


def send(asset, offset, content=None):
    chunk = CONTENT[offset : offset + PIECE] if content is None else content
    return services.append(asset=asset, offset=offset, chunk=chunk, now=NOW)


def send_all(asset):
    offset = 0
    while offset < asset.size:
        offset = send(asset, offset)
    return services.complete(asset=asset, now=NOW)


def test_a_video_arrives_in_pieces_and_is_asked_for_preparation(world):
    asset = begin(world)
    assert [send(asset, 0), send(asset, 4096), send(asset, 8192)] == [4096, 8192, 10240]
    done = services.complete(asset=asset, now=NOW)
    assert (done.state, storage.path_of(done.file).read_bytes()) == ("received", CONTENT)
    job = Job.objects.get(name="media.prepare")
    assert (job.queue, job.kwargs) == ("render", {"asset_id": str(asset.pk)})
    assert not storage.incoming(asset.pk).exists()
    assert services.complete(asset=asset, now=NOW).pk == asset.pk
    assert Job.objects.filter(name="media.prepare").count() == 1


def test_a_piece_at_the_wrong_place_changes_nothing_and_hears_the_right_one(world):
    asset = begin(world)
    send(asset, 0)
    assert send(asset, 0) == 4096
    assert send(asset, 8192) == 4096
    assert send(asset, 4096) == 8192
    assert storage.incoming(asset.pk).read_bytes() == CONTENT[:8192]


def test_after_a_reload_the_same_upload_goes_on(world):
    purpose = uuid7()
    first = begin(world, purpose=purpose)
    send(first, 0)
    again = begin(world, purpose=purpose)
    assert (again.pk, services.uploads.offset_of(again)) == (first.pk, 4096)
    assert begin(world, purpose=purpose, name="other.mov").pk != first.pk
    assert begin(world, purpose=uuid7()).pk != first.pk
    send(first, 4096), send(first, 8192)
    services.complete(asset=first, now=NOW)
    assert begin(world, purpose=purpose).pk != first.pk, "a finished upload is not gone on with"


def test_a_killed_process_may_have_written_more_than_it_said(world):
    asset = begin(world)
    send(asset, 0)
    with storage.incoming(asset.pk).open("ab") as file:
        file.write(b"half a piece that nobody was told of")
    assert send(asset, 4096) == 8192
    assert storage.incoming(asset.pk).read_bytes() == CONTENT[:8192]


def test_after_a_power_cut_the_file_decides(world):
    asset = begin(world)
    send(asset, 0), send(asset, 4096)
    os.truncate(storage.incoming(asset.pk), 1000)
    assert services.uploads.offset_of(asset) == 1000
    assert send(asset, 1000) == 1000 + 4096


def test_a_kill_between_the_move_and_the_commit_is_made_good(world):
    asset = begin(world)
    for offset in (0, 4096, 8192):
        send(asset, offset)
    storage.incoming(asset.pk).replace(storage.ready(storage.original_name(asset.pk)))
    assert services.complete(asset=asset, now=NOW).state == "received"


def test_nothing_is_closed_before_every_byte_is_here(world):
    asset = begin(world)
    send(asset, 0)
    with pytest.raises(UploadRefused, match="closed"):
        services.complete(asset=asset, now=NOW)
    assert Asset.objects.get(pk=asset.pk).state == "receiving"


def test_more_bytes_than_announced_are_not_taken(world):
    asset = begin(world, size=100)
    with pytest.raises(UploadRefused, match="too_much"):
        send(asset, 0, b"x" * 101)
    assert send(asset, 0, b"x" * 100) == 100


def test_what_is_refused_before_the_first_byte(world, settings):
    settings.UPLOAD_LIMIT = 5 * 1024**2
    for size, reason in ((0, "empty_file"), (6 * 1024**2, "too_big")):
        with pytest.raises(UploadRefused, match=reason):
            begin(world, size=size)


def test_a_full_disk_is_said_and_nothing_is_half_stored(world, monkeypatch):
    asset = begin(world)
    send(asset, 0)
    real = os.pwrite

    def full(descriptor, data, offset):
        real(descriptor, bytes(data)[:100], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(UploadRefused, match="no_room"):
        send(asset, 4096)
    monkeypatch.undo()
    assert send(asset, 4096) == 8192
    assert storage.incoming(asset.pk).read_bytes() == CONTENT[:8192]


def test_an_upload_larger_than_the_disk_is_not_begun(world, monkeypatch):
    monkeypatch.setattr(storage, "free_bytes", lambda: 600 * 1024**2)
    with pytest.raises(UploadRefused, match="no_room"):
        begin(world, size=200 * 1024**2)


@pytest.mark.django_db(transaction=True)
def test_two_senders_of_one_piece_write_it_once():
    world = make_world()
    asset = begin(world)
    answers = []

    def work():
        try:
            answers.append(send(asset, 0))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [4096] * 4
    assert storage.incoming(asset.pk).read_bytes() == CONTENT[:4096]


def test_what_was_never_finished_is_swept_after_two_days(world):
    old, young = begin(world), begin(world, name="young.mov")
    send(old, 0)
    Asset.objects.filter(pk=old.pk).update(changed_at=NOW - timedelta(hours=49))
    assert services.forget_stale(now=NOW) == 1
    assert list(Asset.objects.values_list("pk", flat=True)) == [young.pk]
    assert not storage.incoming(old.pk).exists()


class TestPhotos:
    def picture(self, path, size=(400, 600), colour="teal", **more):
        Image.new("RGB", size, colour).save(path, **more)
        return path.read_bytes()

    def add(self, story, content):
        return services.add_photo(asset=story, chunks=[content], now=NOW)

    @pytest.fixture
    def story(self, world):
        return begin(world, kind="photo_story", size=0, name="")

    def test_three_photos_with_captions_become_a_story(self, story, tmp_path):
        photos = [
            self.add(story, self.picture(tmp_path / f"{n}.jpg", colour=c))
            for n, c in enumerate(("red", "green", "blue"))
        ]
        order = [(photos[2].pk, "车头"), (photos[0].pk, " 内饰 ")]
        services.arrange_photos(asset=story, order=order, now=NOW)
        rows = list(story.photos.order_by("position").values_list("pk", "position", "caption"))
        assert rows == [(photos[2].pk, 0, "车头"), (photos[0].pk, 1, "内饰"), (photos[1].pk, 2, "")]
        assert services.complete(asset=story, now=NOW).state == "received"

    def test_two_are_too_few_and_thirteen_too_many(self, story, tmp_path):
        content = self.picture(tmp_path / "p.jpg")
        for _ in range(2):
            self.add(story, content)
        with pytest.raises(UploadRefused, match="too_few_photos"):
            services.complete(asset=story, now=NOW)
        for _ in range(10):
            self.add(story, content)
        with pytest.raises(UploadRefused, match="too_many_photos"):
            self.add(story, content)

    def test_position_and_camera_are_dropped(self, story, tmp_path):
        exif = Image.Exif()
        exif[0x010F] = "Telephone Works"
        exif.get_ifd(0x8825)[2] = (31.0, 13.0, 48.0)
        photo = self.add(story, self.picture(tmp_path / "p.jpg", exif=exif))
        with Image.open(storage.path_of(photo.file)) as kept:
            assert dict(kept.getexif()) == {}

    @pytest.mark.parametrize(
        ("content", "reason"),
        [(b"", "empty_file"), (b"<svg onload=x>", "not_a_photo"), (b"\xff\xd8\xff" + b"x" * 90, "photo_damaged")],
    )
    def test_what_is_no_photo_is_refused_with_the_reason(self, story, content, reason):
        with pytest.raises(UploadRefused, match=reason):
            self.add(story, content)
        assert story.photos.count() == 0

    def test_a_photo_can_be_taken_out_again(self, story, tmp_path):
        photo = self.add(story, self.picture(tmp_path / "p.jpg"))
        services.remove_photo(photo=photo, now=NOW)
        assert story.photos.count() == 0
