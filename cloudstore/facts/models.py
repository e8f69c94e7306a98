"""Numbers per account and day, per dealer and day: the only thing that grading reads. Rebuilt, never incremented."""

from django.db import models
from django.db.models import Q

from cloudstore.kit.scoping import ScopePath
from cloudstore.network.models import Account, Brand, Dealer


class FactColumns(models.Model):
    """The raw facts of one day, counts unless a unit is named. Days are Asia/Shanghai calendar days."""

    posts_effective = models.DecimalField(max_digits=8, decimal_places=1, default=0)
    video_impr = models.BigIntegerField(default=0)
    comp_impr = models.BigIntegerField(default=0)
    comp_clicks = models.BigIntegerField(default=0)
    live_minutes_effective = models.PositiveIntegerField(default=0)
    live_sessions_effective = models.PositiveIntegerField(default=0)
    live_exposure = models.BigIntegerField(default=0)
    live_viewers_u = models.BigIntegerField(default=0)
    live_widget_clicks = models.BigIntegerField(default=0)
    live_widget_leads_valid = models.PositiveIntegerField(default=0)
    dm_sessions = models.PositiveIntegerField(default=0)
    dm_reply_ok = models.PositiveIntegerField(default=0)
    leads_assigned_due = models.PositiveIntegerField(default=0)
    leads_followed_in_sla = models.PositiveIntegerField(default=0)
    leads_matured = models.PositiveIntegerField(default=0)
    leads_valid = models.PositiveIntegerField(default=0)
    homepage_visits = models.BigIntegerField(default=0)
    homepage_leads = models.PositiveIntegerField(default=0)
    spend_fen = models.BigIntegerField(default=0)
    natural_leads = models.PositiveIntegerField(default=0)
    paid_leads = models.PositiveIntegerField(default=0)
    local_leads = models.PositiveIntegerField(default=0)
    # {"posts": "ok", "live": "ok", "dm": "stale", "leads": "ok", "capture": "ok"}; ok, stale, unauthorised, absent
    quality = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    class Meta:
        abstract = True


class AccountDay(FactColumns):
    """One account on one day; lead facts that belong to no account stand on the dealer's own row (account null)."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="account_days")
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "account", "day"], condition=Q(account__isnull=False), name="facts_account_day"
            ),
            models.UniqueConstraint(
                fields=["brand", "dealer", "day"], condition=Q(account__isnull=True), name="facts_no_account_day"
            ),
        ]
        indexes = [models.Index(fields=["brand", "day"], name="facts_account_by_day")]

    def __str__(self) -> str:
        return f"account {self.account_id} {self.day}"


class DealerDay(FactColumns):
    """One dealer on one day: the sum of its account rows with the day caps of the rules applied."""

    scope_path = ScopePath(brand="brand", dealer="dealer")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")
    dealer = models.ForeignKey(Dealer, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "dealer", "day"], name="facts_dealer_day")]
        indexes = [models.Index(fields=["brand", "day"], name="facts_dealer_by_day")]

    def __str__(self) -> str:
        return f"dealer {self.dealer_id} {self.day}"
