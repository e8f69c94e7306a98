"""Blocks of a task's brief, as the manager writes it and the operator reads it."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock


class SceneBlock(blocks.StructBlock):
    """One shot of the storyboard."""

    seconds = blocks.IntegerBlock(label=_("Seconds"), min_value=1, max_value=120)
    picture = blocks.CharBlock(label=_("What we see"), max_length=200)
    words = blocks.CharBlock(label=_("What is said"), max_length=300, required=False)

    class Meta:
        icon = "image"
        label = _("Scene")


class MaterialBlock(blocks.StructBlock):
    """A file the dealer may use, with the end of its rights."""

    file = DocumentChooserBlock(label=_("File"))
    rights = blocks.CharBlock(label=_("Usage rights"), max_length=120)
    expires_on = blocks.DateBlock(label=_("May be used until"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("Material")


BRIEF_BLOCKS: list[tuple[str, blocks.Block]] = [
    ("goal", blocks.TextBlock(label=_("Goal"), icon="pick")),
    ("scene", SceneBlock()),
    ("must_say", blocks.ListBlock(blocks.CharBlock(max_length=200), label=_("Must say"), icon="tick")),
    ("do_not_say", blocks.ListBlock(blocks.CharBlock(max_length=200), label=_("Do not say"), icon="cross")),
    ("material", MaterialBlock()),
    ("sample", ImageBlock(label=_("Sample picture"), required=False, icon="image")),
]
