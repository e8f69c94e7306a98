"""Taking a file from a phone, piece by piece. A broken line, a reload or a killed process costs at most one piece."""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from cloudstore.network.models import Dealer
from cloudstore.queue.services import enqueue, pulse
from cloudstore.users.models import User
from media import storage
from media.models import Asset
from media.rules.accept import photo_count
from media.rules.limits import MIB
from media.rules.refusals import Fact, Refusal

KEEP_UNFINISHED = timedelta(hours=48)
#: Unfinished uploads that one dealer may have at a time; more is a broken client.
MOST_UNFINISHED = 40
#: What must stay free on the disk after an upload: renditions and the database need room, too.
KEEP_FREE = 512 * MIB
NO_ROOM = "no_room"
TOO_MANY_UPLOADS = "too_many_uploads"
CLOSED = "closed"
TOO_MUCH = "too_much"


class UploadRefused(Exception):
    """This upload is not taken; `code` is a refusal of `media.rules` or one of this module, `facts` explain it."""

    def __init__(self, code: str, facts: dict[str, Fact] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts or {}


def start_upload(
    *,
    dealer: Dealer,
    brand_id: int,
    user: User | None,
    kind: str,
    name: str,
    size: int,
    now: datetime,
    purpose_id: uuid.UUID | None = None,
    render_spec: dict[str, str] | None = None,
) -> Asset:
    """Open an upload of `size` bytes (0 for a photo story, whose photos come one by one), or find the same one again.

    The same person, purpose, name and size with pieces already here is the upload that broke off: its `received` says
    where to go on. Raises `UploadRefused`.
    """
    _refuse_early(dealer, kind, size)
    with transaction.atomic():
        again = _unfinished(dealer, user, purpose_id, kind, name, size)
        if again is not None:
            return again
        return Asset.objects.create(
            brand_id=brand_id,
            dealer=dealer,
            uploaded_by=user,
            kind=kind,
            original_name=name[:200],
            size=size,
            purpose_id=purpose_id,
            render_spec=render_spec or {},
            created_at=now,
            changed_at=now,
        )


def _refuse_early(dealer: Dealer, kind: str, size: int) -> None:
    if kind == "video" and size <= 0:
        raise UploadRefused(Refusal.EMPTY_FILE)
    if size > settings.UPLOAD_LIMIT:
        raise UploadRefused(Refusal.TOO_BIG, {"megabytes": round(size / MIB, 1), "limit": settings.UPLOAD_LIMIT // MIB})
    if storage.free_bytes() < size + KEEP_FREE:
        raise UploadRefused(NO_ROOM)
    if Asset.objects.filter(dealer=dealer, state="receiving").count() >= MOST_UNFINISHED:
        raise UploadRefused(TOO_MANY_UPLOADS, {"limit": MOST_UNFINISHED})


def _unfinished(
    dealer: Dealer, user: User | None, purpose_id: uuid.UUID | None, kind: str, name: str, size: int
) -> Asset | None:
    if purpose_id is None or user is None:
        return None
    return (
        Asset.objects.filter(
            purpose_id=purpose_id,
            dealer=dealer,
            uploaded_by=user,
            kind=kind,
            original_name=name[:200],
            size=size,
            state="receiving",
        )
        .order_by("-created_at")
        .first()
    )


def append(*, asset: Asset, offset: int, chunk: bytes, now: datetime) -> int:
    """Add a piece that begins at `offset`; returns the offset at which the next piece must begin.

    A piece at another offset changes nothing: the answer says where to go on. Two senders at once queue on the file's
    lock, so a piece is written whole or not at all. Raises `UploadRefused` for a closed upload or bytes beyond its size.
    """
    with _locked(asset.pk) as part:
        row = Asset.objects.only("state", "size", "received", "kind").get(pk=asset.pk)
        if row.state != "receiving" or row.kind != "video":
            raise UploadRefused(CLOSED)
        here = _safe_offset(part, row)
        if offset != here:
            return here
        if here + len(chunk) > row.size:
            raise UploadRefused(TOO_MUCH, {"limit": row.size})
        _write(part, here, chunk)
        Asset.objects.filter(pk=row.pk, state="receiving").update(received=here + len(chunk), changed_at=now)
        return here + len(chunk)


def offset_of(asset: Asset) -> int:
    """Where an upload under way goes on."""
    with _locked(asset.pk) as part:
        return _safe_offset(part, Asset.objects.only("received").get(pk=asset.pk))


def _safe_offset(part: int, row: Asset) -> int:
    # After a power cut the file may be shorter than the row remembers; after a killed process it may be longer.
    return min(row.received, os.fstat(part).st_size)


def _write(part: int, offset: int, chunk: bytes) -> None:
    """Write and reach the disk. On a full disk the row does not move, and the next piece overwrites what was left here."""
    rest = memoryview(chunk)
    try:
        os.ftruncate(part, offset)
        while rest:
            written = os.pwrite(part, rest, offset)
            rest, offset = rest[written:], offset + written
        os.fdatasync(part)
    except OSError as error:
        raise UploadRefused(NO_ROOM) from error


@contextmanager
def _locked(asset_id: uuid.UUID) -> Iterator[int]:
    """The growing file as a descriptor, held for this sender alone."""
    part = os.open(storage.incoming(asset_id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(part, fcntl.LOCK_EX)
        yield part
    finally:
        os.close(part)  # closing the only descriptor of this open file releases the lock


def complete(*, asset: Asset, now: datetime) -> Asset:
    """Close an upload whose bytes (or photos) are all here and ask for its preparation. Safe to call twice.

    Raises `UploadRefused`: `closed` when bytes are missing, or a photo count that no story has.
    """
    with transaction.atomic():
        row = Asset.objects.select_for_update().get(pk=asset.pk)
        if row.state != "receiving":
            return row
        if row.kind == "video":
            _shelve(row)
        else:
            _count_photos(row)
        row.state, row.changed_at, row.progress = "received", now, 0
        row.save(update_fields=["state", "changed_at", "progress", "file"])
        enqueue("media.prepare", key=f"media.prepare:{row.pk}", queue="render", asset_id=str(row.pk))
        pulse(f"asset:{row.pk}", f"dealer:{row.dealer_id}")
    return row


def _shelve(row: Asset) -> None:
    """Move the file to its place. After a kill between the move and the commit the file already lies there."""
    part, name = storage.incoming(row.pk), storage.original_name(row.pk)
    target = storage.ready(name)
    if part.exists() and part.stat().st_size == row.size == row.received:
        part.replace(target)
    elif not (target.exists() and target.stat().st_size == row.size):
        raise UploadRefused(CLOSED, {"received": row.received, "size": row.size})
    row.file = name


def _count_photos(row: Asset) -> None:
    for finding in photo_count(row.photos.count()):
        raise UploadRefused(finding.code.value, dict(finding.facts))


def forget_stale(*, now: datetime) -> int:
    """Delete uploads that were never finished, with their files. Returns how many."""
    stale = list(Asset.objects.filter(state="receiving", changed_at__lt=now - KEEP_UNFINISHED).order_by("pk")[:500])
    for asset in stale:
        # Only if nobody went on with it meanwhile.
        gone, _ = Asset.objects.filter(pk=asset.pk, state="receiving", changed_at=asset.changed_at).delete()
        if gone:
            storage.incoming(asset.pk).unlink(missing_ok=True)
            storage.forget_folder(os.path.dirname(storage.photo_name(asset.pk, asset.pk)))
    return len(stale)
