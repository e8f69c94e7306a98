"""Takes the demo network away: every row of its brands, its people, its files, and what the queue still knew of them."""

import os
from collections.abc import Iterable
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from wagtail.models import ModelLogEntry, Page, PageLogEntry, ReferenceIndex, Revision
from wagtail.search.models import IndexEntry

from cloudstore.capture.models import RateCount
from cloudstore.demo.cast import BRANDS
from cloudstore.demo.structure import logins_file
from cloudstore.gateway.models import DoorCount
from cloudstore.kit.clock import now
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Brand, StaffMember
from cloudstore.queue.models import Job, Pulse
from cloudstore.storefront.models import BrandPage
from cloudstore.users.models import User
from media import storage
from media.models import Asset


def remove() -> dict[str, int]:
    """Remove the demo brands. Returns how many rows of each table went; empty when there was no demo network."""
    brands = list(Brand.objects.filter(slug__in=[card.slug for card in BRANDS]).values_list("pk", flat=True))
    if not brands:
        return {}
    assets = list(Asset.objects.filter(brand_id__in=brands).values_list("pk", flat=True))
    with transaction.atomic():
        gone = _rows(brands)
    for asset in assets:
        _forget_files(asset)
    logins_file().unlink(missing_ok=True)
    return gone


def _forget_files(asset: UUID) -> None:
    """Everything that was uploaded or made for an asset, and the folders that are empty then."""
    storage.forget(storage.original_name(asset))
    storage.incoming(asset).unlink(missing_ok=True)
    for folder in (storage.rendition_folder(asset), os.path.dirname(storage.photo_name(asset, asset))):
        storage.forget_folder(folder)
        for parent in list(storage.path_of(folder).parents)[:2]:
            if parent.is_dir() and parent != storage.root() and not any(parent.iterdir()):
                parent.rmdir()


def _rows(brands: list[int]) -> dict[str, int]:
    people = list(StaffMember.objects.filter(brand_id__in=brands).values_list("user_id", flat=True))
    gone: dict[str, int] = {}
    _remove_pages(brands)
    named: set[str] = set()
    wanted = [(model, _of_brands(model, brands)) for model in _tenant_models()]
    # All ids are read before the first row goes: the way to the brand leads through rows of other tables.
    keys = [(model, list(rows.values_list("pk", flat=True))) for model, rows in wanted]
    for model, ids in keys:
        named.update(map(str, ids))
        _remove_traces(model, ids)
        gone[model._meta.label] = _delete(model, ids)
    gone["users.User"] = len(people)
    _remove_people(people)
    _remove_from_queue(named)
    return {label: number for label, number in gone.items() if number}


def _tenant_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if isinstance(getattr(model, "scope_path", None), ScopePath)]


def _of_brands(model: type[Model], brands: list[int]) -> QuerySet[Model]:
    path: ScopePath = model.scope_path  # type: ignore[attr-defined]
    return model._default_manager.filter(**{f"{path.brand}__in": brands})


def _delete(model: type[Model], ids: list[object]) -> int:
    """Delete plainly, without asking for relations: foreign keys are checked when the transaction ends, and all rows go."""
    for start in range(0, len(ids), 500):
        rows = model._base_manager.filter(pk__in=ids[start : start + 500])
        rows._raw_delete(rows.db)
    return len(ids)


def _remove_pages(brands: list[int]) -> None:
    """Pages go through their tree, which keeps its numbers straight. Their history goes with them."""
    for page in BrandPage.objects.filter(brand_id__in=brands):
        ids = [one.pk for one in Page.objects.descendant_of(page, inclusive=True)]
        page.delete()
        PageLogEntry.objects.filter(page_id__in=ids).delete()
        _forget(Page, map(str, ids))


def _remove_traces(model: type[Model], ids: list[object]) -> None:
    """What the console keeps about rows of any table: revisions, log, references, search entries."""
    if hasattr(model, "_meta") and model._meta.app_label in ("tasks", "capture", "network", "storefront"):
        for start in range(0, len(ids), 500):
            _forget(model, [str(one) for one in ids[start : start + 500]])


def _forget(model: type[Model], ids: Iterable[str]) -> None:
    kind, found = ContentType.objects.get_for_model(model), list(ids)
    Revision.objects.filter(object_id__in=found).filter(Q(content_type=kind) | Q(base_content_type=kind)).delete()
    ModelLogEntry.objects.filter(content_type=kind, object_id__in=found).delete()
    ReferenceIndex.objects.filter(base_content_type=kind, object_id__in=found).delete()
    ReferenceIndex.objects.filter(to_content_type=kind, to_object_id__in=found).delete()
    IndexEntry.objects.filter(content_type=kind, object_id__in=found).delete()


def _remove_people(people: list[int]) -> None:
    theirs = {str(one) for one in people}
    for session in Session.objects.filter(expire_date__gt=now()):
        if session.get_decoded().get("_auth_user_id") in theirs:
            session.delete()
    User.objects.filter(pk__in=people).delete()


def _remove_from_queue(named: set[str]) -> None:
    """Jobs about removed rows, finished ones included; topics; counts of the public doors."""
    about = [job.pk for job in Job.objects.all().only("pk", "kwargs") if named & set(map(str, job.kwargs.values()))]
    _delete(Job, list(about))
    Pulse.objects.all().delete()
    RateCount.objects.all().delete()
    DoorCount.objects.filter(client_key__in=[card.client_key for card in BRANDS]).delete()
