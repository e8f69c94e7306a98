"""Filters of the desk's pages: `{% load desk_words %}`."""

from collections.abc import Mapping

from django import template
from django.utils.translation import get_language, gettext
from lucide.templatetags.lucide import lucide

from cloudstore.kit.labels import label
from cloudstore.network.models import Brand
from cloudstore.routing.queries.queue import place_name

register = template.Library()


@register.simple_tag
def scene_icon(code: str) -> str:
    """The icon of a scene, small; nothing for a scene without one."""
    icon = label("lead_scene", code).icon
    return lucide(icon, size=14) if icon else ""


@register.filter
def tone(code: str, group: str) -> str:
    """The tone of a code as the registry gives it."""
    return label(group, code).tone


@register.filter
def place(adcode: str) -> str:
    """A place by its code."""
    return place_name(adcode) or gettext("not known")


@register.filter
def term(terms: Mapping[str, str], code: str) -> str:
    """One of the five terms of a score, to two places as read by people."""
    value = terms.get(code, "")
    return f"{float(value):.2f}" if value else "–"


@register.filter
def consent_words(words: str, brand: Brand) -> str:
    """The question to read out, with the store as the one to be chosen."""
    chinese = (get_language() or "").startswith("zh")
    name = brand.name_zh if chinese else brand.name_en
    return words.format(dealer=gettext("the store of %(brand)s that we choose together") % {"brand": name}, brand=name)
