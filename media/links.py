"""Links to private files: signed, bound to one person and one file, valid for an hour or two."""

import uuid
from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from cloudstore.kit.clock import now
from media.models import Asset, Photo, Rendition

_SIGNER = signing.Signer(salt="media.links")
_HOUR = 3600
_KINDS: dict[type, str] = {Rendition: "r", Photo: "p", Asset: "a"}


@dataclass(frozen=True, slots=True)
class Permit:
    """What a link says: the kind and id of the row, and whose link it is."""

    kind: str
    pk: uuid.UUID
    user_id: int


def link(row: Rendition | Photo | Asset, *, user_id: int) -> str:
    """The address of a file for one person. It is the same for a whole hour, so that browsers may keep what they have."""
    until = int(now().timestamp()) // _HOUR + 2
    return reverse(
        "media:file", args=[_SIGNER.sign_object([_KINDS[type(row)], row.pk.hex, user_id, until], compress=False)]
    )


def read(token: str) -> Permit | None:
    """What a link permits; None when it is forged, malformed or out of date."""
    try:
        kind, pk, user_id, until = _SIGNER.unsign_object(token)
        permit = Permit(str(kind), uuid.UUID(pk), int(user_id))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    fresh = isinstance(until, int) and int(now().timestamp()) // _HOUR < until
    return permit if fresh else None
