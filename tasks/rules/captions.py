"""The words that go out with a post."""

import re

#: The platform counts at most this many characters of a title.
LONGEST = 300
_TAG = re.compile(r"[#＃]?([\w\-·]+)")


def hashtags(text: str) -> tuple[str, ...]:
    """`"L5 #试驾, 探店"` as `("#L5", "#试驾", "#探店")`, each once."""
    return tuple(dict.fromkeys(f"#{found}" for found in _TAG.findall(text)))


def post_text(caption: str, tags: str) -> str:
    """Caption and the hashtags it does not carry yet, on one line, cut to what the platform takes (tags first to go)."""
    caption = " ".join(caption.split())[:LONGEST]
    for tag in hashtags(tags):
        longer = f"{caption} {tag}".strip()
        if tag not in caption.split() and len(longer) <= LONGEST:
            caption = longer
    return caption


def fill(template: str, *, dealer: str, city: str) -> str:
    """A caption template with the dealer's own names in place of `{dealer}` and `{city}`; other braces stay as they are."""
    return template.replace("{dealer}", dealer).replace("{city}", city)
