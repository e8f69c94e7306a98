"""Error pages in our look and in the person's language."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Unknown and foreign look alike."""
    return render(request, "404.html", status=404)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Mostly a form whose page was open too long."""
    return render(request, "403.html", status=403)


def failed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Something broke: what failed, what is safe, what to do. Needs neither database nor session."""
    return render(request, "500.html", status=500)
