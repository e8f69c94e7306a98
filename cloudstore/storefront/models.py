"""Public pages: the brand's front page and one homepage per dealer."""

from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from cloudstore.capture.models import Widget
from cloudstore.capture.queries import homepage_widget
from cloudstore.capture.services import count
from cloudstore.kit.clock import now
from cloudstore.kit.language import speak_as_asked
from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Brand, Dealer
from cloudstore.storefront.blocks import PAGE_BLOCKS


class BrandPage(Page):
    """The brand's front page: its dealers by city."""

    scope_path = ScopePath(brand="brand")

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT, related_name="page")
    intro = models.CharField(_("Introduction"), max_length=200, blank=True)

    template = "storefront/brand.html"
    subpage_types = ["storefront.DealerPage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("brand page")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page in the language that its address asks for."""
        speak_as_asked(request)
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Adds the live dealer pages, by region."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        pages = (
            DealerPage.objects.live()
            .child_of(self)
            .filter(dealer__status="active")
            .select_related("dealer__region", "dealer__city")
        )
        return context | {"pages": pages.order_by("dealer__region__position", "dealer__code")}


class DealerPage(Page):
    """A dealer's public homepage (主页) with its lead widget."""

    scope_path = ScopePath(brand="dealer__brand", dealer="dealer")

    dealer = models.OneToOneField(Dealer, on_delete=models.PROTECT, related_name="page")
    intro = models.CharField(_("Introduction"), max_length=200, blank=True)
    body = StreamField(PAGE_BLOCKS, blank=True)

    template = "storefront/dealer.html"
    parent_page_types = ["storefront.BrandPage"]
    subpage_types: list[str] = []
    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        verbose_name = _("dealer homepage")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page while its dealer is in business, and count that its widget was shown."""
        if self.dealer.status != "active":
            raise Http404
        speak_as_asked(request)
        widget: Widget | None = homepage_widget(self.dealer_id)
        if widget is not None and request.method == "GET" and not getattr(request, "is_preview", False):
            count(widget=widget, what="shown", now=now())
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response
