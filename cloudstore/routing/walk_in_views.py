"""The store's form for somebody who walked in or phoned."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cloudstore.gateway.rules import Outcome
from cloudstore.kit.clock import now
from cloudstore.leads.queries import of_store
from cloudstore.network.scope import required
from cloudstore.routing import services
from cloudstore.routing.rules.consent_texts import STORE
from cloudstore.routing.walk_in_forms import WalkInForm
from cloudstore.users.rules import Role


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def walk_in(request: HttpRequest) -> HttpResponse:
    """Write a visitor down; whoever the brand knows already is joined by number, never doubled."""
    scope = required(request, Role.DEALER_MANAGER, Role.ACCOUNT_OPERATOR, Role.CONSULTANT)
    dealer = scope.staff.dealer
    if dealer is None:
        raise Http404
    form = WalkInForm(request.POST or None, brand_id=scope.brand_id)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        lead, outcome = services.walk_in(
            dealer=dealer,
            by=scope.staff,
            phone_e164=data["phone"],
            name=data["name"],
            series=data["series"],
            how=data["how"],
            level=data["level"],
            now=now(),
        )
        if of_store(scope).filter(pk=lead.pk).exists():
            messages.success(request, _("Kept.") if outcome is Outcome.CREATED else _("Joined with what is known."))
            return redirect("leads:lead", pk=lead.pk)
        messages.info(request, _("Somebody else looks after this customer already; they have been told of the visit."))
        return redirect("leads:list")
    words = STORE.zh if (get_language() or "").startswith("zh") else STORE.en
    text = words.format(brand=dealer.brand.name_zh, dealer=dealer.name)
    context = {"scope": scope, "form": form, "text": text, "nav": "leads", "has_action": True}
    return render(request, "routing/walk_in.html", context)
