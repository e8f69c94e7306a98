"""The console from the chairs of its people: they find their own network, and nothing of anybody else's exists."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from cloudstore.kit.clock import now
from cloudstore.network.middleware import WAGTAIL_NAMES, WAGTAIL_SPACES
from cloudstore.network.models import Account, Dealer, Division, Region, StaffMember
from cloudstore.network.viewsets import AccountViewSet, DealerChooser, DealerViewSet, PeopleViewSet, RegionViewSet
from cloudstore.users.models import User
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return world.build(now() - timedelta(days=1))


def client_of(town, name) -> Client:
    return world.signed_in(town.people()[name])


def page(client, address) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_a_brand_manager_lists_her_dealers_and_no_others(town):
    shown = page(client_of(town, "lin"), "/admin/dealers/")
    for dealer in Dealer.objects.all():
        assert (dealer.name in shown) == (dealer.brand_id == town.xinghe.brand.pk), dealer


def test_a_region_manager_lists_the_dealers_of_the_region(town):
    shown = page(client_of(town, "fang"), "/admin/dealers/")
    assert "苏州嘉和汽车园区店" in shown
    assert "深圳鹏程汽车南山店" not in shown


def test_a_part_of_a_chinese_name_is_found(town):
    shown = page(client_of(town, "lin"), "/admin/dealers/results/?q=滨江")
    assert "上海嘉和汽车滨江店" in shown
    assert "苏州嘉和汽车园区店" not in shown


def test_filters_offer_only_what_the_person_may_see(town):
    shown = page(client_of(town, "lin"), "/admin/dealers/")
    assert "华南" in shown and "北辰全国" not in shown
    shown = page(client_of(town, "fang"), "/admin/accounts/")
    foreign = Region.objects.get(code="bc-all")
    response = client_of(town, "lin").get(f"/admin/dealers/results/?region={foreign.pk}")
    assert "北辰汽车上海体验店" not in response.content.decode()


def test_the_tier_filter_asks_who_knows_the_tiers(town, monkeypatch):
    near, far = town.xinghe.dealers["riverside"], town.xinghe.dealers["nanshan"]
    monkeypatch.setattr("cloudstore.wiring.TIERS", lambda ids: {near.pk: "S", far.pk: "C"})
    shown = page(client_of(town, "lin"), "/admin/dealers/results/?tier=C")
    assert far.name in shown and near.name not in shown and 'data-tier="C"' in shown


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_holds_what_the_list_holds_in_words(town, kind):
    response = client_of(town, "fang").get(f"/admin/dealers/?export={kind}")
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if kind == "xlsx":
        assert content[:2] == b"PK"
        return
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["Code"] for row in rows} == {"SH01", "SZ01"}
    assert rows[0]["Status"] == "In business"


def test_a_name_that_a_spreadsheet_would_run_is_exported_as_text(town):
    Account.objects.filter(dealer=town.xinghe.dealers["riverside"]).update(nickname="=HYPERLINK(1)")
    response = client_of(town, "lin").get("/admin/accounts/?export=csv")
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in content and ",=HYPERLINK" not in content and "\n=HYPERLINK" not in content


VIEWSETS = (DealerViewSet(), AccountViewSet(), RegionViewSet(), PeopleViewSet())


def _addresses(viewset):
    for pattern in viewset.get_urlpatterns():
        if "pk" in pattern.pattern.converters:
            yield f"{viewset.url_namespace}:{pattern.name}"


@pytest.mark.parametrize("viewset", VIEWSETS, ids=lambda one: one.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_row_does_not_exist_at_any_address(town, viewset, method):
    foreign = viewset.model.objects.filter(brand=town.beichen.brand).first()
    before = viewset.model.objects.filter(pk=foreign.pk).values().get()
    for name in _addresses(viewset):
        response = getattr(client_of(town, "lin"), method)(reverse(name, args=[foreign.pk]))
        assert response.status_code == 404, name
    assert viewset.model.objects.filter(pk=foreign.pk).values().get() == before


@pytest.mark.parametrize("viewset", VIEWSETS[:2], ids=lambda one: one.name)
def test_another_region_does_not_exist_for_a_region_manager(town, viewset):
    far = town.xinghe.dealers["nanshan"]
    row = far if viewset.model is Dealer else far.accounts.first()
    for name in _addresses(viewset):
        assert client_of(town, "fang").get(reverse(name, args=[row.pk])).status_code == 404, name


@pytest.mark.parametrize("viewset", VIEWSETS, ids=lambda one: one.name)
def test_every_address_of_an_own_row_opens_for_the_brand_manager(town, viewset):
    own = viewset.model.objects.filter(brand=town.xinghe.brand)
    own = own.filter(role="consultant").first() if viewset.model is StaffMember else own.first()
    for name in _addresses(viewset):
        status = client_of(town, "lin").get(reverse(name, args=[own.pk])).status_code
        # Deleting is nobody's: history must stay whole.
        assert status == (302 if name.endswith(":delete") else 200), name


@pytest.mark.parametrize("name", ["chen", "wang", "zhao", "zhou", "gao", "bei_chen"])
def test_dealers_and_leadership_find_no_console(town, name):
    client = client_of(town, name)
    for address in ("/admin/", "/admin/dealers/", "/admin/people/new/", "/admin/reports/site-history/"):
        assert client.get(address).status_code == 404


def test_a_right_without_a_role_opens_nothing(town):
    user = User.objects.create_superuser("root", password="x" * 12)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 404


def test_a_visitor_is_sent_to_our_sign_in():
    assert Client().get("/admin/dealers/").headers["Location"].startswith("/sign-in/")
    assert Client().get("/admin/login/?next=/admin/").headers["Location"] == "/sign-in/?next=/admin/"
    assert Client().get("/admin/password_reset/").status_code == 404


def test_nothing_of_the_stock_console_is_open_that_was_not_chosen(town):
    """The door lists what is open; everything else that Wagtail brings is closed, also what its next release brings."""
    client = client_of(town, "ada")
    closed = [
        "wagtailadmin_explore_root", "wagtailadmin_reports:site_history", "wagtailadmin_workflows:index",
        "wagtailadmin_collections:index", "wagtailusers_users:index", "wagtailusers_groups:index",
        "wagtailimages:index", "wagtaildocs:index", "wagtailsnippets:index", "wagtailsites:index",
        "wagtailadmin_tag_autocomplete", "wagtailadmin_choose_page", "wagtailadmin_api:pages:listing",
    ]  # fmt: skip
    known = 0
    for name in closed:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        known += 1
        assert client.get(address).status_code == 404, name
    assert known >= 10, "the stock names have changed: look at what is open now"
    assert "wagtailadmin_home" in WAGTAIL_NAMES and "wagtailimages" not in WAGTAIL_SPACES


def test_the_list_of_dealers_costs_the_same_for_three_and_for_forty(town, django_assert_num_queries):
    client = client_of(town, "lin")
    page(client, "/admin/dealers/")
    with CaptureQueriesContext(connection) as before:
        page(client, "/admin/dealers/")
    model = town.xinghe.dealers["riverside"]
    for number in range(40):
        model.pk, model.code, model.name = None, f"X{number:02d}", f"星河第{number}店"
        model._state.adding = True
        model.save()
    with django_assert_num_queries(len(before.captured_queries)):
        page(client, "/admin/dealers/")


def dealer_data(dealer, **changes):
    data = {
        "name": dealer.name, "code": dealer.code, "status": "active", "legal_name": "", "region": dealer.region_id,
        "group": "", "city": dealer.city_id, "address": "", "serves": "310100 上海市\n320500", "hours": "09:00-12:00, 13:30-21:00",
        "closed_days": "2026-02-17", "capacity_day": 20, "capacity_open": 60, "size_band": "M", "city_tier": 1,
        "activated_on": "2025-01-01",
    }  # fmt: skip
    return data | changes


def test_hours_and_served_divisions_are_written_as_people_write_them(town):
    dealer = town.xinghe.dealers["riverside"]
    response = client_of(town, "lin").post(f"/admin/dealers/edit/{dealer.pk}/", dealer_data(dealer))
    assert response.status_code == 302
    dealer.refresh_from_db()
    assert dealer.calendar == {"spans": [["09:00", "12:00"], ["13:30", "21:00"]], "closed": ["2026-02-17"]}
    assert sorted(dealer.territories.values_list("adcode", flat=True)) == ["310100", "320500"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("hours", "9-21", "Write hours like 09:00-21:00"),
        ("hours", "21:00-09:00", "Write hours like 09:00-21:00"),
        ("closed_days", "17.2.2026", "Write days like 2026-02-17"),
        ("serves", "999999 Nowhere", "No division has the code 999999"),
        ("region", None, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(town, field, value, words):
    dealer = town.xinghe.dealers["riverside"]
    if field == "region":
        value = town.beichen.regions["all"].pk
    response = client_of(town, "lin").post(f"/admin/dealers/edit/{dealer.pk}/", dealer_data(dealer, **{field: value}))
    assert response.status_code == 200
    assert words in response.content.decode()


def test_a_new_dealer_belongs_to_the_brand_and_lies_in_its_city(town):
    data = dealer_data(town.xinghe.dealers["riverside"], name="杭州新店", code="HZ09", city="330100")
    assert client_of(town, "lin").post("/admin/dealers/new/", data).status_code == 302
    fresh = Dealer.objects.get(code="HZ09")
    assert fresh.brand == town.xinghe.brand
    assert fresh.lat == Division.objects.get(pk="330100").lat


def test_a_region_manager_reads_but_does_not_write(town):
    dealer = town.xinghe.dealers["riverside"]
    client = client_of(town, "fang")
    assert "汽车大道1号" in page(client, f"/admin/dealers/inspect/{dealer.pk}/")
    client.post(f"/admin/dealers/edit/{dealer.pk}/", dealer_data(dealer, name="Changed"))
    dealer.refresh_from_db()
    assert dealer.name == "上海嘉和汽车滨江店"


def test_a_region_hangs_in_the_tree_of_its_brand(town):
    east = town.xinghe.regions["east"]
    data = {"name": "江苏", "code": "jiangsu", "parent": east.pk, "position": 3}
    assert client_of(town, "lin").post("/admin/regions/new/", data).status_code == 302
    assert Region.objects.get(code="jiangsu").path == "east/jiangsu/"
    for code in ("east", "a/b"):
        assert client_of(town, "lin").post("/admin/regions/new/", data | {"code": code}).status_code == 200


def test_a_chooser_lists_and_gives_out_own_rows_only(town):
    client = client_of(town, "fang")
    shown = page(client, "/admin/choose-dealer/results/?q=汽车")
    assert "上海嘉和汽车滨江店" in shown
    assert "深圳鹏程汽车南山店" not in shown and "北辰汽车上海体验店" not in shown
    own, other_region = town.xinghe.dealers["riverside"], town.xinghe.dealers["nanshan"]
    foreign = town.beichen.dealers["beichen_store"]
    assert client.get(f"/admin/choose-dealer/chosen/{own.pk}/").status_code == 200
    for dealer in (other_region, foreign):
        assert client.get(f"/admin/choose-dealer/chosen/{dealer.pk}/").status_code == 404
        shown = client.get(f"/admin/choose-dealer/chosen-multiple/?id={dealer.pk}").content.decode()
        assert dealer.name not in shown
    assert "create" not in {pattern.name for pattern in _chooser_patterns()}


def _chooser_patterns():
    return DealerChooser().get_urlpatterns()
