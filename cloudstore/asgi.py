"""The web process: the webhook door in front, then Django for pages and a socket for live pages."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudstore.settings")

# Django must be set up before anything with models is imported.
pages = get_asgi_application()

from cloudstore.gateway.door import Door  # noqa: E402
from cloudstore.network.sockets import live  # noqa: E402

application = Door(ProtocolTypeRouter({"http": pages, "websocket": live}))
