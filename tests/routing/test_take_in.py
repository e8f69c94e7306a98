"""A customer leaves a number somewhere: who is it, do we know them, where are they, who calls them."""

from datetime import timedelta

import pytest

from cloudstore.connectors.messages import Scene, Traffic
from cloudstore.connectors.webform.read import FormLead
from cloudstore.customers.models import Customer, Touch
from cloudstore.customers.queries import consent_covers
from cloudstore.leads.models import Lead, Round
from cloudstore.network.models import Territory
from cloudstore.queue.models import Pulse
from cloudstore.routing.models import DispatchDecision, RoutingPolicy
from cloudstore.routing.services import take_in
from tests.leads.town import MORNING, PAID


def hear(town, message, at=MORNING):
    return take_in(message, event=town.event(at), now=at)


def form(code="SH01", phone="13900139000", city="310100", recipients=("oem", "dealer:SH01"), **fields):
    given = {"scene": Scene.SHORT_VIDEO, "widget_code": "w1", "name": "陈先生", "traffic": Traffic.NATURAL}
    return FormLead(
        platform="web",
        client_key="w1",
        account_open_id=f"od_{code}",
        dealer_code=code,
        phone=phone,
        declared_adcode=city,
        consent_version="form/v1",
        consent_hash="h",
        consent_recipients=recipients,
        **(given | fields),
    )


def test_a_local_lead_is_on_the_dealers_phone_at_once(town):
    heard = hear(town, form())
    lead = Lead.objects.get(pk=heard.lead_id)
    assert heard.outcome == "created"
    assert (lead.state, lead.dealer, lead.local) == ("assigned", town.dealers["SH01"], True)
    turn = Round.objects.get(lead=lead)
    assert (turn.reason, turn.sla_due_at) == ("local", MORNING + timedelta(hours=4))
    assert lead.due_at == turn.sla_due_at
    receipt = DispatchDecision.objects.get(lead=lead)
    assert receipt.kind == "local" and "SH01" in receipt.sentence_zh and "SH01" in receipt.sentence_en


def test_a_chat_or_live_lead_is_hot_and_due_in_half_an_hour(town):
    heard = hear(town, town.card(city_text="上海"))
    lead = Lead.objects.get(pk=heard.lead_id)
    assert lead.hot and lead.due_at == MORNING + timedelta(minutes=30)


def test_a_lead_from_elsewhere_waits_at_the_desk_with_a_proposal(town):
    heard = hear(town, form(city="320500", recipients=("oem", "network")))
    lead = Lead.objects.get(pk=heard.lead_id)
    assert (lead.state, lead.dealer, lead.local, lead.queued_at) == ("oem_queue", None, False, MORNING)
    assert lead.source_dealer == town.dealers["SH01"], "the source keeps the credit for having found them"
    assert not Round.objects.exists()
    proposal = DispatchDecision.objects.get(lead=lead)
    assert (proposal.kind, proposal.chosen, proposal.ask_consent) == ("proposal", town.dealers["SZ01"], False)
    assert proposal.candidates[0]["code"] == "SZ01" and set(proposal.candidates[0]["terms"]) == set("dqgfl")
    assert "SZ01" in proposal.sentence_zh


def test_a_card_that_names_one_store_needs_another_yes_before_it_goes_to_a_second(town):
    heard = hear(town, town.card(city_text="苏州"))
    lead = Lead.objects.get(pk=heard.lead_id)
    proposal = DispatchDecision.objects.get(lead=lead)
    assert proposal.ask_consent and proposal.chosen == town.dealers["SZ01"]
    assert consent_covers(lead.customer_id, "SH01") and not consent_covers(lead.customer_id, "SZ01")
    assert lead.customer.consents.get().text_version == "dm-card/v1"


@pytest.mark.parametrize(
    ("city", "phone", "state", "known"),
    [
        ("上海", "19912345678", "assigned", "310100"),
        ("江苏苏州", "19912345678", "oem_queue", "320500"),
        ("朝阳", "19912345678", "oem_queue", "310100"),  # a district here or a city there: the account alone is left
        ("", "13510001234", "oem_queue", "440300"),  # a number of Shenzhen against an account of Shanghai
        ("", "17312345678", "oem_queue", "310100"),  # that block is said to be everywhere's, so it says nothing
    ],
)
def test_where_the_customer_is_decides_who_calls(town, city, phone, state, known):
    lead = Lead.objects.get(pk=hear(town, town.card(phone=phone, city_text=city)).lead_id)
    assert (lead.state, lead.adcode) == (state, known)


def test_a_number_of_the_dealers_own_city_makes_it_local(town):
    lead = Lead.objects.get(pk=hear(town, town.card("SZ01", phone="13912345678", city_text="")).lead_id)
    prefixes = set(lead.evidence.values_list("kind", "adcode"))
    assert ("mobile_prefix", "320400") in prefixes and ("account_region", "320500") in prefixes
    assert lead.state == "oem_queue", "a number from Changzhou is not local in Suzhou"


