"""The yard as an application of the test settings."""

import os
from datetime import timedelta

from django.apps import AppConfig


class YardConfig(AppConfig):
    """Stories do not wait half a minute: lost bells are rung again, and leases run out, ten times as soon."""

    name = "tests.queue.yard"
    label = "yard"

    def ready(self) -> None:
        """Shorten the waits if the story asks for it."""
        from cloudstore.queue import relay, services

        if os.environ.get("YARD_HURRY") == "1":
            services.RING_AGAIN = timedelta(seconds=3)
            services.LEASE = timedelta(seconds=4)
            relay.LEASE_SECONDS = 1.0
            relay.CLOCK_SECONDS = 0.5
