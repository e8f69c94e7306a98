"""The store's leads on the phone: one list, one tap to the number, one form for what came of it, and nothing foreign."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cloudstore.customers.models import Reveal
from cloudstore.leads.models import FollowAction, Lead
from cloudstore.leads.rules.reasons import Invalid
from cloudstore.leads.rules.states import Verb
from cloudstore.leads.services import act, assign_consultant
from cloudstore.queue.models import Pulse
from cloudstore.routing.services import dispatch, log_call

from .stories import lead_of
from .town import MORNING, build_town

NOW = MORNING + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(town):
    return lead_of(town)


@pytest.fixture
def sign_in(client, town):
    def signed_in(name, place=None):
        client.force_login((place or town).people[name].user)
        return client

    return signed_in


def url(name, lead, *rest):
    return reverse(f"leads:{name}", args=[lead.pk, *rest])


def post(client, lead, name, *rest, **data):
    lead.refresh_from_db()
    return client.post(url(name, lead, *rest), {"version": lead.state_version, **data})


class TestList:
    def test_who_is_due_first_comes_first(self, town, sign_in):
        lead_of(town, phone="13900139001")
        lead_of(town, phone="13900139002", at=MORNING - timedelta(hours=1))
        page = sign_in("wang").get(reverse("leads:list")).content.decode()
        assert page.index("139****9002") < page.index("139****9001")
        assert "13900139001" not in page and "陈先生" not in page and "陈**" in page

    def test_tabs_count_what_they_hold(self, town, sign_in, lead):
        done = lead_of(town, phone="13900139001")
        act(
            lead=done,
            verb=Verb.MARK_INVALID,
            by=town.people["wang"],
            version=done.state_version,
            reason=Invalid.OTHER,
            now=NOW,
        )
        client = sign_in("wang")
        assert client.get(reverse("leads:list")).context["counts"] == {"call": 1, "open": 0, "done": 1}
        post(client, lead, "follow", "call", connected="yes", minutes=1, seconds=5)
        assert client.get(reverse("leads:list")).context["counts"] == {"call": 0, "open": 1, "done": 1}
        assert "139****9001" in client.get(reverse("leads:list") + "?tab=done").content.decode()

    def test_filters_narrow_and_nonsense_does_no_harm(self, town, sign_in, lead):
        client = sign_in("chen")
        for query, found in (
            ("scene=SHORT_VIDEO", 1),
            ("scene=LIVE_VIDEO", 0),
            ("level=H", 0),
            ("who=nobody", 1),
            (f"who={town.people['zhao'].pk}", 0),
            ("who=9" + "9" * 40, 1),
            ("tab=nowhere&page=minus", 1),
        ):
            answer = client.get(f"{reverse('leads:list')}?{query}")
            assert answer.status_code == 200 and len(answer.context["page"]) == found, query

    def test_a_number_is_found_whole_or_by_its_last_four(self, town, sign_in, lead):
        client = sign_in("wang")
        for typed, found in (("139 0013 9000", 1), ("+86-13900139000", 1), ("9000", 1), ("900", 0), ("13900139001", 0)):
            answer = client.post(reverse("leads:search"), {"digits": typed})
            assert len(answer.context["page"]) == found, typed

    def test_the_badge_says_how_many_wait(self, town, sign_in, lead):
        assert "cs-nav__count" in sign_in("wang").get(reverse("leads:badge")).content.decode()

    def test_more_leads_need_no_more_queries(self, town, sign_in, django_assert_max_num_queries):
        client = sign_in("chen")
        for number in range(25):
            lead_of(town, phone=f"139001391{number:02d}")
        with django_assert_max_num_queries(12):
            assert len(client.get(reverse("leads:list")).context["page"]) == 25


class TestWhoSeesWhat:
    def test_another_stores_lead_is_unknown_here(self, town, sign_in, lead):
        client = sign_in("su")
        assert client.get(url("lead", lead)).status_code == 404
        for name, *rest in (("number",), ("follow", "call"), ("level",), ("step", "arrive"), ("consultant",)):
            assert post(client, lead, name, *rest, level="H").status_code == 404
        assert not Reveal.objects.exists() and not FollowAction.objects.exists()
        assert not client.post(reverse("leads:search"), {"digits": "13900139000"}).context["page"].object_list

    def test_a_consultant_sees_their_own_alone(self, town, sign_in, lead):
        assign_consultant(lead=lead, consultant=town.people["zhao"], by=None, now=NOW)
        assert sign_in("zhao").get(url("lead", lead)).status_code == 200
        client = sign_in("qin")
        assert client.get(url("lead", lead)).status_code == 404
        assert client.get(reverse("leads:list")).context["counts"]["call"] == 0

    def test_who_lost_a_lead_to_another_store_sees_it_no_more(self, town, sign_in):
        far = lead_of(town, city="320500")
        assert sign_in("wang").get(url("lead", far)).status_code == 404
        dispatch(lead=far, dealer=town.dealers["SZ01"], by=town.people["he"], now=NOW)
        assert sign_in("wang").get(url("lead", far)).status_code == 404
        assert sign_in("su").get(url("lead", far)).status_code == 200

    def test_another_brand_and_other_roles_find_nothing(self, town, sign_in, lead):
        other = build_town("yunfan")
        assert sign_in("wang", other).get(url("lead", lead)).status_code == 404
        assert sign_in("he").get(reverse("leads:list")).status_code == 404

    def test_strangers_are_sent_to_sign_in(self, client, lead):
        assert client.get(url("lead", lead)).status_code == 302

    def test_a_next_store_reads_the_desks_notes_and_not_the_former_stores(self, town, sign_in):
        town.dealer("SH02", "310100")
        town.person("mo", "account_operator", "SH02")
        lead = lead_of(town)
        client = sign_in("wang")
        post(client, lead, "follow", "note", note="客户嫌我们远")
        post(client, lead, "step", "ask_transfer", reason="other_store")
        act(lead=lead, verb=Verb.ACCEPT_TRANSFER, by=town.people["he"], version=_version(lead), now=NOW)
        log_call(lead=lead, connected=True, seconds=40, note="想看X7", by=town.people["he"], now=NOW)
        dispatch(lead=lead, dealer=town.dealers["SH02"], by=town.people["he"], now=NOW)
        page = sign_in("mo").get(url("lead", lead)).content.decode()
        assert "想看X7" in page and "客户嫌我们远" not in page and "wang" not in page


def _version(lead):
    return Lead.objects.get(pk=lead.pk).state_version


class TestLead:
    def test_the_number_is_shown_for_a_tap_and_the_tap_is_kept(self, sign_in, lead):
        client = sign_in("wang")
        assert "tel:" not in client.get(url("lead", lead)).content.decode()
        fragment = client.post(url("number", lead), headers={"HX-Request": "true"}).content.decode()
        assert 'href="tel:+8613900139000"' in fragment and "139 0013 9000" in fragment
        assert Reveal.objects.get().purpose == "call"
        whole = client.post(url("number", lead)).content.decode()
        assert "tel:+8613900139000" in whole, "the page works without script"

    def test_too_many_looks_are_told_to_wait(self, sign_in, lead):
        client = sign_in("wang")
        for _ in range(30):
            client.post(url("number", lead), headers={"HX-Request": "true"})
        refused = client.post(url("number", lead), headers={"HX-Request": "true"}).content.decode()
        assert "tel:" not in refused and 'role="alert"' in refused

    def test_a_call_is_logged_and_the_lead_moves_on(self, sign_in, lead):
        client = sign_in("wang")
        assert post(client, lead, "follow", "call", connected="yes", minutes=2, seconds=5, note="来").status_code == 302
        action = FollowAction.objects.get()
        assert (action.call_seconds, action.connected, action.note) == (125, True, "来")
        assert "Log a call" in client.get(url("lead", lead)).content.decode()

    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            ("call", {}),
            ("call", {"connected": "yes", "minutes": -1, "seconds": 5}),
            ("call", {"connected": "maybe", "minutes": 1, "seconds": 5}),
            ("message", {"note": " "}),
            ("note", {"note": "x" * 3000}),
            ("appointment", {"appointment_at": "tomorrow"}),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(self, sign_in, lead, kind, data):
        answer = post(sign_in("wang"), lead, "follow", kind, **data)
        assert answer.status_code == 422 and f'id="{kind}_' in answer.content.decode()
        assert "cs-field__error" in answer.content.decode() and not FollowAction.objects.exists()

    def test_an_appointment_in_the_past_is_refused(self, sign_in, lead):
        answer = post(sign_in("wang"), lead, "follow", "appointment", appointment_at="2026-03-01T10:00", note="早上")
        assert answer.status_code == 409 and "早上" in answer.content.decode()

    def test_somebody_was_faster_nothing_is_lost(self, sign_in, lead):
        client = sign_in("wang")
        stale = lead.state_version
        post(client, lead, "follow", "call", connected="yes", minutes=0, seconds=30)
        data = {"version": stale, "connected": "yes", "minutes": 1, "seconds": 0, "note": "周六上午来"}
        answer = client.post(url("follow", lead, "call"), data)
        page = answer.content.decode()
        assert answer.status_code == 409 and "周六上午来" in page and 'role="alert"' in page
        assert FollowAction.objects.count() == 1
        again = dict(data, version=_version(lead))
        assert client.post(url("follow", lead, "call"), again).status_code == 302, "sent again it is kept"

    def test_levels_and_steps(self, sign_in, lead):
        client = sign_in("wang")
        assert post(client, lead, "level", level="A").status_code == 302
        assert post(client, lead, "level", level="Z").status_code == 404
        assert post(client, lead, "step", "arrive").status_code == 302
        assert post(client, lead, "step", "deliver").status_code == 302
        lead.refresh_from_db()
        assert (lead.level, lead.state) == ("A", "delivered")

    @pytest.mark.parametrize("verb", ["assign", "expire", "confirm_lost", "redispatch", "nonsense"])
    def test_a_store_cannot_do_what_is_not_its_to_do(self, sign_in, lead, verb):
        assert post(sign_in("wang"), lead, "step", verb).status_code == 409
        lead.refresh_from_db()
        assert lead.state == "assigned"

    def test_an_end_needs_its_reason(self, sign_in, lead):
        client = sign_in("wang")
        assert post(client, lead, "step", "ask_lost").status_code == 422
        assert post(client, lead, "step", "ask_lost", reason="because").status_code == 422
        assert post(client, lead, "step", "ask_lost", reason="price").status_code == 302
        lead.refresh_from_db()
        assert lead.state == "lost_pending"

    def test_only_the_manager_gives_leads_to_consultants(self, town, sign_in, lead):
        zhao = town.people["zhao"].pk
        assert post(sign_in("wang"), lead, "consultant", consultant=zhao).status_code == 404
        client = sign_in("chen")
        assert post(client, lead, "consultant", consultant=zhao).status_code == 302
        for stranger in (town.people["su"].pk, town.people["wang"].pk, "x"):
            assert post(client, lead, "consultant", consultant=stranger).status_code == 404
        lead.refresh_from_db()
        assert lead.consultant_id == zhao

    def test_hostile_words_are_shown_as_words(self, town, sign_in):
        lead = lead_of(town, phone="13900139005", name="<img src=x onerror=alert(1)>")
        client = sign_in("wang")
        post(client, lead, "follow", "note", note="<script>alert(1)</script>")
        page = client.get(url("lead", lead)).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;" in page and "<img src=x" not in page

    def test_no_inline_style_or_script(self, sign_in, lead):
        client = sign_in("chen")
        for address in (reverse("leads:list"), url("lead", lead), reverse("routing:walk_in")):
            page = client.get(address).content.decode()
            assert " style=" not in page and "<script>" not in page and "onclick" not in page


class TestVisitors:
    def fill(self, client, **data):
        given = {"phone": "139 0013 9000", "name": "陈先生", "how": "walk_in", "level": "H", "agreed": "on"}
        return client.post(reverse("routing:walk_in"), given | data)

    def test_a_visitor_becomes_a_lead_of_the_store(self, town, sign_in):
        answer = self.fill(sign_in("wang"), series=town.series["X7"].pk)
        lead = Lead.objects.get()
        assert answer.url == url("lead", lead) and (lead.state, lead.level) == ("arrived", "H")

    def test_without_a_yes_nothing_is_kept(self, sign_in):
        answer = self.fill(sign_in("wang"), agreed="")
        assert answer.status_code == 200 and "cs-field__error" in answer.content.decode() and not Lead.objects.exists()

    def test_a_number_that_cannot_be_called_is_said(self, sign_in):
        assert "cs-field__error" in self.fill(sign_in("wang"), phone="123").content.decode()

    def test_a_customer_of_another_store_is_not_shown(self, town, sign_in):
        lead_of(town, code="SZ01", city="320500")
        answer = self.fill(sign_in("wang"))
        assert answer.url == reverse("leads:list")
        assert Lead.objects.get().dealer.code == "SZ01"

    def test_a_series_of_another_brand_is_no_choice(self, town, sign_in):
        other = build_town("yunfan")
        answer = self.fill(sign_in("wang"), series=other.series["X7"].pk)
        assert answer.status_code == 200 and not Lead.objects.exists()


class TestShownNumber:
    def test_a_look_does_not_make_lists_read_themselves_again(self, town, sign_in, lead):
        """Otherwise the number would vanish from the list in the moment it appeared."""
        Pulse.objects.all().delete()
        sign_in("wang").post(url("number", lead), headers={"HX-Request": "true"})
        assert set(Pulse.objects.values_list("topic", flat=True)) == {f"lead:{lead.pk}"}

    def test_it_keeps_its_place_when_the_list_is_read_again(self, sign_in, lead):
        client = sign_in("wang")
        place = f'id="dial-{lead.pk}"'
        assert f'{place} hx-preserve="true"' in client.get(reverse("leads:list")).content.decode()
        assert place in client.post(url("number", lead), headers={"HX-Request": "true"}).content.decode()
