"""The structure that everything hangs on: brand, region, group, dealer, staff and accounts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cloudstore.kit.scoping import GlobalRows, ScopePath
from cloudstore.users.rules import Role


def role_choices() -> list[tuple[str, str]]:
    """Choices as a callable, so that a new role makes no migration."""
    return [(role.value, role.value) for role in Role]


class Division(models.Model):
    """An administrative division of China (GB/T 2260 six-digit code); the tree of provinces, prefectures and counties."""

    scope_path = GlobalRows("public geography")

    adcode = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=40)
    level = models.CharField(max_length=10)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children", db_constraint=False
    )
    lat = models.FloatField()
    lon = models.FloatField()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    """A car maker's brand: the wall between companies. Nothing crosses it."""

    scope_path = ScopePath(brand="pk")
    brand_wide_reading = True

    slug = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    accent = models.CharField(max_length=7, default="#2F5BEA")
    legal_name = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def __str__(self) -> str:
        return self.name_zh


class Series(models.Model):
    """A car series of the brand."""

    scope_path = ScopePath(brand="brand")
    brand_wide_reading = True

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="series")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("car series")
        verbose_name_plural = _("car series")
        constraints = [models.UniqueConstraint(fields=["brand", "code"], name="network_series_code")]

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A sales region of the brand (not a division of the state); a tree by `path`, for example `east/jiangsu/`."""

    scope_path = ScopePath(brand="brand")
    brand_wide_reading = True

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="regions")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    path = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["brand", "code"], name="network_region_code")]
        indexes = [models.Index(fields=["brand", "path"], name="network_region_path")]

    def __str__(self) -> str:
        return self.name


class DealerGroup(models.Model):
    """A company that owns several dealers (经销商集团)."""

    scope_path = ScopePath(brand="brand")
    brand_wide_reading = True

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("dealer group")
        verbose_name_plural = _("dealer groups")

    def __str__(self) -> str:
        return self.name


class Dealer(models.Model):
    """One store (经销商)."""

    scope_path = ScopePath(brand="brand", dealer="pk")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="dealers")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="dealers")
    group = models.ForeignKey(DealerGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="dealers")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=120, blank=True)
    city = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    city_tier = models.PositiveSmallIntegerField(default=2)
    size_band = models.CharField(max_length=2, default="M")
    address = models.CharField(max_length=200, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    status = models.CharField(
        max_length=10,
        default="active",
        choices=[("active", "active"), ("suspended", "suspended"), ("closed", "closed")],
    )
    activated_on = models.DateField()
    capacity_open = models.PositiveIntegerField(default=60)
    capacity_day = models.PositiveIntegerField(default=20)
    # {"spans": [["09:00", "21:00"]], "closed": ["2026-02-17"]}: the business calendar of kit.calendar
    calendar = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("dealer")
        verbose_name_plural = _("dealers")
        constraints = [models.UniqueConstraint(fields=["brand", "code"], name="network_dealer_code")]
        indexes = [models.Index(fields=["brand", "region"], name="network_dealer_region")]
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Territory(models.Model):
    """One division that a dealer serves; a county row beats its prefecture."""

    scope_path = ScopePath(brand="dealer__brand", dealer="dealer")

    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="territories")
    adcode = models.CharField(max_length=6, db_index=True)

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        constraints = [models.UniqueConstraint(fields=["dealer", "adcode"], name="network_territory_once")]

    def __str__(self) -> str:
        return f"{self.dealer_id}: {self.adcode}"


class BrandAuthorisation(models.Model):
    """Which series a dealer may sell, and when."""

    scope_path = ScopePath(brand="dealer__brand", dealer="dealer")

    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="authorisations")
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="authorisations")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("series authorisation")
        verbose_name_plural = _("series authorisations")

    def __str__(self) -> str:
        return f"{self.dealer_id}: {self.series_id}"


class StaffMember(models.Model):
    """A person in one role at one place of the network; the scope rule reads these rows and nothing else."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posts")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="staff")
    role = models.CharField(max_length=20, choices=role_choices)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.CASCADE)
    group = models.ForeignKey(DealerGroup, null=True, blank=True, on_delete=models.CASCADE)
    dealer = models.ForeignKey(Dealer, null=True, blank=True, on_delete=models.CASCADE, related_name="staff")
    name = models.CharField(max_length=60)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(fields=["user", "valid_to"], name="network_staff_user")]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """A short-video or live account of a dealer, or of one of its people, on a platform."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="accounts")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="accounts")
    staff = models.ForeignKey(StaffMember, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts")
    platform = models.CharField(max_length=20, default="douyin")
    open_id = models.CharField(max_length=100)
    nickname = models.CharField(max_length=80)
    auth_state = models.CharField(
        max_length=12,
        default="pending",
        choices=[("pending", "pending"), ("authorised", "authorised"), ("expired", "expired"), ("revoked", "revoked")],
    )
    auth_expires_at = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.UniqueConstraint(fields=["brand", "platform", "open_id"], name="network_account_open_id")]
        indexes = [
            models.Index(fields=["platform", "open_id"], name="network_account_lookup"),
            models.Index(fields=["dealer"], condition=Q(active=True), name="network_account_dealer"),
        ]

    def __str__(self) -> str:
        return self.nickname
