"""Who gives whom a role, how a new colleague gets in, and what ends when a role ends."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file

from cloudstore.kit.clock import now
from cloudstore.network.library import brand_collection
from cloudstore.network.models import Brand, StaffMember
from cloudstore.network.scope import scope_of
from cloudstore.network.services import WrongPlace, appoint, dismiss
from cloudstore.queue.models import Pulse
from cloudstore.users.models import User
from cloudstore.users.rules import APPOINTS, CONSOLE_ROLES, DEALER_ROLES, Role, may_appoint
from cloudstore.users.services import CONSOLE_GROUP, make_user, new_password
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return world.build(now() - timedelta(days=1))


def client_of(town, name) -> Client:
    return world.signed_in(town.people()[name])


def shown_password(response) -> str:
    words = " ".join(str(message) for message in get_messages(response.wsgi_request))
    return re.search(r"password .*?([a-z0-9]{4}(?:-[a-z0-9]{4}){3})", words)[1]


def test_a_brand_manager_gives_a_new_colleague_a_role_and_she_signs_in(town):
    data = {
        "display_name": "刘洋",
        "username": "liu.yang",
        "role": "region_manager",
        "region": town.xinghe.regions["east"].pk,
    }
    response = client_of(town, "lin").post("/admin/people/new/", data)
    password = shown_password(response)
    visitor = Client()
    answer = visitor.post("/sign-in/", {"login": "liu.yang", "password": password})
    assert answer.headers["Location"] == "/home/"
    assert visitor.get("/home/").headers["Location"] == "/admin/"
    assert "上海嘉和汽车滨江店" in visitor.get("/admin/dealers/").content.decode()
    assert password not in visitor.get("/admin/people/").content.decode()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"role": "administrator"}, "role", "Select a valid choice"),
        ({"role": "brand_manager"}, "role", "Select a valid choice"),
        ({"role": "region_manager", "region": ""}, "region", "A region manager needs a region"),
        ({"role": "consultant", "dealer_code": "BC01"}, "dealer_code", "No dealer of yours has this code"),
        ({"role": "consultant", "dealer_code": ""}, "dealer_code", "No dealer of yours has this code"),
        ({"username": "LIN"}, "username", "This user name is taken"),
        ({"username": "no spaces please"}, "username", "Enter a valid username"),
    ],
)
def test_what_cannot_be_given_is_said_beside_the_field(town, change, field, words):
    data = {"display_name": "刘洋", "username": "liu", "role": "oem_desk"} | change
    before = User.objects.count()
    response = client_of(town, "lin").post("/admin/people/new/", data)
    assert response.status_code == 200 and words in response.content.decode()
    assert field in response.context_data["form"].errors
    assert User.objects.count() == before


def test_a_region_manager_staffs_the_stores_of_the_region_only(town):
    client = client_of(town, "fang")
    data = {"display_name": "刘洋", "username": "liu", "role": "consultant", "dealer_code": "SH01"}
    assert client.post("/admin/people/new/", data).status_code == 302
    assert client.post("/admin/people/new/", data | {"username": "liu2", "dealer_code": "SZ11"}).status_code == 200
    assert client.post("/admin/people/new/", data | {"username": "liu3", "role": "oem_desk"}).status_code == 200
    assert StaffMember.objects.get(user__username="liu").dealer.code == "SH01"


def test_a_manager_of_several_stores_gets_their_group(town):
    data = {"display_name": "郭总", "username": "guo", "role": "dealer_manager", "group": town.xinghe.group.pk}
    assert client_of(town, "lin").post("/admin/people/new/", data).status_code == 302
    assert scope_of(User.objects.get(username="guo")).group_id == town.xinghe.group.pk


@pytest.mark.parametrize("address", ["/admin/people/edit/{}/", "/admin/people/password/{}/"])
def test_a_stronger_role_does_not_exist_for_a_weaker(town, address):
    administrator, other_brand = town.people()["ada"], town.people()["bei_zhao"]
    for entry in (administrator, other_brand):
        assert client_of(town, "lin").get(address.format(entry.pk)).status_code == 404
    assert client_of(town, "ada").get(address.format(administrator.pk)).status_code == 200


def test_the_desk_has_nothing_to_do_with_people(town):
    assert client_of(town, "he").get("/admin/people/").status_code == 404


def test_a_new_password_signs_the_person_out_everywhere(town):
    entry = town.people()["wang"]
    her_phone = world.signed_in(entry)
    assert her_phone.get("/d/me/").status_code == 200
    response = client_of(town, "lin").post(f"/admin/people/password/{entry.pk}/")
    password = shown_password(response)
    assert her_phone.get("/d/me/").status_code == 302
    assert Pulse.objects.filter(topic=f"person:{entry.user_id}").exists()
    assert Client().post("/sign-in/", {"login": "wang", "password": password}).status_code == 302
    assert password not in her_phone.get("/sign-in/").content.decode()


def test_an_ended_role_opens_nothing_any_more(town):
    entry = town.people()["he"]
    desk = world.signed_in(entry)
    assert desk.get("/admin/").status_code == 200
    dismiss(entry=entry, now=now())
    assert desk.get("/admin/").status_code == 404
    assert not entry.user.groups.exists()
    assert "no role yet" in desk.get("/home/").content.decode()


def test_the_end_of_a_role_can_be_set_in_the_console(town):
    entry = town.people()["zhao"]
    ends = "2020-01-01 12:00"
    assert (
        client_of(town, "lin").post(f"/admin/people/edit/{entry.pk}/", {"name": "赵敏", "valid_to": ends}).status_code
        == 302
    )
    entry.refresh_from_db()
    assert entry.name == "赵敏" and scope_of(entry.user) is None


def test_a_second_role_does_not_open_the_console_for_who_works_at_a_dealer(town):
    wang = town.people()["wang"]
    appoint(user=wang.user, brand=town.xinghe.brand, role=Role.BRAND_MANAGER, now=now())
    assert scope_of(wang.user).role is Role.ACCOUNT_OPERATOR
    assert not wang.user.groups.filter(name=CONSOLE_GROUP).exists()
    assert world.signed_in(wang).get("/admin/").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_every_role_knows_which_place_it_needs(town, role):
    user, brand, east = make_user(username="new"), town.xinghe.brand, town.xinghe.regions["east"]
    fitting = {
        Role.REGION_MANAGER: [east],
        Role.DEALER_MANAGER: [town.xinghe.dealers["riverside"], town.xinghe.group],
        Role.ACCOUNT_OPERATOR: [town.xinghe.dealers["riverside"]],
        Role.CONSULTANT: [town.xinghe.dealers["riverside"]],
    }.get(role, [None])
    for place in (
        None,
        east,
        town.xinghe.group,
        town.xinghe.dealers["riverside"],
        town.beichen.dealers["beichen_store"],
    ):
        if place in fitting:
            assert appoint(user=user, brand=brand, role=role, place=place, now=now()).role == role
        else:
            with pytest.raises(WrongPlace):
                appoint(user=user, brand=brand, role=role, place=place, now=now())


def test_only_the_console_roles_come_into_the_console_group(town):
    for entry in town.people().values():
        assert entry.user.groups.filter(name=CONSOLE_GROUP).exists() == (entry.role in CONSOLE_ROLES), entry


def test_nobody_makes_somebody_stronger_than_themselves():
    assert all(may_appoint(Role.ADMINISTRATOR, role) for role in Role)
    assert not may_appoint(Role.BRAND_MANAGER, Role.ADMINISTRATOR)
    assert {role for role in Role if may_appoint(Role.REGION_MANAGER, role)} == DEALER_ROLES
    assert not any(may_appoint(actor, role) for actor in set(Role) - set(APPOINTS) for role in Role)


def test_passwords_can_be_read_out_and_never_repeat():
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert not set("".join(made)) & set("il1o0")


@pytest.fixture
def papers(town, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = {}
    for company in (town.xinghe, town.beichen):
        collection = brand_collection(company.brand)
        made[company.brand.slug] = (
            Document.objects.create(
                title="Brief", file=ContentFile(b"%PDF-1.4", name="brief.pdf"), collection=collection
            ),
            Image.objects.create(title="Logo", file=get_test_image_file(), collection=collection),
        )
    return made


def test_a_brand_finds_its_own_pictures_and_papers_only(town, papers):
    client = client_of(town, "lin")
    for space, chosen in (("documents", 0), ("images", 1)):
        own, foreign = papers["xinghe"][chosen], papers["beichen"][chosen]
        listing = client.get(f"/admin/{space}/chooser/results/").content.decode()
        assert f"/chosen/{own.pk}/" in listing and f"/chosen/{foreign.pk}/" not in listing
        assert client.get(f"/admin/{space}/chooser/chosen/{own.pk}/").status_code == 200
        assert client.get(f"/admin/{space}/chooser/chosen/{foreign.pk}/").status_code == 404
        assert client.get(f"/admin/{space}/chooser/chosen-multiple/?id={own.pk}&id={foreign.pk}").status_code == 404


def test_an_uploaded_picture_lies_in_the_brands_own_collection(town, papers):
    picture = SimpleUploadedFile("new.png", get_test_image_file().file.getvalue(), "image/png")
    data = {"image-chooser-upload-title": "New", "image-chooser-upload-file": picture}
    response = client_of(town, "lin").post("/admin/images/chooser/create/", data)
    assert response.json()["step"] != "reshow_creation_form"
    assert Image.objects.get(title="New").collection == brand_collection(town.xinghe.brand)


@pytest.mark.parametrize("name", ["lin", "chen", "zhao", "zhou"])
def test_papers_of_the_brand_open_for_its_people_and_dealers(town, papers, name):
    own, foreign = papers["xinghe"][0], papers["beichen"][0]
    client = client_of(town, name)
    assert client.get(f"/documents/{own.pk}/{own.filename}").status_code == 200
    assert client.get(f"/documents/{foreign.pk}/{foreign.filename}").status_code == 404
    assert Client().get(f"/documents/{own.pk}/{own.filename}").status_code == 404


def test_an_installation_of_ones_own_begins_with_one_command(capsys):
    call_command("open_brand", "mine", "我的品牌", "Mine", "--administrator", "boss")
    password = re.search(r"password ([a-z0-9-]+)", capsys.readouterr().out)[1]
    client = Client()
    client.post("/sign-in/", {"login": "boss", "password": password})
    assert client.get("/home/").headers["Location"] == "/admin/"
    assert client.get("/admin/people/").status_code == 200


@pytest.mark.parametrize(
    ("slug", "name", "words"),
    [
        ("xinghe", "boss", "There is a brand xinghe"),
        ("new", "LIN", "There is a person LIN"),
        ("no good", "boss", "valid"),
    ],
)
def test_the_command_makes_nothing_when_something_is_taken(town, slug, name, words):
    before = User.objects.count(), Brand.objects.count()
    with pytest.raises(CommandError, match=words):
        call_command("open_brand", slug, "名", "Name", "--administrator", name)
    assert before == (User.objects.count(), Brand.objects.count())
