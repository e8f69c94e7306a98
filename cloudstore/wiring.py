"""The fuse box: which message is heard by whom, who performs what goes out, what the clock starts. The urls.py of messages.

Rooms below look this module up by name (`settings.WIRING`), as Django does with ROOT_URLCONF. One message, one owner;
tests/architecture walks the tables.
"""

from collections.abc import Callable
from typing import Any

from cloudstore.capture import queries as capture_queries
from cloudstore.connectors import messages
from cloudstore.connectors.webform.read import FormLead
from cloudstore.gateway import queries as gateway_queries
from cloudstore.gateway.services import hear as gateway_hear
from cloudstore.grading import queries as grading_queries
from cloudstore.inbox import queries as inbox_queries
from cloudstore.inbox import services as inbox
from cloudstore.leads import queries as leads_queries
from cloudstore.live import queries as live_queries
from cloudstore.routing import services as routing_services
from media import queries as media_queries
from media import services as media_services
from tasks import services as tasks_services

#: message class of connectors.messages -> the one service that hears it
INBOUND: dict[type, Callable[..., Any]] = {
    messages.WebhookProbe: gateway_hear.webhook_probe,
    messages.Unreadable: gateway_hear.unreadable,
    messages.LeadSeen: routing_services.take_in,
    FormLead: routing_services.take_in,
    messages.ContactSignal: gateway_hear.contact_signal,
    messages.AccountAuthorised: gateway_hear.account_authorised,
    messages.AccountUnauthorised: gateway_hear.account_unauthorised,
    messages.MessageReceived: inbox.hear_message,
    messages.MessageSent: inbox.hear_message,
    messages.ConversationEntered: inbox.hear_entered,
    messages.CommentSeen: inbox.hear_comment,
    messages.PostSeen: media_services.post_seen,
}
#: kind of a Delivery -> the function that performs it at the platform
OUTBOUND: dict[str, Callable[..., Any]] = {
    "douyin.message": inbox.perform_message,
    "douyin.publish": media_services.perform_publish,
}
#: job name -> seconds between two starts
CLOCK: dict[str, int] = {
    "queue.sweep": 60,
    "gateway.sweep": 60,
    "gateway.refresh_tokens": 3600,
    "live.pull": 1800,
    "capture.forget_counts": 3600,
    "facts.rebuild": 900,
    "grading.run_due": 1800,
    "media.pull_stats": 3600,
    "media.forget_stale": 3600,
    "tasks.settle": 3600,
    "routing.sweep_rounds": 60,
    "routing.rebuild_figures": 3600,
    "leads.decay_levels": 3600,
}
#: job name -> function that says whether rows wait for it
WATCHERS: dict[str, Callable[[], bool]] = {
    "gateway.digest": gateway_queries.events_wait,
    "tasks.follow": tasks_services.something_to_follow,
}
#: name of a fact source -> function(brand_id, first_day, last_day) -> rows for facts.services
FACT_SOURCES: dict[str, Callable[..., Any]] = {
    "live": live_queries.fact_rows,
    "dm": inbox_queries.fact_rows,
    "capture": capture_queries.fact_rows,
    "posts": media_queries.fact_rows,
    "leads": leads_queries.fact_rows,
}
#: kind of a live topic -> the table whose visible rows a person may listen to, as "kind:<id>"
TOPICS: dict[str, str] = {
    "dealer": "network.Dealer",
    "lead": "leads.Lead",
    "task": "tasks.MatrixTask",
    "asset": "media.Asset",
}
#: who knows the tiers of dealers: function(dealer ids) -> {dealer id: letter}; rooms below grading ask here
TIERS: Callable[[list[int]], dict[int, str]] = grading_queries.tier_of
