"""Adding up what the sources say: rows of one account and day become one, accounts become the dealer's day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cloudstore.facts.rules.live import DAY_CAP
from cloudstore.facts.rules.rows import FactRow

#: Columns of `facts.models.FactColumns`, in its order.
COLUMNS = (
    "posts_effective", "video_impr", "comp_impr", "comp_clicks", "live_minutes_effective", "live_sessions_effective",
    "live_exposure", "live_viewers_u", "live_widget_clicks", "live_widget_leads_valid", "dm_sessions", "dm_reply_ok",
    "leads_assigned_due", "leads_followed_in_sla", "leads_matured", "leads_valid", "homepage_visits", "homepage_leads",
    "spend_fen", "natural_leads", "paid_leads", "local_leads",
)  # fmt: skip
#: Sources that read a platform account, and so depend on its authorisation. The others are ours and always there.
PLATFORM_SOURCES = ("posts", "live", "dm")
OWN_SOURCES = ("leads", "capture")
#: From best to worst; a day is as good as the worst word about it.
QUALITY_ORDER = ("ok", "stale", "unauthorised", "absent")
_DAY_CAP_MINUTES = int(DAY_CAP.total_seconds() // 60)


class UnknownColumn(KeyError):
    """A source named a number that is no fact."""


@dataclass(slots=True)
class DayNumbers:
    """The numbers of one place on one day, and how good each source is."""

    values: dict[str, int | Decimal] = field(default_factory=dict)
    quality: dict[str, str] = field(default_factory=dict)

    def add(self, values: dict[str, int | Decimal], quality: dict[str, str]) -> None:
        """Add numbers and keep the worse quality. Raises UnknownColumn."""
        for name, number in values.items():
            if name not in COLUMNS:
                raise UnknownColumn(name)
            self.values[name] = self.values.get(name, 0) + number
        for source, word in quality.items():
            self.quality[source] = max(word, self.quality.get(source, "ok"), key=QUALITY_ORDER.index)


def combine(rows: Iterable[FactRow]) -> dict[tuple[int, int | None, date], DayNumbers]:
    """Rows of all sources added up per dealer, account and day."""
    found: dict[tuple[int, int | None, date], DayNumbers] = {}
    for row in rows:
        found.setdefault((row.dealer_id, row.account_id, row.day), DayNumbers()).add(row.values, row.quality)
    return found


def dealer_total(parts: Sequence[DayNumbers], quality: dict[str, str]) -> DayNumbers:
    """A dealer's day from those of its accounts: sums, with eight live hours a day as the most that count.

    `quality` is what the accounts' authorisations say; what a source said about its own day counts as well.
    """
    total = DayNumbers(quality=dict.fromkeys(OWN_SOURCES, "ok") | quality)
    for part in parts:
        total.add(part.values, part.quality)
    if "live_minutes_effective" in total.values:
        total.values["live_minutes_effective"] = min(int(total.values["live_minutes_effective"]), _DAY_CAP_MINUTES)
    return total


def source_quality(auth_states: Sequence[str]) -> dict[str, str]:
    """What a dealer's accounts let us read: ok with at least one authorised account, unauthorised when all lapsed, absent without any."""
    if any(state == "authorised" for state in auth_states):
        word = "ok"
    elif any(state in ("expired", "revoked") for state in auth_states):
        word = "unauthorised"
    else:
        word = "absent"
    return dict.fromkeys(PLATFORM_SOURCES, word)
