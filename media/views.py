"""Pieces of uploads coming in, files going out."""

import hashlib
import hmac
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from cloudstore.kit.clock import now
from cloudstore.network.scope import Scope, one, required
from cloudstore.users.rules import CONSOLE_ROLES, Role
from media import links, queries, services, storage
from media.models import Asset, Photo, Rendition
from media.services.uploads import offset_of
from media.serving import send_file
from media.words import refusal

_DEALER = (Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR)
_FINISHED = {"ready", "refused"}


def _own_asset(request: HttpRequest, pk: uuid.UUID, *, kind: str | None = None) -> Asset:
    """The upload of the signed-in person themselves; a colleague's is as unknown as a stranger's."""
    scope = required(request, *_DEALER)
    rows: QuerySet[Asset] = Asset.objects.filter(uploaded_by=request.user.pk)
    return one(rows.filter(kind=kind) if kind else rows, scope, pk=pk)


def problem(code: str, facts: dict[str, Any] | None = None, *, status: int = 422) -> JsonResponse:
    """A refusal for a script: the code, and the two sentences for the person."""
    wrong, remedy = refusal(code, facts)
    return JsonResponse({"code": code, "wrong": wrong, "remedy": remedy}, status=status)


@login_required
@require_http_methods(["GET", "PUT"])
def upload(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """GET: where an upload stands. PUT `?offset=`: one piece as the body, answered with the offset of the next.

    A piece at the wrong offset is answered 409 with the right one. `X-Content-SHA256`, when sent, must fit the piece.
    """
    asset = _own_asset(request, pk)
    if request.method == "GET":
        return JsonResponse(_standing(asset))
    offset = request.GET.get("offset", "")
    if not offset.isascii() or not offset.isdigit() or len(offset) > 15:
        return problem("closed", status=400)
    chunk = request.body
    told = request.headers.get("X-Content-SHA256", "")
    if told and not hmac.compare_digest(hashlib.sha256(chunk).hexdigest(), told.lower()):
        return JsonResponse({"offset": offset_of(asset)}, status=409)
    try:
        here = services.append(asset=asset, offset=int(offset), chunk=chunk, now=now())
    except services.UploadRefused as refused:
        return problem(refused.code, refused.facts, status=507 if refused.code == "no_room" else 422)
    return JsonResponse({"offset": here}, status=200 if here == int(offset) + len(chunk) else 409)


def _standing(asset: Asset) -> dict[str, Any]:
    receiving = asset.state == "receiving"
    findings = [
        dict(zip(("wrong", "remedy"), refusal(f["code"], f.get("facts")), strict=True))
        for f in asset.findings
        if f.get("blocking")
    ]
    return {
        "state": asset.state,
        "offset": offset_of(asset) if receiving and asset.kind == "video" else asset.size,
        "size": asset.size,
        "progress": asset.progress,
        "finished": asset.state in _FINISHED,
        "refused": findings,
    }


@login_required
@require_POST
def complete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Close an upload; its checks begin."""
    try:
        return JsonResponse(_standing(services.complete(asset=_own_asset(request, pk), now=now())))
    except services.UploadRefused as refused:
        return problem(refused.code, refused.facts)


@login_required
@require_http_methods(["GET", "POST"])
def photos(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The photos of a story as a fragment. POST: new files under `photos`, captions and order as listed, `move`, `take_out`."""
    asset = _own_asset(request, pk, kind="photo_story")
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            _arrange(asset, request)
        except services.UploadRefused as refused:
            problems.append(refusal(refused.code, refused.facts))
        problems += _add(asset, request)
    context = {"asset": asset, "photos": queries.photos_of(asset), "problems": problems}
    return render(request, "media/photos.html", context)


def _arrange(asset: Asset, request: HttpRequest) -> None:
    """What was typed is kept first, whichever button was pressed."""
    order = [
        (photo_id, request.POST.get(f"caption-{photo_id}", "")) for photo_id in _ids(request.POST.getlist("order"))
    ]
    if order:
        services.arrange_photos(asset=asset, order=queries.moved(order, request.POST.get("move", "")), now=now())
    for photo_id in _ids([request.POST.get("take_out", "")]):
        photo = asset.photos.filter(pk=photo_id).first()
        if photo is not None:
            services.remove_photo(photo=photo, now=now())


def _ids(texts: list[str]) -> list[uuid.UUID]:
    found = []
    for text in texts[:50]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _add(asset: Asset, request: HttpRequest) -> list[tuple[str, str]]:
    """Take what can be taken; each photo that cannot is named by its place among those sent."""
    problems = []
    for place, upload_ in enumerate(request.FILES.getlist("photos"), start=1):
        try:
            services.add_photo(asset=asset, chunks=upload_.chunks(), now=now())
        except services.UploadRefused as refused:
            problems.append(refusal(refused.code, refused.facts | {"photo": place}))
    return problems


@login_required
@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """A private file by its signed link: the link must be this person's, and the row still visible to them."""
    scope = required(request)
    permit = links.read(token)
    if permit is None or permit.user_id != request.user.pk:
        raise Http404
    name, shown = _stored(permit, scope)
    path = storage.path_of(name)
    if not name or not path.is_file():
        raise Http404
    return send_file(request, path, name=shown, as_attachment=permit.kind == "a")


def _stored(permit: links.Permit, scope: Scope) -> tuple[str, str]:
    """The stored name, and the name under which a browser would save it."""
    if permit.kind == "r":
        row = one(Rendition.objects.all(), scope, pk=permit.pk)
        return row.file, f"{row.kind}-{row.asset_id}{storage.path_of(row.file).suffix}"
    if permit.kind == "p":
        photo = one(Photo.objects.all(), scope, pk=permit.pk)
        return photo.file, f"photo-{photo.position + 1}.jpg"
    asset = one(Asset.objects.all(), scope, pk=permit.pk)
    return asset.file, asset.original_name or str(asset.pk)


@require_safe
def brand_image(request: HttpRequest, name: str) -> HttpResponseBase:
    """Pictures that the console cut for pages: public as the pages are."""
    return _picture(request, "images", name)


@login_required
@require_GET
def original_image(request: HttpRequest, name: str) -> HttpResponseBase:
    """The uncut pictures of the brand, for the people of the console."""
    required(request, *CONSOLE_ROLES)
    return _picture(request, "original_images", name)


def _picture(request: HttpRequest, folder: str, name: str) -> HttpResponseBase:
    try:
        path = storage.path_of(f"{folder}/{name}")
    except ValueError:
        raise Http404 from None
    if path.parent != storage.path_of(folder) or not path.is_file():
        raise Http404
    return send_file(request, path, name=name)
