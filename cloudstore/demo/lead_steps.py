"""The lead walk: customers leave their number in four scenes; the local ones are called, the one from afar is handed on."""

import random
import time
from datetime import datetime, timedelta
from uuid import UUID

from cloudstore.demo.stage import Stage
from cloudstore.demo.visitor import StepFailed, Visitor
from cloudstore.facts.models import DealerDay
from cloudstore.gateway.models import InboundEvent
from cloudstore.kit.clock import BUSINESS_ZONE, business_day, now
from cloudstore.leads.models import Lead
from cloudstore.network.models import StaffMember
from cloudstore.queue.models import Job
from cloudstore.queue.services import enqueue

SHANGHAI, SHENZHEN = "310100", "440300"
_HUMAN_PAUSE = 2.2  # a form that comes back faster than a person types is taken for a script


def _number() -> str:
    """A mobile number of an invented person."""
    return f"1990{random.randrange(10**7):07d}"


def _fill(customer: Visitor, address: str, phone: str, name: str, city: str) -> None:
    page = customer.open(address)
    time.sleep(_HUMAN_PAUSE)
    thanks = customer.send(page, {"phone": phone, "name": name, "city": city, "consent": "1"}, having="phone")
    if "/thanks/" not in str(thanks.url):
        raise StepFailed(f"the form at {address} was not taken")


def four_scenes(stage: Stage) -> str:
    """Short video, live room, direct message, homepage; and the same person once more, which is no second lead."""
    began, customer, again = now(), stage.person(""), _number()
    _fill(customer, f"/w/sh01-v/?item={stage.made['item']}", again, "王女士", SHANGHAI)
    _fill(customer, "/w/sh01-l/?room=6900000000000000001", _number(), "李先生", SHENZHEN)
    stage.pull(
        "fire", event="lead_card", open_id="od_xinghe_sh01_store", user={"open_id": f"ou_{again}", "nickname": "张先生"},
        name="张先生", phone=_number(), city="上海", item_id=stage.made["item"],
    )  # fmt: skip
    home = customer.open("/xinghe/sh01/")
    widget = customer.link(home, "", to="/w/")
    if not widget:
        raise StepFailed("the store's homepage has no lead widget")
    _fill(customer, widget, _number(), "陈女士", SHANGHAI)
    _fill(customer, f"/w/sh01-v/?item={stage.made['item']}", again, "王女士", SHANGHAI)
    rows = customer.wait_for("five submissions to be handled", lambda: _handled(began), seconds=45)
    outcomes = sorted(row.outcome for row in rows)
    if outcomes.count("created") != 4 or outcomes.count("duplicate") != 1:
        raise StepFailed(f"four leads and one repeat became {', '.join(outcomes)}")
    stage.made["leads"] = {lead.scene: lead for lead in Lead.objects.filter(pk__in=[row.lead_id for row in rows])}
    return "4 leads from four scenes, the repeated one was recognised"


def _handled(began: datetime) -> list[InboundEvent] | None:
    """The lead events since the step began, once all five are handled."""
    rows = InboundEvent.objects.filter(brand__slug="xinghe", received_at__gte=began).exclude(outcome="none")
    found = [row for row in rows if row.outcome != "pending"]
    return found if len(found) >= 5 else None


def _lead(stage: Stage, scene: str) -> Lead:
    row: Lead = stage.made["leads"][scene]
    row.refresh_from_db()
    return row


def _version(visitor: Visitor, lead: UUID) -> str:
    _, values = visitor.form(visitor.open(f"/d/leads/{lead}/"), having="version")
    return str(values["version"])


