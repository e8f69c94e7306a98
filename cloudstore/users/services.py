"""Making people and what they may change about themselves. What they may see is given by `network.services.appoint`."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.crypto import get_random_string

from cloudstore.queue.services import pulse
from cloudstore.users.models import User
from cloudstore.users.rules import CONSOLE_ROLES, Role

#: Members may open the console; what they see inside is still said by their scope.
CONSOLE_GROUP = "Console"


def make_user(*, username: str, display_name: str = "", password: str = "", language: str = "") -> User:
    """Create a person who can sign in. Without a password nobody can sign in until one is set."""
    return User.objects.create_user(
        username=username,
        display_name=display_name,
        password=password or None,
        language=language,
    )


def new_password() -> str:
    """A password that can be read out over the phone: no letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join(get_random_string(4, letters) for _ in range(4))


def set_password(*, user: User, password: str) -> None:
    """Set a password; every open session of the person ends, because sessions are bound to the old one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    pulse(f"person:{user.pk}")


@transaction.atomic
def set_console_access(*, user: User, role: Role | None) -> None:
    """Let a person into the console when the role they work in belongs there, else out of it."""
    group = console_group()
    if role in CONSOLE_ROLES:
        user.groups.add(group)
    else:
        user.groups.remove(group)


def console_group() -> Group:
    """The group whose only power is to open the console; made when it is first needed."""
    group, _ = Group.objects.get_or_create(name=CONSOLE_GROUP)
    permission = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    group.permissions.add(permission)
    return group


def tell_open_pages(*, user: User | None, **_signal: object) -> None:
    """Somebody signed out: the live pages of that session close. Also the receiver of Django's signal."""
    if user is not None:
        pulse(f"person:{user.pk}")


def describe(*, user: User, display_name: str, language: str) -> None:
    """Save what a person says about themselves; language "" follows the browser."""
    User.objects.filter(pk=user.pk).update(display_name=display_name, language=language)
