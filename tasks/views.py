"""The operator's phone workspace: inbox, assignment, upload, statement."""

import json
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.documents.models import Document

from cloudstore.kit.clock import now
from cloudstore.kit.labels import label
from cloudstore.network.library import collection_name
from cloudstore.network.scope import Scope, one, required
from cloudstore.users.rules import Role
from media import services as media
from media.models import Asset
from media.queries import unfinished
from media.rules.limits import VIDEO_LIMITS
from media.serving import send_file
from media.words import refusal
from tasks import services
from tasks.models import Assignment, Submission
from tasks.queries import briefs, workspace
from tasks.rules.captions import fill, hashtags

_HERE = (Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR)
_CHUNK = 1024 * 1024


def _own(request: HttpRequest, pk: uuid.UUID) -> tuple[Scope, Assignment]:
    scope = required(request, *_HERE)
    rows = Assignment.objects.select_related("task__brand", "account", "dealer__city").exclude(task__state="draft")
    return scope, one(rows, scope, pk=pk)


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Three numbers, three tabs, cards; the most urgent first."""
    scope = required(request, *_HERE)
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in workspace.TABS else "todo"
    context = {"scope": scope, "tab": tab, "box": workspace.inbox(scope, tab, now=now()), "nav": "tasks"}
    return render(request, "tasks/inbox.html", context)


@login_required
@require_safe
def assignment(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The brief for the phone, the reward, and where every attempt stands."""
    scope, row = _own(request, pk)
    return render(request, "tasks/assignment.html", _assignment_context(scope, row))


@login_required
@require_safe
def progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of the page that changes while the machine and the reviewers work."""
    scope, row = _own(request, pk)
    return render(request, "tasks/progress.html", _assignment_context(scope, row))


def _assignment_context(scope: Scope, row: Assignment) -> dict[str, Any]:
    return {
        "scope": scope,
        "row": row,
        "task": row.task,
        "brief": briefs.read(row.task),
        "rewards": list(row.task.rewards.all()),
        "caption": caption_for(row),
        "hashtags": " ".join(hashtags(row.task.hashtags)),
        "attempts": workspace.attempts(row),
        "stop": workspace.stop_of(row),
        "places_left": workspace.places_left(row),
        "nav": "tasks",
    }


def caption_for(row: Assignment) -> str:
    """The caption that the task suggests, with the store's own names in it."""
    return fill(row.task.caption_template, dealer=row.dealer.name, city=row.dealer.city.name)


@login_required
@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Accept, or decline with a reason."""
    _scope, row = _own(request, pk)
    if request.POST.get("answer") == "decline":
        services.decline(assignment=row, reason=request.POST.get("reason", ""), now=now())
        return redirect("tasks:inbox")
    services.accept(assignment=row, now=now())
    return redirect("tasks:assignment", pk=row.pk)


@login_required
@require_safe
def upload(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose a video or photos and send them for review."""
    scope, row = _own(request, pk)
    if (stop := workspace.stop_of(row)) is not None:
        messages.error(request, str(label("not_taken", stop).words))
        return redirect("tasks:assignment", pk=row.pk)
    kind = "photo_story" if request.GET.get("kind") == "photo_story" else "video"
    return render(request, "tasks/upload.html", _upload_context(request, scope, row, kind))


def _upload_context(request: HttpRequest, scope: Scope, row: Assignment, kind: str) -> dict[str, Any]:
    started = unfinished(purpose_id=row.pk, user_id=_user_id(request), kind=kind)
    return {
        "scope": scope,
        "row": row,
        "task": row.task,
        "kind": kind,
        "asset": started,
        "caption": request.POST.get("caption", caption_for(row)),
        "limits": VIDEO_LIMITS,
        "chunk": settings.UPLOAD_CHUNK,
        "largest": settings.UPLOAD_LIMIT,
        "nav": "tasks",
    }


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None
    return int(request.user.pk)


def _start(request: HttpRequest, row: Assignment, *, kind: str, name: str, size: int) -> Asset:
    return media.start_upload(
        dealer=row.dealer,
        brand_id=row.task.brand_id,
        user=request.user,  # type: ignore[arg-type]
        kind=kind,
        name=name,
        size=size,
        now=now(),
        purpose_id=row.pk,
        render_spec={"preset": row.task.overlay_preset, "title": row.task.title, "platform": row.account.platform},
    )


