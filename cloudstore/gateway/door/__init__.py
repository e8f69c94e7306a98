"""The webhook door: a small ASGI application in front of Django that keeps an event before it says yes to it.

`application` answers requests, `apps` knows whose door it is, `writer` shares one commit among the requests of the same
few milliseconds, `stores` writes to the database at hand. Everything else happens later, in the digest.
"""

from cloudstore.gateway.door.application import Door

__all__ = ["Door"]
