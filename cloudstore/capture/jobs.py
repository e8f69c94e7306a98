"""Jobs of the public forms."""

from cloudstore.capture import services
from cloudstore.kit.clock import now
from cloudstore.queue.performing import job


@job("capture.forget_counts")
def forget_counts() -> None:
    """Delete counts of abuse windows that are over."""
    services.forget_counts(now=now())
