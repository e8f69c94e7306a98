"""Ninety days of leads: who came through which scene, who followed them up in time, and what became of them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db.models import Model

from cloudstore.customers.models import Consent, Customer, Touch
from cloudstore.demo.history import Skills, days_until, skills_of
from cloudstore.demo.rhythm import count, dice, swing
from cloudstore.demo.structure import Placed, PlacedBrand
from cloudstore.kit.calendar import add_working_minutes, calendar_of
from cloudstore.kit.clock import business_day, day_start
from cloudstore.kit.crypto import blind_index, seal
from cloudstore.kit.phone import mask
from cloudstore.leads.models import FollowAction, Lead, LeadEvent, RegionEvidence, Round
from cloudstore.live.models import LiveSession
from cloudstore.users.rules import Role

_CLASS = {"SHORT_VIDEO": "video", "LIVE_VIDEO": "live", "IM_MESSAGE": "dm", "HOME_PAGE": "homepage"}
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_CITIES = ("320400", "330400", "350100", "360100", "370600", "420100", "440400", "510100", "610100", "330600")
_WORKING = calendar_of([("09:00", "21:00")])


@dataclass(slots=True)
class Written:
    """The rows of one brand's lead history, gathered before they are written in bulk."""

    customers: list[Customer] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    evidence: list[RegionEvidence] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    events: list[LeadEvent] = field(default_factory=list)
    actions: list[FollowAction] = field(default_factory=list)


def write_leads(brand: PlacedBrand, sessions: list[LiveSession], *, days: int, now: datetime) -> int:
    """Write the lead history of a brand. Returns how many leads."""
    book = Written()
    teller = _Teller(brand, book, now)
    per_day = {(session.dealer_id, business_day(session.started_at)): session for session in sessions}
    for placed in brand.dealers:
        skills = skills_of(placed)
        for day in days_until(now, days):
            teller.tell_day(placed, skills, day, per_day.get((placed.dealer.pk, day)))
    tables: tuple[tuple[type[Model], list[Any]], ...] = (
        (Customer, book.customers),
        (Consent, book.consents),
        (Touch, book.touches),
        (Lead, book.leads),
        (RegionEvidence, book.evidence),
        (Round, book.rounds),
        (LeadEvent, book.events),
        (FollowAction, book.actions),
    )
    for model, rows in tables:
        model._default_manager.bulk_create(rows, batch_size=500)
    return len(book.leads)


