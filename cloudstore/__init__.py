"""Car Cloud Store (车云店): content, live streams and leads of a car maker's dealer network."""

from cloudstore.celery import app as celery_app

__all__ = ["celery_app"]
