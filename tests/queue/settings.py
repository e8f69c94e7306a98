"""The product with a yard in it."""

import os

from cloudstore.settings import *  # noqa: F403
from cloudstore.settings import CELERY_BROKER_TRANSPORT_OPTIONS, CELERY_BROKER_URL, INSTALLED_APPS

INSTALLED_APPS = ["tests.queue.yard", *INSTALLED_APPS]
WIRING = "tests.queue.wiring"
if CELERY_BROKER_URL.startswith("redis"):  # bells of other stories on the same Redis are not ours
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"global_keyprefix": os.environ.get("YARD_PREFIX", "yard"), "socket_timeout": 2}
