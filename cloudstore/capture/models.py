"""Lead widgets (留资组件), the consent texts they show, and what happened at them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.ids import uuid7
from cloudstore.kit.scoping import GlobalRows, ScopePath
from cloudstore.network.models import Account, Brand, Dealer, Series


class ConsentText(models.Model):
    """A version of the words a person agrees to; immutable, named by its hash. `{dealer}` and `{brand}` are filled in."""

    scope_path = ScopePath(brand="brand")
    brand_wide_reading = True

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="consent_texts")
    version = models.CharField(max_length=40)
    text_zh = models.TextField()
    text_en = models.TextField()
    recipients = models.JSONField(default=list)  # ["oem", "dealer"] ; "network" = dispatch to a matching dealer
    content_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [models.UniqueConstraint(fields=["brand", "version"], name="capture_consent_version")]

    def __str__(self) -> str:
        return self.version


class Widget(models.Model):
    """A place where a person can leave their number; its code is in the address `/w/<code>/`."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="widgets")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="widgets")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="widgets")
    kind = models.CharField(max_length=20)  # video_form, live_form, dm_card, homepage_form
    scene = models.CharField(max_length=12)
    code = models.CharField(max_length=20, unique=True)
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80)
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.SET_NULL)
    consent = models.ForeignKey(ConsentText, on_delete=models.PROTECT)
    item_id = models.CharField(max_length=64, blank=True)
    room_id = models.CharField(max_length=64, blank=True)
    card_id = models.CharField(max_length=64, blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lead widget")
        verbose_name_plural = _("lead widgets")
        indexes = [models.Index(fields=["dealer", "scene"], name="capture_widget_scene")]

    def __str__(self) -> str:
        return self.title_zh


class WidgetDay(models.Model):
    """Shown, clicked and submitted counts of one widget on one day."""

    scope_path = ScopePath(brand="widget__brand", dealer="widget__dealer")

    widget = models.ForeignKey(Widget, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    shown = models.PositiveIntegerField(default=0)
    clicked = models.PositiveIntegerField(default=0)
    submitted = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["widget", "day"], name="capture_widget_day_once")]

    def __str__(self) -> str:
        return f"{self.widget_id} {self.day}"


class RateCount(models.Model):
    """How often one source (a keyed hash of an address or phone) used the public forms in one window of time."""

    scope_path = GlobalRows("keyed hashes and counts only; guards the public door of all brands")

    key = models.BinaryField()
    window = models.DateTimeField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="capture_rate_once")]

    def __str__(self) -> str:
        return f"{self.number} since {self.window:%H:%M}"
