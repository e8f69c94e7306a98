"""The messages of a dealer's accounts on the phone: who waits longest comes first."""

import secrets
from uuid import UUID

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cloudstore.inbox import queries, services
from cloudstore.inbox.models import Conversation
from cloudstore.kit.clock import now
from cloudstore.kit.labels import label
from cloudstore.network.scope import one, required
from cloudstore.users.rules import Role

_HERE = (Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR, Role.CONSULTANT)


@login_required
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """All conversations, the waiting ones first; `show=comments` lists comments instead."""
    scope = required(request, *_HERE)
    show = request.GET.get("show", "")
    show = show if show in {"all", "comments"} else "waiting"
    rows = queries.comments(scope) if show == "comments" else queries.conversations(scope, waiting=show == "waiting")
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    context = {"scope": scope, "page": page, "show": show, "counts": queries.counts(scope), "nav": "messages"}
    return render(request, "inbox/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One conversation; POST sends an answer."""
    scope = required(request, *_HERE)
    row = one(Conversation.objects.select_related("account", "dealer"), scope, pk=pk)
    typed = request.POST.get("text", "")
    if request.method == "POST":
        try:
            key = request.POST.get("key", "")
            services.answer(conversation=row, text=typed, by=scope, now=now(), key=f"{row.pk}-{key}" if key else "")
            return redirect("inbox:conversation", pk=row.pk)
        except services.CannotAnswer as problem:
            notes.error(request, str(label("answer_problem", problem.code).words))
    closed = services.closed_for(row, now())
    context = {
        "scope": scope,
        "row": row,
        "lines": queries.lines(row),
        "typed": typed,
        "closed": closed.value if closed else "",
        "key": secrets.token_urlsafe(9),
        "nav": "messages",
    }
    return render(request, "inbox/conversation.html", context)
