"""A person's own page."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from cloudstore.users import services
from cloudstore.users.forms import MeForm
from cloudstore.users.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Name, roles, language, theme, password, second factor, sign-out."""
    person = request.user
    assert isinstance(person, User)  # login_required stands before
    form = MeForm(
        request.POST or None, initial={"display_name": person.display_name, "language": person.language or "auto"}
    )
    if request.method == "POST" and form.is_valid():
        language = form.language_code()
        services.describe(user=person, display_name=form.cleaned_data["display_name"], language=language)
        response = redirect("users:me")
        if language:
            # The switch in the menus sets the same cookie: what was chosen last on this device holds.
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
            translation.activate(language)
        else:
            response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        messages.success(request, gettext("Saved."))
        return response
    return render(request, "users/me.html", {"nav": "me", "form": form, "two_step": is_mfa_enabled(person)})
