"""The web process: Django for pages, Channels for live pages."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudstore.settings")

# Django must be set up before any module with models is imported.
django_application = get_asgi_application()

application = ProtocolTypeRouter({"http": django_application})