def call_local_lead(stage: Stage) -> str:
    """Chen gives the video lead to Zhao, who sees it on the phone, calls, and makes an appointment."""
    lead = _lead(stage, "SHORT_VIDEO")
    if lead.dealer is None or lead.dealer.code != "SH01" or lead.due_at is None:
        raise StepFailed(f"the local lead is not with its store (state {lead.state})")
    chen, zhao, page = stage.person("chen"), stage.person("zhao"), f"/d/leads/{lead.pk}/"
    consultant = StaffMember.objects.get(user__username="zhao")
    chen.post(f"{page}consultant/", {"consultant": str(consultant.pk)})
    if not zhao.link(zhao.open("/d/leads/"), "", to=str(lead.pk)):
        raise StepFailed("the consultant does not see the lead on the phone")
    zhao.post(f"{page}number/", {})
    call = {
        "version": _version(zhao, lead.pk),
        "connected": "yes",
        "minutes": "3",
        "seconds": "20",
        "note": "周末到店看车",
    }
    zhao.post(f"{page}follow/call/", call)
    day = (now() + timedelta(days=2)).astimezone(BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M")
    visit = {"version": _version(zhao, lead.pk), "appointment_at": day, "note": "带家人试驾"}
    zhao.post(f"{page}follow/appointment/", visit)
    lead = _lead(stage, "SHORT_VIDEO")
    if lead.first_follow_at is None:
        raise StepFailed("the call did not stop the first-follow clock")
    stage.links.append(("the local lead", stage.url + page))
    return f"called in time, state {lead.state}"


def dispatch_remote_lead(stage: Stage) -> str:
    """He at the OEM desk sees the lead from Shenzhen and hands it to the proposed store there."""
    lead, he = _lead(stage, "LIVE_VIDEO"), stage.person("he")
    if lead.state != "oem_queue":
        raise StepFailed(f"the lead from afar is not at the desk (state {lead.state})")
    page = he.open(f"/admin/desk/{lead.pk}/")
    he.send(page, {"do": "dispatch"}, having="dealer")
    lead = _lead(stage, "LIVE_VIDEO")
    if lead.dealer is None or lead.dealer.code == "SH01":
        raise StepFailed(f"the lead was not handed on (state {lead.state})")
    receiver = {"SZ11": "sun", "SZ12": "sz12-operator"}.get(lead.dealer.code)
    if receiver and not stage.person(receiver).link(stage.person(receiver).open("/d/leads/"), "", to=str(lead.pk)):
        raise StepFailed("the receiving store does not see the lead")
    stage.links.append(("the lead that was handed on", f"{stage.url}/admin/desk/{lead.pk}/"))
    return f"handed to {lead.dealer.name}, with a receipt that says why"


def add_up(stage: Stage) -> str:
    """Today's facts are added up anew and hold the new leads."""
    began = now()
    enqueue("facts.rebuild", key="facts.rebuild")
    enqueue("grading.run_due", key="grading.run_due")

    def look() -> bool:
        waiting = Job.objects.filter(
            name__in=("facts.rebuild", "grading.run_due"), state__in=("ready", "leased")
        ).exists()
        fresh = DealerDay.objects.filter(brand__slug="xinghe", day=business_day(began), computed_at__gte=began).exists()
        return fresh and not waiting

    stage.person("lin").wait_for("the daily facts", look, seconds=90)
    day = DealerDay.objects.get(dealer__brand__slug="xinghe", dealer__code="SH01", day=business_day(began))
    if day.natural_leads + day.paid_leads < 4:
        raise StepFailed(f"the store's day counts {day.natural_leads + day.paid_leads} leads instead of at least 4")
    return f"the Shanghai store's day counts {day.natural_leads + day.paid_leads} leads"


def read_boards(stage: Stage) -> str:
    """Zhou reads the network board, the store's board and its report card."""
    zhou = stage.person("zhou")
    for what, address in (
        ("the network board", "/board/"),
        ("the store's board", "/board/dealers/SH01/"),
        ("the report card", "/board/dealers/SH01/card/"),
    ):
        zhou.open(address)
        stage.links.append((what, stage.url + address))
    return "network board, store board and report card are up to date"
