"""The brand's library of pictures and papers: one collection per brand, so that no brand sees another's material.

Wagtail keeps images and documents by collection; the group of a brand's console people may add to and choose from the
brand's collection and no other.
"""

from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission

from cloudstore.network.models import Brand
from cloudstore.users.models import User

_MAY = (
    ("wagtailimages", "add_image"),
    ("wagtailimages", "choose_image"),
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "choose_document"),
)


def collection_name(brand: Brand) -> str:
    """The collection is found by this name; the slug of a brand never changes."""
    return f"brand: {brand.slug}"


def brand_collection(brand: Brand) -> Collection:
    """The brand's collection, made when it is first needed."""
    name = collection_name(brand)
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    found = Collection.objects.filter(name=name, depth=2).first()
    return found or root.add_child(name=name)


def readers_group(brand: Brand) -> Group:
    """The group of the brand's console people, with its rights in the brand's collection; made when first needed."""
    group, made = Group.objects.get_or_create(name=collection_name(brand))
    if made:
        collection = brand_collection(brand)
        for app_label, codename in _MAY:
            right = Permission.objects.get(content_type__app_label=app_label, codename=codename)
            GroupCollectionPermission.objects.create(group=group, collection=collection, permission=right)
    return group


def set_library_access(*, user: User, brand: Brand | None) -> None:
    """Let a person use the library of one brand and of no other; None: of none."""
    user.groups.remove(*user.groups.filter(name__startswith="brand: "))
    if brand is not None:
        user.groups.add(readers_group(brand))


def editors_group(brand: Brand) -> Group:
    """The group of those who edit the brand's public pages; what it may edit is said where pages are published."""
    group, _ = Group.objects.get_or_create(name=f"pages: {brand.slug}")
    return group


def set_page_access(*, user: User, brand: Brand | None) -> None:
    """Let a person edit the public pages of one brand and of no other; None: of none."""
    user.groups.remove(*user.groups.filter(name__startswith="pages: "))
    if brand is not None:
        user.groups.add(editors_group(brand))
