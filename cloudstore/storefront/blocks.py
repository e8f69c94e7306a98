"""Blocks of the public dealer pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from cloudstore.capture.models import Widget
from cloudstore.capture.queries import homepage_widget


class ParagraphBlock(blocks.StructBlock):
    """A heading with a few sentences."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "link", "ol", "ul"])

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "storefront/blocks/paragraph.html"


class ModelCardBlock(blocks.StructBlock):
    """One car with its offer."""

    name = blocks.CharBlock(label=_("Model"), max_length=60)
    offer = blocks.CharBlock(label=_("Offer"), max_length=120, required=False)
    picture = ImageBlock(label=_("Picture"), required=False)

    class Meta:
        icon = "image"
        label = _("Car")
        template = "storefront/blocks/model_card.html"


class LeadWidgetBlock(blocks.StructBlock):
    """The call to leave a number; it leads to the dealer's own form and never collects anything itself."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80, required=False)

    class Meta:
        icon = "mail"
        label = _("Lead widget")
        template = "storefront/blocks/lead_widget.html"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Adds the homepage widget of the page's dealer, or none."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        dealer_id = getattr((parent_context or {}).get("page"), "dealer_id", None)
        widget: Widget | None = homepage_widget(dealer_id) if dealer_id else None
        return context | {"widget": widget}


PAGE_BLOCKS: list[tuple[str, blocks.Block]] = [
    ("paragraph", ParagraphBlock()),
    ("car", ModelCardBlock()),
    ("lead_widget", LeadWidgetBlock()),
]
