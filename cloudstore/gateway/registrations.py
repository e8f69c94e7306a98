"""Our registrations with platforms: keep their secrets, and change a secret without losing a word."""

from django.db import transaction

from cloudstore.gateway.models import PlatformApp
from cloudstore.kit.crypto import seal, unseal


def secret_aad(client_key: str) -> str:
    """What an app's sealed secrets are bound to."""
    return f"app.secret|{client_key}"


def secret_of(app: PlatformApp) -> str:
    """The current secret, for calls and signatures. Raises CannotUnseal."""
    return unseal(app.secret, secret_aad(app.client_key))


def register_app(*, brand_id: int, platform: str, client_key: str, secret: str) -> PlatformApp:
    """Open the door `/hooks/<platform>/<client_key>/` for a brand. The same key again replaces its secrets."""
    sealed = seal(secret, secret_aad(client_key))
    app, _created = PlatformApp.objects.update_or_create(
        client_key=client_key,
        brand_id=brand_id,
        platform=platform,
        defaults={"secret": sealed, "previous_secret": b"", "active": True},
    )
    return app


def rotate_secret(*, app_id: int, brand_id: int, secret: str) -> None:
    """Make `secret` the current one; the former stays valid at the door until `forget_former_secret`."""
    with transaction.atomic():
        app = PlatformApp.objects.select_for_update().get(pk=app_id, brand_id=brand_id)
        app.previous_secret, app.secret = app.secret, seal(secret, secret_aad(app.client_key))
        app.save(update_fields=["secret", "previous_secret"])


def forget_former_secret(*, app_id: int, brand_id: int) -> None:
    """From now on only the current secret opens the door."""
    PlatformApp.objects.filter(pk=app_id, brand_id=brand_id).update(previous_secret=b"")
