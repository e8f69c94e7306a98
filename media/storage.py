"""Where the files of an asset lie below MEDIA_ROOT. Every name is made here from ids; nothing a user typed becomes part of a path."""

import os
import shutil
import uuid
from pathlib import Path

from django.conf import settings

INCOMING, ORIGINALS, PHOTOS, RENDITIONS = "incoming", "originals", "photos", "renditions"


def root() -> Path:
    """The folder of all uploads."""
    return Path(settings.MEDIA_ROOT)


def path_of(name: str) -> Path:
    """The full path of a stored relative name. Raises ValueError for a name that leaves the folder."""
    path = (root() / name).resolve()
    if not path.is_relative_to(root().resolve()):
        raise ValueError("a stored name points outside the uploads")
    return path


def incoming(asset_id: uuid.UUID) -> Path:
    """The growing file of an upload under way."""
    return _ready(root() / INCOMING / f"{asset_id}.part")


def original_name(asset_id: uuid.UUID) -> str:
    """Relative name of a complete upload. No ending: what it is, its content says."""
    return f"{ORIGINALS}/{_shelf(asset_id)}/{asset_id}"


def photo_name(asset_id: uuid.UUID, photo_id: uuid.UUID) -> str:
    """Relative name of one cleaned photo of a story."""
    return f"{PHOTOS}/{_shelf(asset_id)}/{asset_id}/{photo_id}.jpg"


def rendition_folder(asset_id: uuid.UUID) -> str:
    """Relative name of the folder in which everything made from an asset lies."""
    return f"{RENDITIONS}/{_shelf(asset_id)}/{asset_id}"


def relative(path: Path) -> str:
    """The name under which a path below MEDIA_ROOT is stored."""
    return str(path.resolve().relative_to(root().resolve()))


def ready(name: str) -> Path:
    """The full path of a stored name, its folder made."""
    return _ready(path_of(name))


def free_bytes() -> int:
    """Room left on the disk of the uploads."""
    return shutil.disk_usage(root()).free


def forget(name: str) -> None:
    """Delete a stored file, if it is there."""
    if name:
        path_of(name).unlink(missing_ok=True)


def forget_folder(name: str) -> None:
    """Delete a folder of renditions or photos with what is in it, if it is there."""
    folder = path_of(name)
    if folder != root().resolve():
        shutil.rmtree(folder, ignore_errors=True)


def _shelf(asset_id: uuid.UUID) -> str:
    # The last digits of a version 7 id are random: 256 shelves fill evenly.
    return asset_id.hex[-2:]


def _ready(path: Path) -> Path:
    os.makedirs(path.parent, exist_ok=True)
    return path