class _Teller:
    """Tells the story of one lead after another into the book."""

    def __init__(self, brand: PlacedBrand, book: Written, now: datetime) -> None:
        self.brand, self.book, self.now, self.number = brand, book, now, 0
        self.by_city: dict[str, list[Placed]] = {}
        for placed in brand.dealers:
            self.by_city.setdefault(placed.card.city, []).append(placed)

    def tell_day(self, placed: Placed, skills: Skills, day: date, session: LiveSession | None) -> None:
        """All leads that one dealer's content brought on one day."""
        source = dice(placed.card.code, "leads", day)
        busy = swing(day, business_day(self.now))
        expected = {
            "LIVE_VIDEO": (session.viewers_unique or 0) * (0.0008 + 0.0135 * skills.live_leads) if session else 0.0,
            "SHORT_VIDEO": (0.25 + 0.75 * skills.posting * skills.clicks) * busy,
            "IM_MESSAGE": 0.35 * skills.replies * busy,
            "HOME_PAGE": 0.22 * placed.card.strength * busy,
        }
        for scene, mean in expected.items():
            for _ in range(count(mean, source)):
                self.tell(placed, skills, scene, day, session if scene == "LIVE_VIDEO" else None)

    def tell(self, placed: Placed, skills: Skills, scene: str, day: date, session: LiveSession | None) -> None:
        """One lead from its first touch to where it stands today."""
        self.number += 1
        source = dice(self.brand.card.slug, "lead", self.number)
        at = _moment(day, session, source)
        customer = self._customer(at, source)
        abroad = source.random() < 0.21
        adcode = source.choice(_CITIES) if abroad else placed.card.city
        owner = self._receiver(placed, adcode, source) if abroad else placed
        paid = source.random() < 0.34
        lead = Lead(
            brand=self.brand.brand,
            customer=customer,
            series=source.choice(self.brand.series),
            scene=scene,
            platform="douyin",
            source_class=f"{'paid' if paid else 'natural'}-{_CLASS[scene]}",
            source_account=placed.accounts[1 if session else 0],
            source_dealer=placed.dealer,
            room_id=session.room_id if session else "",
            adcode=adcode,
            region_confidence="1.00",
            region_source="declared_city",
            local=not abroad,
            mode="hybrid",
            rule_version="default/v1",
            created_at=at,
            last_touch_at=at,
            hot=scene in ("LIVE_VIDEO", "IM_MESSAGE"),
            level=source.choices("HABCN", (12, 22, 30, 20, 16))[0],
        )
        self.book.leads.append(lead)
        self.book.evidence.append(RegionEvidence(lead=lead, kind="declared_city", adcode=adcode, source="form", at=at))
        self.book.touches.append(
            Touch(
                brand=self.brand.brand,
                customer=customer,
                account=lead.source_account,
                scene=scene,
                source_class=lead.source_class,
                platform="douyin",
                room_id=lead.room_id,
                at=at,
            )
        )
        self._event(lead, at, "created", "", "new")
        if abroad and self.now - at < timedelta(hours=20):
            lead.state = "oem_queue"
            self._event(lead, at, "region", "new", "oem_queue")
            return
        opened = at + timedelta(minutes=source.randint(12, 240)) if abroad else at
        self._follow(lead, owner, skills_of(owner) if abroad else skills, min(opened, self.now), source)

    def _customer(self, at: datetime, source: Random) -> Customer:
        phone = f"+861990{self.brand.brand.pk % 10}{self.number:06d}"  # a range without subscribers: invented people
        name = source.choice(_SURNAMES) + source.choice(("先生", "女士"))
        customer = Customer(brand=self.brand.brand, phone_masked=mask(phone), name_masked=name[0] + "**", created_at=at)
        aad = f"{self.brand.brand.pk}|{customer.pk}"
        customer.phone = seal(phone, f"customer.phone|{aad}")
        customer.name = seal(name, f"customer.name|{aad}")
        customer.phone_index = blind_index(phone, f"phone|{self.brand.brand.pk}")
        self.book.customers.append(customer)
        self.book.consents.append(
            Consent(
                brand=self.brand.brand,
                customer=customer,
                purpose="contact_about_cars",
                recipients=["oem", "network"],
                text_version=self.brand.consent.version,
                text_hash=self.brand.consent.content_hash,
                channel="form",
                given_at=at,
            )
        )
        return customer

    def _receiver(self, placed: Placed, adcode: str, source: Random) -> Placed:
        """The dealer that the desk chose: one in the customer's city, else one of the brand's others."""
        near = [one for one in self.by_city.get(adcode, []) if one is not placed]
        return source.choice(near or [one for one in self.brand.dealers if one is not placed] or [placed])

    def _event(self, lead: Lead, at: datetime, kind: str, before: str, after: str) -> None:
        self.book.events.append(LeadEvent(lead=lead, at=at, kind=kind, from_state=before, to_state=after))

    def _follow(self, lead: Lead, owner: Placed, skills: Skills, opened: datetime, source: Random) -> None:
        """The owner's round: in time, late or not yet, and then what became of the lead."""
        due = add_working_minutes(opened, 30 if lead.hot else 240, _WORKING)
        lead.dealer, lead.consultant, lead.round_no = owner.dealer, owner.staff.get(Role.CONSULTANT), 1
        lead.state, lead.due_at = "assigned", due
        reason = "local" if lead.local else "dispatched"
        turn = Round(lead=lead, number=1, dealer=owner.dealer, reason=reason, opened_at=opened, sla_due_at=due)
        self.book.rounds.append(turn)
        self._event(lead, opened, "assigned", "new" if lead.local else "oem_queue", "assigned")
        window = due - opened
        in_time = source.random() < 0.5 + 0.49 * skills.follow
        first = (
            opened + window * source.uniform(0.1, 0.95) if in_time else due + timedelta(minutes=source.randint(10, 600))
        )
        if first >= self.now:
            return
        lead.first_follow_at = turn.first_follow_at = first
        lead.protection_until = first + timedelta(days=7)
        self.book.actions.append(
            FollowAction(
                lead=lead,
                kind="call",
                at=first,
                by=lead.consultant,
                connected=source.random() < 0.7,
                call_seconds=source.randint(5, 320),
            )
        )
        self._event(lead, first, "follow", "assigned", "following")
        self._outcome(lead, turn, skills, first, source)

    def _outcome(self, lead: Lead, turn: Round, skills: Skills, first: datetime, source: Random) -> None:
        """Where a followed lead stands today, by its age and the dealer's quality."""
        age = (self.now - first).days
        lead.state, lead.due_at = "following", first + timedelta(days=source.choice((1, 3, 7)))
        if source.random() > 0.44 + 0.46 * skills.quality:
            self._close(lead, turn, first + timedelta(hours=source.randint(1, 60)), "invalid", source)
        elif age >= 25 and source.random() < 0.10:
            self._close(lead, turn, first + timedelta(days=source.randint(12, 24)), "delivered", source)
        elif age >= 6 and source.random() < 0.58:
            self._close(lead, turn, first + timedelta(days=source.randint(3, max(3, age - 1))), "lost", source)
        elif age >= 2:
            lead.state = source.choices(
                ("following", "invited", "arrived", "test_driven", "ordered"), (50, 20, 14, 10, 6)
            )[0]
            lead.due_at = self.now + timedelta(hours=source.randint(-30, 140))
            self._event(lead, first + timedelta(days=1), "moved", "following", lead.state)

    def _close(self, lead: Lead, turn: Round, at: datetime, state: str, source: Random) -> None:
        if at >= self.now:
            return
        lead.state, lead.closed_at, lead.due_at = state, at, None
        lead.invalid_reason = (
            source.choice(("bad_number", "no_intention", "denies_asking")) if state == "invalid" else ""
        )
        turn.closed_at, turn.close_reason = at, state
        self._event(lead, at, "moved", "following", state)


def _moment(day: date, session: LiveSession | None, source: Random) -> datetime:
    if session and session.ended_at:
        return session.started_at + (session.ended_at - session.started_at) * source.random()
    return day_start(day) + timedelta(minutes=source.randint(8 * 60, 22 * 60))
