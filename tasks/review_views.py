"""The review desk of the console: list left, player and checks right, two buttons, four keys."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cloudstore.kit.clock import now
from cloudstore.kit.labels import choices, label
from cloudstore.network.scope import Scope, one, required
from cloudstore.users.rules import Role
from media.services import publish_again
from tasks import services
from tasks.models import Submission
from tasks.queries import review
from tasks.rules.states import SubmissionState, Verdict

#: Who decides: the brand everywhere, a region in its own subtree.
REVIEWERS = (Role.ADMINISTRATOR, Role.BRAND_MANAGER, Role.REGION_MANAGER)


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The desk with the submission open that waits longest."""
    scope = required(request, *REVIEWERS)
    first = review.waiting(scope).first()
    return _desk(request, scope, first.pk if first else None)


@require_safe
def sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The desk with one submission open, decided or not."""
    return _desk(request, required(request, *REVIEWERS), pk)


def _desk(
    request: HttpRequest, scope: Scope, pk: uuid.UUID | None, *, problem: str = "", said: str = "", typed: str = ""
) -> HttpResponse:
    opened = None
    if pk is not None:
        row = one(review.full(Submission.objects.all()), scope, pk=pk)
        if row.state == SubmissionState.IN_REVIEW and request.method == "GET":
            services.claim(submission=row, by=scope.staff, now=now())
        opened = review.sheet(row, scope, now=now())
    context: dict[str, Any] = {
        "scope": scope,
        "desk": review.desk(scope, pk),
        "opened": opened,
        "problem": problem,
        "said": said,
        "typed": typed,
        "templates": [(title, label("return_words", code).words) for code, title in choices("return_title")],
    }
    name = "tasks/review/desk.html" if getattr(request, "htmx", False) else "tasks/review/page.html"
    return TemplateResponse(request, name, context)


@require_POST
def decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Approve or return; the next one opens by itself."""
    scope = required(request, *REVIEWERS)
    row = one(Submission.objects.all(), scope, pk=pk)
    following = review.desk(scope, row.pk).following
    verdict = Verdict.APPROVED if request.POST.get("verdict") == "approved" else Verdict.RETURNED
    typed = request.POST.get("reason", "")
    try:
        services.review(
            submission=row, verdict=verdict, reason=typed, by=scope.staff, now=now(), at_ms=_moment(request)
        )
    except services.NeedsReason:
        return _desk(request, scope, row.pk, problem=_("Write what to change, so that the dealer can do it."))
    except services.AlreadyDecided as stands:
        words = _("Somebody else decided this one meanwhile: %(verdict)s.")
        said = words % {"verdict": label("submission_state", stands.verdict).words}
        return _desk(request, scope, following.pk if following else None, said=said)
    said = (
        _("Approved and on its way to the platform.") if verdict is Verdict.APPROVED else _("Returned to the dealer.")
    )
    return _desk(request, scope, following.pk if following else _first(scope), said=said)


def _first(scope: Scope) -> uuid.UUID | None:
    row = review.waiting(scope).first()
    return row.pk if row else None


def _moment(request: HttpRequest) -> int | None:
    text = request.POST.get("at_ms", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


@require_POST
def publish_anew(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a post again that could not be published."""
    scope = required(request, *REVIEWERS)
    row = one(Submission.objects.select_related("post"), scope, pk=pk)
    if row.post is not None:
        publish_again(post=row.post, now=now())
    return redirect("review:sheet", pk=row.pk)
