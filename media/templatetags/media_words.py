"""`{% load media_words %}`: sentences of findings, and links to files that only their person can open."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.context import Context

from media import links, words
from media.models import Photo, Rendition

register = template.Library()


@register.filter
def wrong(finding: Mapping[str, Any]) -> str:
    """What is wrong with a refused file."""
    return words.refusal(str(finding.get("code")), finding.get("facts"))[0]


@register.filter
def remedy(finding: Mapping[str, Any]) -> str:
    """What helps."""
    return words.refusal(str(finding.get("code")), finding.get("facts"))[1]


@register.filter
def advice(finding: Mapping[str, Any]) -> str:
    """What is worth knowing about a file that was taken."""
    return words.advice(str(finding.get("code")), finding.get("facts"))


@register.filter
def clock(milliseconds: int | None) -> str:
    """A moment of a video as `0:18`."""
    seconds = (milliseconds or 0) // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


@register.simple_tag(takes_context=True)
def file_url(context: Context, row: Rendition | Photo | None) -> str:
    """A short-lived link to a file for the signed-in person, "" when there is none."""
    return links.link(row, user_id=context["request"].user.pk) if row is not None else ""
