"""The lead desk in the console: He and Ning at work, and what nobody else gets to see."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from cloudstore.customers.models import Reveal
from cloudstore.leads.models import FollowAction, Lead, Round
from cloudstore.leads.rules.reasons import Transfer
from cloudstore.leads.rules.states import Verb
from cloudstore.leads.services import act
from cloudstore.routing.models import DeskClaim
from tests.leads.stories import lead_of
from tests.leads.town import MORNING, build_town
from tests.world import signed_in

SOON = MORNING + timedelta(minutes=20)
PHONE = "13900139000"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(SOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lead(town):
    """Met through Shanghai, lives in Suzhou, agreed to any store of the brand."""
    return lead_of(town, city="320500", phone=PHONE)


@pytest.fixture
def he(town):
    return signed_in(town.people["he"])


@pytest.fixture
def ning(town):
    return signed_in(town.people["ning"])


def page(browser, lead):
    return browser.get(f"/admin/desk/{lead.pk}/").content.decode()


def press(browser, lead, button, **typed):
    version = typed.pop("version", Lead.objects.get(pk=lead.pk).state_version)
    return browser.post(f"/admin/desk/{lead.pk}/act/", {"do": button, "version": version, **typed}, **HTMX)


class TestTwoPeopleAtTheDesk:
    def test_opening_a_lead_takes_it_and_the_other_one_may_only_read(self, town, lead, he, ning):
        assert "Yours until 10:30" in page(he, lead)
        theirs = page(ning, lead)
        assert "Claimed by he until 10:30" in theirs and 'value="dispatch"' not in theirs
        answer = press(ning, lead, "dispatch", dealer="SZ01", note="wants a test drive")
        text = answer.content.decode()
        assert answer.status_code == 200 and "he is working on this lead" in text
        assert not Round.objects.exists() and DeskClaim.objects.get().staff == town.people["he"]

    def test_a_lease_that_ran_out_frees_the_lead(self, lead, he, ning, clock):
        page(he, lead)
        clock.shift(timedelta(minutes=11))
        assert "Yours until 10:41" in page(ning, lead)

    def test_working_on_renews_the_lease_and_reading_the_list_does_not(self, lead, he, clock):
        page(he, lead)
        clock.shift(timedelta(minutes=8))
        he.get("/admin/desk/list/", {"open": lead.pk})
        assert DeskClaim.objects.get().until == SOON + timedelta(minutes=10)
        assert he.post(f"/admin/desk/{lead.pk}/keep/").status_code == 204
        assert DeskClaim.objects.get().until == SOON + timedelta(minutes=18)

    def test_somebody_else_cannot_renew_or_take_it_by_typing(self, town, lead, he, ning):
        page(he, lead)
        ning.post(f"/admin/desk/{lead.pk}/keep/")
        assert DeskClaim.objects.get().staff == town.people["he"]

    def test_leafing_through_locks_nothing_but_a_call_does(self, town, lead, he):
        second = lead_of(town, city="320500", phone="13900139001")
        page(he, lead)
        page(he, second)
        assert [one.lead for one in DeskClaim.objects.all()] == [second]
        press(he, second, "reached", seconds="40", note="calls back")
        page(he, lead)
        assert DeskClaim.objects.count() == 2

    def test_putting_it_back_opens_the_next_one_that_is_free(self, town, lead, he, ning):
        second = lead_of(town, city="320500", phone="13900139001")
        third = lead_of(town, city="320500", phone="13900139002")
        page(ning, second)
        page(he, lead)
        answer = press(he, lead, "put_back")
        assert answer.headers["HX-Push-Url"] == f"/admin/desk/{third.pk}/"
        assert not DeskClaim.objects.filter(lead=lead).exists()

    def test_the_page_learns_what_somebody_else_did(self, lead, he, ning):
        page(he, lead)
        address = f"/admin/desk/{lead.pk}/standing/?version={lead.state_version}"
        assert "changed meanwhile" not in he.get(address).content.decode()
        press(he, lead, "dispatch", dealer="SZ01")
        assert "This lead changed meanwhile" in ning.get(address).content.decode()


class TestDeciding:
    def test_dispatch_opens_the_stores_round_and_the_next_lead(self, town, lead, he):
        second = lead_of(town, city="320500", phone="13900139001")
        shown = page(he, lead)
        assert "SZ01" in shown and "checked" in shown, "the proposed store is chosen already"
        answer = press(he, lead, "dispatch", dealer="SZ01")
        turn = Round.objects.get(lead=lead)
        assert (turn.dealer, turn.closed_at) == (town.dealers["SZ01"], None)
        assert answer.headers["HX-Push-Url"] == f"/admin/desk/{second.pk}/"
        assert "Dispatched to" in answer.headers["HX-Trigger"]
        rows = he.get("/admin/desk/list/").content.decode()
        assert str(lead.pk) not in rows and str(second.pk) in rows

    def test_without_a_browser_script_it_works_as_well(self, lead, he):
        page(he, lead)
        form = {"do": "dispatch", "version": lead.state_version, "dealer": "SZ01"}
        answer = he.post(f"/admin/desk/{lead.pk}/act/", form, follow=True)
        assert answer.redirect_chain == [("/admin/desk/", 302)]
        assert "Dispatched to" in answer.content.decode() and "All done" in answer.content.decode()

    def test_another_store_of_the_table_may_be_chosen(self, town, he):
        town.dealer("SZ02", "320500")
        lead = lead_of(town, city="320500", phone=PHONE)
        assert 'value="SZ02"' in page(he, lead)
        press(he, lead, "dispatch", dealer="SZ02")
        assert Round.objects.get().dealer == town.dealers["SZ02"]

    def test_no_consent_no_dispatch_until_it_is_recorded(self, town, he):
        lead = lead_of(town, city="320500", network=False, phone=PHONE)
        assert "ask first" in page(he, lead)
        refused = press(he, lead, "dispatch", dealer="SZ01", note="likes blue", place="苏州")
        text = refused.content.decode()
        assert "has not agreed to this store" in text and not Round.objects.exists()
        assert 'value="likes blue"' in text and 'value="苏州"' in text, "nothing typed is lost"
        agreed = press(he, lead, "consent_dealer", dealer="SZ01").content.decode()
        assert town.dealers["SZ01"].name in agreed and "ask first" not in agreed
        press(he, lead, "dispatch", dealer="SZ01")
        assert Round.objects.get().dealer == town.dealers["SZ01"]

    def test_a_yes_to_any_store_covers_them_all(self, town, he):
        lead = lead_of(town, city="320500", network=False, phone=PHONE)
        assert "Any store of the brand" in press(he, lead, "consent_network").content.decode()

    def test_a_stale_page_changes_nothing_and_says_who_was_faster(self, town, lead, he):
        page(he, lead)
        answer = press(he, lead, "dispatch", dealer="SZ01", version=lead.state_version + 7, note="hurry")
        text = answer.content.decode()
        assert "acted on this lead a moment ago" in text and "Now:" in text and 'value="hurry"' in text
        assert not Round.objects.exists()

    def test_somebody_acted_meanwhile(self, town, lead, he, clock):
        page(he, lead)
        clock.shift(timedelta(minutes=11))
        ning = signed_in(town.people["ning"])
        press(ning, lead, "dispatch", dealer="SZ01")
        text = press(he, lead, "dispatch", dealer="SZ01", note="I called").content.decode()
        assert "not at the desk any more" in text and "ning" in text
        assert Round.objects.filter(lead=lead).count() == 1

    def test_no_store_chosen(self, lead, he):
        assert "Choose a store" in press(he, lead, "dispatch").content.decode()

    def test_the_region_is_typed_by_name_and_asked_back_when_it_is_not_one(self, town, he):
        lead = lead_of(town, city="", phone="19900139000")
        asked = press(he, lead, "region", place="朝阳").content.decode()
        assert "Several places have this name" in asked and 'name="adcode"' in asked
        assert "No city" in press(he, lead, "region", place="nowhere").content.decode()
        found = press(he, lead, "region", place="广州")
        assert "广州市" in found.headers["HX-Trigger"].encode().decode("unicode_escape")
        lead.refresh_from_db()
        assert lead.adcode == "440100" and 'value="GZ01"' in found.content.decode()

    def test_level_is_set(self, lead, he):
        press(he, lead, "level", level="H")
        lead.refresh_from_db()
        assert lead.level == "H"

    def test_invalid_needs_a_reason(self, lead, he):
        assert "choose a reason" in press(he, lead, "invalid").content.decode()
        press(he, lead, "invalid:bad_number")
        lead.refresh_from_db()
        assert (lead.state, lead.invalid_reason, lead.invalid_by) == ("invalid", "bad_number", "oem")

    def test_nobody_answers_four_times_on_three_days(self, town, lead, clock):
        for days in (0, 0, 1):
            clock.move_to(SOON + timedelta(days=days, minutes=1))
            he = signed_in(town.people["he"])
            press(he, lead, "unreachable", note="engaged")
        assert "3 tries" in he.get("/admin/desk/list/").content.decode()
        clock.move_to(SOON + timedelta(days=2))
        press(signed_in(town.people["he"]), lead, "unreachable")
        lead.refresh_from_db()
        assert lead.state == "dormant" and FollowAction.objects.filter(lead=lead).count() == 4

    def test_later_says_the_customer(self, lead, he):
        press(he, lead, "nurture")
        lead.refresh_from_db()
        assert lead.state == "dormant"

    def test_a_reached_call_needs_its_length(self, lead, he):
        assert "length" in press(he, lead, "reached", note="wants blue").content.decode()
        assert not FollowAction.objects.exists()
        assert "wants blue" in press(he, lead, "reached", note="wants blue", seconds="65").content.decode()

    def test_a_store_that_asks_for_a_transfer_gets_an_answer(self, town, he):
        lead = lead_of(town)
        act(
            lead=lead, verb=Verb.ASK_TRANSFER, by=town.people["wang"], version=lead.state_version,
            reason=Transfer.OTHER_STORE, now=SOON,
        )  # fmt: skip
        assert "Take it to the desk" in page(he, lead)
        press(he, lead, "accept_transfer")
        lead.refresh_from_db()
        assert lead.state == "oem_queue"

    @pytest.mark.parametrize("button", ["", "delete", "dispatch:1:2", "__class__"])
    def test_words_that_are_no_button(self, lead, he, button):
        assert press(he, lead, button, version="junk").status_code == 200
        assert not Round.objects.exists()


class TestTheNumber:
    def test_it_is_masked_everywhere_until_somebody_says_what_for(self, lead, he):
        pages = [page(he, lead), he.get("/admin/desk/").content.decode(), he.get("/admin/desk/list/").content.decode()]
        assert all(PHONE not in one and "139****9000" in one for one in pages)
        answer = he.post(f"/admin/desk/{lead.pk}/number/", {"purpose": "call"}, **HTMX)
        text = answer.content.decode()
        assert f"+86{PHONE}" in text and "To call the customer" in text and "no-store" in answer["Cache-Control"]
        assert Reveal.objects.get().purpose == "call"
        assert "Number looked at" in page(he, lead) and PHONE not in page(he, lead)

    def test_not_without_a_purpose_and_not_while_somebody_else_has_the_lead(self, lead, he, ning):
        page(he, lead)
        for browser, purpose in ((he, ""), (he, "curious"), (ning, "call")):
            answer = browser.post(f"/admin/desk/{lead.pk}/number/", {"purpose": purpose}, **HTMX)
            assert PHONE not in answer.content.decode()
        assert not Reveal.objects.exists()

    def test_not_more_often_than_the_work_needs(self, town, lead, he):
        for _ in range(30):
            he.post(f"/admin/desk/{lead.pk}/number/", {"purpose": "call"}, **HTMX)
        answer = he.post(f"/admin/desk/{lead.pk}/number/", {"purpose": "call"}, **HTMX).content.decode()
        assert PHONE not in answer and "many numbers" in answer

    def test_a_store_has_the_lead_now(self, town, he):
        lead = lead_of(town, phone=PHONE)
        answer = he.post(f"/admin/desk/{lead.pk}/number/", {"purpose": "call"}, **HTMX)
        assert PHONE not in answer.content.decode() and not Reveal.objects.exists()

    def test_searching_by_the_whole_number(self, lead, he):
        found = he.post("/admin/desk/find/", {"phone": "139 0013 9000"})
        assert found.headers["Location"] == f"/admin/desk/{lead.pk}/"
        for wrong in ("13900139", "", "x" * 500, "13900139999"):
            answer = he.post("/admin/desk/find/", {"phone": wrong}, follow=True)
            assert answer.redirect_chain[-1][0] == "/admin/desk/"
            assert not wrong or wrong not in answer.content.decode()
        assert he.get("/admin/desk/find/", {"phone": PHONE}).status_code == 405


class TestTheQueue:
    def test_who_waits_longest_stands_first(self, town, he):
        late = lead_of(town, city="320500", phone="13900139001", at=MORNING + timedelta(minutes=5))
        early = lead_of(town, city="320500", phone="13900139002", at=MORNING)
        rows = he.get("/admin/desk/").content.decode()
        assert rows.index(str(early.pk)) < rows.index(str(late.pk)) and "2 leads wait" in rows

    @pytest.mark.parametrize(
        ("chosen", "seen"),
        [
            ({"scene": "SHORT_VIDEO"}, {"suzhou", "nowhere"}),
            ({"scene": "LIVE_VIDEO"}, set()),
            ({"province": "320000"}, {"suzhou"}),
            ({"hand": "mine"}, {"suzhou"}),
            ({"hand": "free"}, {"nowhere"}),
            ({"level": "H"}, set()),
            ({"scene": "junk", "page": "-9", "province": "'"}, {"suzhou", "nowhere"}),
        ],
    )
    def test_filters(self, town, he, chosen, seen):
        leads = {
            "suzhou": lead_of(town, city="320500", phone="13900139001"),
            "nowhere": lead_of(town, city="", phone="19900139000"),
        }
        page(he, leads["suzhou"])
        rows = he.get("/admin/desk/list/", chosen).content.decode()
        assert {name for name, one in leads.items() if str(one.pk) in rows} == seen
        assert seen or "No lead fits these filters" in rows

    def test_all_done(self, town, he):
        assert "All done" in he.get("/admin/desk/").content.decode()

    def test_the_menu_says_how_many_wait(self, lead, he):
        assert "Lead desk (1)" in he.get("/admin/desk/").content.decode()

    def test_fifty_leads_cost_no_more_queries_than_five(self, town, he):
        def cost():
            with CaptureQueriesContext(connection) as seen:
                he.get("/admin/desk/")
                he.get("/admin/desk/list/")
                he.get(f"/admin/desk/{first.pk}/")
                he.get("/admin/desk/queue.csv")
            return len(seen)

        first, *_ = [lead_of(town, city="320500", phone=f"1390013{number:04}") for number in range(5)]
        page(he, first)
        few = cost()
        for number in range(5, 50):
            lead_of(town, city="320500", phone=f"1390013{number:04}")
        assert cost() <= few
        assert few < 120


class TestTheFile:
    def test_masked_marked_and_in_the_order_of_the_page(self, town, he):
        late = lead_of(town, city="320500", phone="13900139001", at=MORNING + timedelta(minutes=5))
        lead_of(town, city="320500", phone=PHONE)
        lead_of(town, city="", phone="19900139000")
        answer = he.get("/admin/desk/queue.csv", {"province": "320000"})
        text = answer.content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["Phone"] for row in rows] == ["139****9000", "139****9001"]
        assert all(row["Exported by"].startswith("he (he-xinghe) 2026-03-02 10:20") for row in rows)
        assert PHONE not in text and late.customer.phone_masked in text and "no-store" in answer["Cache-Control"]

    def test_as_a_workbook(self, lead, he):
        sheet = load_workbook(io.BytesIO(he.get("/admin/desk/queue.xlsx").content)).active
        assert [cell.value for cell in sheet[2]][9] == "139****9000"
        assert he.get("/admin/desk/queue.pdf").status_code == 404


class TestWhoMayNot:
    def addresses(self, lead):
        return ["", *(f"{lead.pk}/{tail}" for tail in ("", "standing/"))]

    def test_stores_find_nothing_here(self, town, lead):
        for name in ("chen", "wang", "zhao", "su"):
            browser = signed_in(town.people[name])
            for tail in (*self.addresses(lead), "list/", "queue.csv"):
                assert browser.get(f"/admin/desk/{tail}").status_code == 404, (name, tail)

    def test_the_brand_manager_may(self, town, lead):
        assert signed_in(town.people["lin"]).get("/admin/desk/").status_code == 200

    def test_another_brand_sees_nothing_and_changes_nothing(self, town, lead):
        stranger = signed_in(build_town("yunfan").people["he"])
        for tail in self.addresses(lead)[1:]:
            assert stranger.get(f"/admin/desk/{tail}").status_code == 404
        for tail, typed in (
            ("act/", {"do": "dispatch", "version": 1, "dealer": "SZ01"}),
            ("number/", {"purpose": "call"}),
            ("keep/", {}),
        ):
            assert stranger.post(f"/admin/desk/{lead.pk}/{tail}", typed).status_code == 404
        for tail in ("", "list/", "queue.csv", f"list/?open={lead.pk}"):
            text = stranger.get(f"/admin/desk/{tail}").content.decode()
            assert lead.customer.phone_masked not in text
        assert stranger.post("/admin/desk/find/", {"phone": PHONE}).headers["Location"] == "/admin/desk/"
        assert not DeskClaim.objects.exists() and not Round.objects.exists() and not Reveal.objects.exists()

    def test_a_store_of_another_brand_cannot_be_chosen(self, town, lead, he):
        other = build_town("yunfan")
        other.dealer("YF09", "320500")
        assert "Choose a store" in press(he, lead, "dispatch", dealer="YF09").content.decode()
        assert not Round.objects.exists()

    def test_a_visitor_is_asked_to_sign_in(self, lead, client):
        assert client.get("/admin/desk/").headers["Location"].startswith("/sign-in/")
