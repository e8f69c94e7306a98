"""The Celery application: it carries bells, nothing else. `celery -A cloudstore worker -Q default,render`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudstore.settings")

app = Celery("cloudstore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