def test_a_territory_of_a_district_holds_its_district_alone(town):
    Territory.objects.filter(dealer=town.dealers["SH01"]).update(adcode="310115")
    here = Lead.objects.get(pk=hear(town, form(city="310115")).lead_id)
    there = Lead.objects.get(pk=hear(town, form(city="310104", phone="13900139001")).lead_id)
    assert (here.state, there.state) == ("assigned", "oem_queue")


@pytest.mark.parametrize(
    ("phone", "reason"),
    [("", "phone_empty"), ("123", "phone_impossible"), ("微信同号", "phone_unreadable"), ("9" * 300, "phone_too_long")],
)
def test_a_number_nobody_can_call_is_rejected_with_the_reason(town, phone, reason):
    heard = hear(town, town.card(phone=phone))
    assert (heard.outcome, heard.reason, heard.lead_id) == ("rejected", reason, None)
    assert not Lead.objects.exists() and not Customer.objects.exists()


def test_an_account_nobody_knows_still_makes_a_lead_for_the_desk(town):
    lead = Lead.objects.get(pk=hear(town, town.card("NOWHERE", city_text="苏州")).lead_id)
    assert (lead.state, lead.source_account, lead.source_dealer) == ("oem_queue", None, None)


def test_scene_ids_and_class_are_kept_as_they_came(town):
    message = form(scene=Scene.LIVE_VIDEO, room_id="7350000000000000001", item_id="7351234567890123456", **PAID)
    lead = Lead.objects.get(pk=hear(town, message).lead_id)
    assert (lead.scene, lead.source_class, lead.platform) == ("LIVE_VIDEO", "paid-live", "douyin")
    assert (lead.room_id, lead.item_id, lead.widget_code) == ("7350000000000000001", "7351234567890123456", "w1")
    assert lead.source_account == town.accounts["SH01"]


@pytest.mark.parametrize("text", ["X7", "星河 X7", "星河X7 长续航"])
def test_the_series_is_understood_from_what_was_typed(town, text):
    lead = Lead.objects.get(pk=hear(town, town.card(series_text=text)).lead_id)
    assert lead.series == town.series["X7"]


def test_a_paid_visit_explains_a_card_that_says_nothing(town):
    hear(town, form(phone="13800138000", **PAID), at=MORNING - timedelta(days=5))
    Lead.objects.update(state="delivered", closed_at=MORNING - timedelta(days=1))
    lead = Lead.objects.get(pk=hear(town, town.card()).lead_id)
    assert lead.source_class == "paid-video"


def test_open_pages_are_told(town):
    lead = Lead.objects.get(pk=hear(town, form()).lead_id)
    topics = set(Pulse.objects.values_list("topic", flat=True))
    dealer = town.dealers["SH01"].pk
    assert {f"lead:{lead.pk}", f"dealer:{dealer}", f"brand:{town.brand.pk}", f"desk:{town.brand.pk}"} <= topics


def test_a_source_that_may_not_sell_the_series_leaves_it_to_the_desk(town):
    town.dealers["SH01"].authorisations.filter(series=town.series["L5"]).delete()
    lead = Lead.objects.get(pk=hear(town, form(series_text="L5")).lead_id)
    assert (lead.state, lead.local) == ("oem_queue", True)


class TestModes:
    """The brand decides who takes leads first; a lead keeps the rule it was taken in under."""

    def policy(self, town, mode, **settings):
        return RoutingPolicy.objects.create(brand=town.brand, mode=mode, settings=settings, version=f"{mode}/v1")

    def test_centralised_keeps_even_local_leads_at_the_desk(self, town):
        self.policy(town, "centralised")
        lead = Lead.objects.get(pk=hear(town, form()).lead_id)
        assert (lead.state, lead.mode, lead.rule_version) == ("oem_queue", "centralised", "centralised/v1")
        assert DispatchDecision.objects.get().chosen is None, "nurtured until level A"

    def test_decentralised_leaves_even_remote_leads_with_their_source(self, town):
        self.policy(town, "decentralised")
        lead = Lead.objects.get(pk=hear(town, form(city="320500")).lead_id)
        assert (lead.state, lead.local) == ("assigned", False)
        assert Round.objects.get().redispatch_at == MORNING + timedelta(hours=24)

    def test_a_policy_of_a_region_or_channel_beats_the_brands(self, town):
        self.policy(town, "centralised")
        RoutingPolicy.objects.create(brand=town.brand, region=town.region, mode="decentralised", version="east/v1")
        lead = Lead.objects.get(pk=hear(town, form(city="320500")).lead_id)
        assert lead.rule_version == "east/v1"

    def test_a_later_change_of_mode_leaves_the_lead_alone(self, town):
        lead = Lead.objects.get(pk=hear(town, form(city="320500", recipients=("network",))).lead_id)
        self.policy(town, "decentralised")
        hear(town, form(city="320500", widget_code="w2"), at=MORNING + timedelta(hours=1))
        lead.refresh_from_db()
        assert (lead.state, lead.mode) == ("oem_queue", "hybrid")

    def test_a_policy_may_dispatch_by_itself_where_consent_allows(self, town):
        self.policy(town, "hybrid", auto_dispatch=True)
        far = Lead.objects.get(pk=hear(town, form(city="320500", recipients=("network",))).lead_id)
        asked = Lead.objects.get(pk=hear(town, form(city="320500", phone="13900139001")).lead_id)
        assert (far.state, far.dealer) == ("assigned", town.dealers["SZ01"])
        assert asked.state == "oem_queue", "nobody is passed on without their word"