@login_required
@require_POST
def start_upload(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the upload of a video, or find the one that broke off. Answers id, offset and piece size."""
    _scope, row = _own(request, pk)
    try:
        given = json.loads(request.body)
        name, size = str(given["name"]), int(given["size"])
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"code": "malformed"}, status=400)
    try:
        asset = _start(request, row, kind="video", name=name, size=size)
    except media.UploadRefused as refused:
        wrong, remedy = refusal(refused.code, refused.facts)
        return JsonResponse({"code": refused.code, "wrong": wrong, "remedy": remedy}, status=422)
    return JsonResponse({"asset": str(asset.pk), "offset": media.offset_of(asset)})


@login_required
@require_POST
def start_story(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The first photos of a story; the page then shows them to be put in order."""
    _scope, row = _own(request, pk)
    try:
        story = _start(request, row, kind="photo_story", name="", size=0)
        for place, photo in enumerate(request.FILES.getlist("photos"), start=1):
            try:
                media.add_photo(asset=story, chunks=photo.chunks(), now=now())
            except media.UploadRefused as refused:
                messages.error(request, " ".join(refusal(refused.code, refused.facts | {"photo": place})))
    except media.UploadRefused as refused:
        messages.error(request, " ".join(refusal(refused.code, refused.facts)))
    return redirect(f"{reverse('tasks:upload', args=[row.pk])}?kind=photo_story")


@login_required
@require_POST
def send(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand an upload in. Without a script the file comes along in the form itself."""
    scope, row = _own(request, pk)
    try:
        asset = _asset_of(request, scope, row)
        asset = media.complete(asset=asset, now=now()) if asset.state == "receiving" else asset
        services.submit(assignment=row, asset=asset, caption=request.POST.get("caption", ""), by=scope.staff, now=now())
    except media.UploadRefused as refused:
        return _again(request, scope, row, *refusal(refused.code, refused.facts))
    except services.NotTaken as stop:
        return _again(request, scope, row, str(label("not_taken", stop.code).words), "")
    messages.success(request, _("Sent. We tell you here when it was reviewed."))
    return redirect("tasks:assignment", pk=row.pk)


def _asset_of(request: HttpRequest, scope: Scope, row: Assignment) -> Asset:
    given = request.FILES.get("file")
    if given is None:
        return one(
            Asset.objects.filter(purpose_id=row.pk, uploaded_by=request.user.pk), scope, pk=request.POST.get("asset")
        )
    asset = _start(request, row, kind="video", name=str(given.name), size=given.size or 0)
    offset = media.offset_of(asset)
    given.seek(offset)
    while piece := given.read(_CHUNK):
        offset = media.append(asset=asset, offset=offset, chunk=piece, now=now())
    return asset


def _again(request: HttpRequest, scope: Scope, row: Assignment, wrong: str, remedy: str) -> HttpResponse:
    """The upload page once more, with what was typed and why it was not taken."""
    kind = "photo_story" if request.POST.get("kind") == "photo_story" else "video"
    context = _upload_context(request, scope, row, kind) | {"wrong": wrong, "remedy": remedy}
    return render(request, "tasks/upload.html", context, status=422)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take an attempt back while nobody has decided."""
    scope = required(request, *_HERE)
    row = one(Submission.objects.all(), scope, pk=pk)
    try:
        services.withdraw(submission=row, now=now())
    except services.NotTaken:
        messages.error(request, _("It was decided meanwhile and cannot be taken back."))
    return redirect("tasks:assignment", pk=row.assignment_id)


@login_required
@require_safe
def material(request: HttpRequest, pk: uuid.UUID, document_id: int) -> HttpResponseBase:
    """A file of the brief, for those who have the task."""
    _scope, row = _own(request, pk)
    if document_id not in briefs.document_ids(row.task):
        raise Http404
    document = Document.objects.select_related("collection").filter(pk=document_id).first()
    ours = document is not None and document.collection.name == collection_name(row.task.brand)
    if document is None or not ours or not Path(document.file.path).is_file():
        raise Http404
    return send_file(request, Path(document.file.path), name=document.filename, as_attachment=True)


@login_required
@require_http_methods(["GET", "HEAD"])
def earnings(request: HttpRequest) -> HttpResponse:
    """The statement of a month, `?month=2026-03`."""
    scope = required(request, *_HERE)
    year, month = workspace.month_of(request.GET.get("month", ""), now=now())
    found = workspace.statement(scope, year=year, month=month, now=now())
    return render(request, "tasks/earnings.html", {"scope": scope, "statement": found, "nav": "tasks"})
