"""Template context that every page of ours has."""

from django.http import HttpRequest


def surface(request: HttpRequest) -> dict[str, object]:
    """`theme`: light, dark or system, from the cookie that the switch sets."""
    theme = request.COOKIES.get("theme", "system")
    return {"theme": theme if theme in {"light", "dark"} else "system"}
