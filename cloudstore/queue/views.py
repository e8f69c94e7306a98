"""Health of the installation, for a load balancer or a watchdog."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from cloudstore.kit.clock import now
from cloudstore.queue.queries import health

#: A due job older than this means that the workers do not keep up or are gone.
LATE_SECONDS = 300


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """`{"web": "ok", "database": "ok", "queue": {...}, "ok": true}`; 503 when the database is away or due work is late.

    Counts and an age only: nothing about any brand.
    """
    try:
        queue = health(now=now())
    except DatabaseError:
        return JsonResponse({"ok": False, "web": "ok", "database": "unreachable"}, status=503)
    on_time = queue.oldest_due_seconds < LATE_SECONDS
    body = {
        "ok": on_time,
        "web": "ok",
        "database": "ok",
        "queue": {
            "ready": queue.ready,
            "leased": queue.leased,
            "dead": queue.dead,
            "oldest_due_seconds": round(queue.oldest_due_seconds, 1),
            "oldest_render_seconds": round(queue.oldest_render_seconds, 1),
            "seconds_since_done": round(queue.seconds_since_done, 1),
            "state": "on time" if on_time else "late",
        },
    }
    return JsonResponse(body, status=200 if on_time else 503)