class TestLadder:
    """The same person again: a touch, a joined lead, a reopened one, or a new one (the story of the rules)."""

    def story(self, town, *steps):
        answers = []
        for days, message, becomes in steps:
            at = MORNING + timedelta(days=days)
            if becomes:
                lead = Lead.objects.order_by("-created_at").first()
                Round.objects.filter(lead=lead, closed_at=None).update(closed_at=at, close_reason=becomes)
                Lead.objects.filter(pk=lead.pk).update(state=becomes, closed_at=at, due_at=None)
            else:
                answers.append(hear(town, message, at=at))
        return answers

    def test_click_click_message_lost_back_after_twenty_days_and_after_forty(self, town):
        live = form(phone="+86 138 0013 8000", scene=Scene.LIVE_VIDEO, widget_code="live-1")
        again = form(phone="13800138000", scene=Scene.LIVE_VIDEO, widget_code="live-1")
        home = form(phone="13800138000", scene=Scene.HOME_PAGE, widget_code="home-1")
        answers = self.story(
            town,
            (0, live, ""),
            (0.003, again, ""),
            (1, town.card(), ""),
            (3, None, "lost"),
            (23, home, ""),
            (30, None, "lost"),
            (70, home, ""),
        )
        assert [one.outcome for one in answers] == ["created", "duplicate", "joined", "joined", "created"]
        first, last = Lead.objects.order_by("created_at")
        assert last.previous == first
        assert list(first.rounds.values_list("number", "reason")) == [(1, "local"), (2, "reopened")]
        assert Customer.objects.count() == 1 and Touch.objects.count() == 5
        assert [one.reason for one in answers][1] == "same_widget_within_24h"

    def test_a_delivered_customer_who_comes_back_is_a_new_lead(self, town):
        answers = self.story(town, (0, form(), ""), (9, None, "delivered"), (12, form(widget_code="w2"), ""))
        assert [one.outcome for one in answers] == ["created", "created"]

    def test_another_stores_submission_is_told_but_moves_nothing(self, town):
        answers = self.story(town, (0, form(), ""), (1, form("SZ01", widget_code="w9", city="320500"), ""))
        lead = Lead.objects.get()
        assert answers[1].outcome == "joined" and lead.dealer == town.dealers["SH01"]
        assert lead.events.get(kind="joined").detail["other_dealer"] == "SZ01"

    def test_a_lead_at_the_desk_that_comes_again_with_its_city_goes_to_its_store(self, town):
        answers = self.story(town, (0, town.card(phone="13900139000"), ""), (0.2, form(), ""))
        lead = Lead.objects.get()
        assert answers[1].outcome == "joined"
        assert (lead.state, lead.dealer) == ("assigned", town.dealers["SH01"])

    def test_a_further_number_from_the_same_chat_is_news_not_a_repeat(self, town):
        one = town.card(user_open_id="ou_1", card_id="k1")
        other = town.card(phone="13900139000", user_open_id="ou_1", card_id="k1")
        answers = self.story(town, (0, one, ""), (0.01, one, ""), (0.02, other, ""))
        assert [answer.outcome for answer in answers] == ["created", "duplicate", "joined"]

    def test_a_store_of_grade_d_does_not_get_its_lost_customer_back(self, town):
        from cloudstore.grading.models import DealerTier

        DealerTier.objects.create(dealer=town.dealers["SH01"], tier="D", tier_rank=1, since=MORNING.date())
        Territory.objects.filter(dealer=town.dealers["SH01"]).update(adcode="310115")
        self.story(
            town, (0, form(city="310115"), ""), (3, None, "lost"), (9, form(city="320500", widget_code="w2"), "")
        )
        lead = Lead.objects.get()
        assert (lead.state, lead.dealer) == ("oem_queue", None)

    def test_two_brands_never_meet(self, town):
        from tests.leads.town import build_town

        other = build_town("yunfan")
        assert hear(town, form()).outcome == hear(other, form()).outcome == "created"
        assert Lead.objects.filter(brand=other.brand).get().dealer.brand == other.brand
