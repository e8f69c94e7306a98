"""The photos of a story: taken one by one, cleaned at once, put in order, given captions."""

import tempfile
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction
from django.db.models import Max

from cloudstore.kit.ids import uuid7
from media import storage
from media.models import Asset, Photo
from media.rendering.errors import RenderFailed, RenderRefused
from media.rendering.photos import examine_photos, keep_photo
from media.rules.limits import PHOTO_LIMITS
from media.rules.refusals import Refusal
from media.services.uploads import CLOSED, UploadRefused

#: A single photo is judged when it arrives; whether there are enough is asked at the end.
_ONE_BY_ONE = replace(PHOTO_LIMITS, min_photos=1)
_CAPTION = 60


def add_photo(*, asset: Asset, chunks: Iterable[bytes], now: datetime) -> Photo:
    """Take one photo: judge it by its content, write it anew without EXIF and position, put it last.

    Raises `UploadRefused` with the reason; the story stays as it was.
    """
    if asset.state != "receiving" or asset.kind != "photo_story":
        raise UploadRefused(CLOSED)
    if asset.photos.count() >= PHOTO_LIMITS.max_photos:
        raise UploadRefused(Refusal.TOO_MANY_PHOTOS, {"limit": PHOTO_LIMITS.max_photos})
    photo_id = uuid7()
    name = storage.photo_name(asset.pk, photo_id)
    target = storage.ready(name)
    width, height = _clean(chunks, target)
    with transaction.atomic():
        Asset.objects.select_for_update().get(pk=asset.pk)
        last = Photo.objects.filter(asset=asset).aggregate(last=Max("position"))["last"]
        photo = Photo.objects.create(
            pk=photo_id, asset=asset, position=0 if last is None else last + 1, file=name, width=width, height=height
        )
        Asset.objects.filter(pk=asset.pk).update(changed_at=now)
    return photo


def _clean(chunks: Iterable[bytes], target: Path) -> tuple[int, int]:
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix="taking-") as raw:
        _take(raw, chunks)
        source = Path(raw.name)
        try:
            seen = examine_photos([source], _ONE_BY_ONE)
            if not seen.accepted:
                finding = seen.findings[0]
                raise UploadRefused(finding.code.value, dict(finding.facts))
            return keep_photo(source, target)
        except RenderRefused as refusal:
            raise UploadRefused(refusal.code.value, refusal.facts) from None
        except RenderFailed as failure:
            raise UploadRefused(Refusal.PHOTO_DAMAGED, {"photo": 1}) from failure


def _take(file: IO[bytes], chunks: Iterable[bytes]) -> None:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > PHOTO_LIMITS.max_bytes:
            raise UploadRefused(
                Refusal.PHOTO_TOO_BIG,
                {"photo": 1, "megabytes": round(size / 1024**2, 1), "limit": PHOTO_LIMITS.max_bytes // 1024**2},
            )
        file.write(chunk)
    file.flush()


def arrange_photos(*, asset: Asset, order: Sequence[tuple[uuid.UUID, str]], now: datetime) -> None:
    """Put the photos into this order with these captions. Photos that are not named keep their order behind them."""
    with transaction.atomic():
        row = Asset.objects.select_for_update().get(pk=asset.pk)
        if row.state != "receiving":
            raise UploadRefused(CLOSED)
        photos = {photo.pk: photo for photo in Photo.objects.filter(asset=asset).order_by("position")}
        wanted = {photo_id: caption for photo_id, caption in order if photo_id in photos}
        sorted_ids = [*wanted, *(photo_id for photo_id in photos if photo_id not in wanted)]
        _renumber(photos, sorted_ids, wanted)
        Asset.objects.filter(pk=asset.pk).update(changed_at=now)


def _renumber(photos: dict[uuid.UUID, Photo], order: list[uuid.UUID], captions: dict[uuid.UUID, str]) -> None:
    # Two passes: the numbers are unique, so the new ones first stand beyond the old ones.
    shift = max((photo.position for photo in photos.values()), default=0) + 1
    for start in (shift + len(order), 0):
        for number, photo_id in enumerate(order):
            photo = photos[photo_id]
            photo.position = start + number
            photo.caption = captions.get(photo_id, photo.caption).strip()[:_CAPTION]
            photo.save(update_fields=["position", "caption"])


def remove_photo(*, photo: Photo, now: datetime) -> None:
    """Take a photo out of a story that is not sent yet."""
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=photo.asset_id)
        if asset.state != "receiving":
            raise UploadRefused(CLOSED)
        photo.delete()
        Asset.objects.filter(pk=asset.pk).update(changed_at=now)
        transaction.on_commit(lambda: storage.forget(photo.file))
