"""From what was uploaded to what can be reviewed: look, refuse or render, cover. Every step may be repeated after a kill."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from cloudstore.queue.services import pulse
from media import storage
from media.models import Asset, Rendition
from media.rendering.cover import CoverSpec, make_cover
from media.rendering.errors import RenderFailed, RenderRefused
from media.rendering.phash import perceptual_hash
from media.rendering.photos import examine_photos
from media.rendering.probe import examine, probe, sha256_of
from media.rendering.spec import EndCard, RenderSpec
from media.rendering.story import StorySpec, render_story
from media.rendering.transcode import Rendered, render
from media.rules.accept import accepted
from media.rules.facts import Probe
from media.rules.marks import Mark, mark_for
from media.rules.refusals import Finding

#: Steps of the progress bar that are worth a write and a pulse.
_STEP = 4
#: Where the cover is taken from when nobody chose: past the first blink, before the talking ends.
_COVER_AT = 0.2

_FINISHED = {"ready", "refused"}


def prepare(asset_id: uuid.UUID | str, *, now: datetime) -> Asset:
    """Probe, check, render and cover an uploaded asset; the row ends as `ready` or `refused`.

    Running it again continues or changes nothing: results are named by the hash of input and specification. Raises
    `RenderFailed` when the work broke off for a reason that may pass (the row waits as `received`).
    """
    asset = Asset.objects.select_related("brand", "dealer").get(pk=asset_id)
    if asset.state in _FINISHED or asset.state == "receiving":
        return asset
    _move(asset, "checking", now=now, progress=0)
    try:
        return _prepare_story(asset, now) if asset.kind == "photo_story" else _prepare_video(asset, now)
    except RenderRefused as refusal:
        return _refuse(asset, [finding_json(refusal.finding)], now=now)
    except RenderFailed as failure:
        if failure.permanent:
            return _refuse(asset, [{"code": failure.code, "blocking": True, "facts": {}}], now=now)
        _move(asset, "received", now=now, progress=0)
        raise


def _prepare_video(asset: Asset, now: datetime) -> Asset:
    source = storage.path_of(asset.file)
    asset.sha256 = sha256_of(source)
    seen = examine(source)
    findings = [finding_json(finding) for finding in seen.findings]
    if seen.probe is None or not accepted(seen.findings):
        return _refuse(asset, findings, now=now)
    asset.findings = findings
    asset.probe, asset.duration_ms = probe_json(seen.probe), seen.probe.duration_ms
    asset.phash = perceptual_hash(source, seen.probe)
    _move(asset, "rendering", now=now, progress=0)
    made = render(
        source,
        seen.probe,
        render_spec(asset),
        folder=_folder(asset),
        source_sha256=asset.sha256,
        on_progress=_progress(asset.pk),
    )
    return _finish(asset, made, now)


def _prepare_story(asset: Asset, now: datetime) -> Asset:
    photos = list(asset.photos.order_by("position"))
    paths = [storage.path_of(photo.file) for photo in photos]
    seen = examine_photos(paths)
    if not seen.accepted:
        return _refuse(asset, [finding_json(finding) for finding in seen.findings], now=now)
    hashes = [sha256_of(path) for path in paths]
    asset.sha256 = hashlib.sha256("+".join(hashes).encode()).hexdigest()
    spec = StorySpec(render_spec(asset), tuple(photo.caption for photo in photos))
    asset.findings, asset.duration_ms = [], spec.length_ms(len(paths))
    _move(asset, "rendering", now=now, progress=0)
    made = render_story(paths, spec, folder=_folder(asset), source_sha256s=hashes, on_progress=_progress(asset.pk))
    whole = probe(made.path)
    asset.probe = probe_json(whole)
    # Of the part before the end card, which all stories share.
    asset.phash = perceptual_hash(made.path, replace(whole, duration_ms=asset.duration_ms))
    return _finish(asset, made, now)


def _finish(asset: Asset, made: Rendered, now: datetime) -> Asset:
    """Cover, rows, ready: the rows appear together with the state, never before the files."""
    seen = probe(made.path)
    covers = CoverSpec(at_ms=round(asset.duration_ms * _COVER_AT), title=asset.render_spec.get("title", ""))
    cover = make_cover(made.path, seen, covers, folder=made.path.parent, source_sha256=asset.sha256)
    with transaction.atomic():
        _remember(asset, "video", made.path, made.width, made.height, now, duration_ms=made.duration_ms)
        _remember(asset, "cover", cover, *covers.size, now)
        _move(asset, "ready", now=now, progress=100)
        pulse(f"dealer:{asset.dealer_id}")
    return asset


def _remember(
    asset: Asset, kind: str, path: Path, width: int, height: int, now: datetime, *, duration_ms: int = 0
) -> None:
    Rendition.objects.get_or_create(
        asset=asset,
        kind=kind,
        key=path.stem,
        defaults={
            "file": storage.relative(path),
            "size": path.stat().st_size,
            "width": width,
            "height": height,
            "duration_ms": duration_ms,
            "created_at": now,
        },
    )


def _folder(asset: Asset) -> Path:
    folder = storage.path_of(storage.rendition_folder(asset.pk))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _refuse(asset: Asset, findings: list[dict[str, object]], *, now: datetime) -> Asset:
    """Keep the reasons, drop the file: a refused upload is replaced, not kept."""
    asset.findings = findings
    with transaction.atomic():
        _move(asset, "refused", now=now, progress=0)
        pulse(f"dealer:{asset.dealer_id}")
        transaction.on_commit(lambda: storage.forget(asset.file))
    return asset


def _move(asset: Asset, state: str, *, now: datetime, progress: int) -> None:
    asset.state, asset.changed_at, asset.progress = state, now, progress
    with transaction.atomic():
        asset.save(
            update_fields=[
                "state",
                "changed_at",
                "progress",
                "sha256",
                "probe",
                "findings",
                "phash",
                "duration_ms",
            ]
        )
        pulse(f"asset:{asset.pk}")


def _progress(asset_id: uuid.UUID) -> Callable[[float], None]:
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        percent = min(99, int(share * 100))
        if percent - told < _STEP:
            return
        told = percent
        with transaction.atomic():
            Asset.objects.filter(pk=asset_id, state="rendering").update(progress=percent)
            pulse(f"asset:{asset_id}")

    return tell


def render_spec(asset: Asset) -> RenderSpec:
    """How this asset is rendered: the brand's end card unless the task went without, marks only where they do no harm."""
    wanted = asset.render_spec
    brand, dealer = asset.brand, asset.dealer
    card = None
    if wanted.get("preset", "end_card") != "none":
        card = EndCard(brand.name_zh, dealer.name, colour=brand.accent, line=wanted.get("line", ""))
    mark = Mark(wanted["mark"]) if wanted.get("mark") in set(Mark) else Mark.NONE
    return RenderSpec(card, mark=mark_for(wanted.get("platform", "douyin"), mark), mark_text=brand.name_zh)


def finding_json(finding: Finding) -> dict[str, object]:
    """The stored form of a finding."""
    return {"code": finding.code.value, "blocking": finding.blocking, "facts": dict(finding.facts)}


def probe_json(seen: Probe) -> dict[str, object]:
    """The facts of a video that screens and indicators use."""
    return {
        "width": seen.display_width,
        "height": seen.display_height,
        "duration_ms": seen.duration_ms,
        "fps": round(seen.fps, 2),
        "codec": seen.video_codec,
        "sound": seen.has_sound,
        "portrait": seen.portrait,
        "rotation": seen.rotation,
        "size": seen.size_bytes,
    }
