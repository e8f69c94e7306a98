"""One person is one customer of a brand, whatever door they come through."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from cloudstore.customers.models import Customer, Identity
from cloudstore.customers.queries import by_phone
from cloudstore.customers.services import name_aad, phone_aad, recognise, touch
from cloudstore.kit.crypto import unseal
from cloudstore.network.models import Brand

from .conftest import MORNING

PHONE = "+8613800138000"


def meet(brand, phone=PHONE, open_id=None, name=""):
    return recognise(brand_id=brand.pk, phone_e164=phone, open_id=open_id, name=name, now=MORNING)


def test_the_same_number_is_the_same_person(brand):
    first, created = meet(brand, name="王女士")
    again, created_again = meet(brand)
    assert (created, created_again) == (True, False)
    assert again == first
    assert Customer.objects.count() == 1


def test_another_brand_knows_another_person(brand, other_brand):
    here, _ = meet(brand)
    there, created = meet(other_brand)
    assert created and here != there
    assert bytes(here.phone_index) != bytes(there.phone_index), "equal numbers of two brands must not be comparable"


def test_nothing_readable_lies_in_the_table(brand):
    customer, _ = meet(brand, name="王小明")
    customer.refresh_from_db()
    stored = bytes(customer.phone) + bytes(customer.phone_index) + bytes(customer.name)
    assert b"13800138000" not in stored and "小明".encode() not in stored
    assert (customer.phone_masked, customer.name_masked) == ("138****8000", "王**")
    assert str(customer) == "138****8000"
    assert unseal(customer.phone, phone_aad(customer)) == PHONE
    assert unseal(customer.name, name_aad(customer)) == "王小明"


def test_the_chat_id_finds_the_person_who_left_a_number_there(brand):
    customer, _ = meet(brand, open_id=("ck_demo", "ou_9a"))
    back, created = meet(brand, phone=None, open_id=("ck_demo", "ou_9a"))
    assert back == customer and not created


def test_an_open_id_of_another_app_is_nobody(brand):
    customer, _ = meet(brand, open_id=("ck_demo", "ou_9a"))
    other, created = meet(brand, phone=None, open_id=("ck_other", "ou_9a"))
    assert created and other != customer


def test_a_chat_partner_who_gives_their_number_later_keeps_their_file(brand):
    stranger, _ = meet(brand, phone=None, open_id=("ck_demo", "ou_9a"))
    known, created = meet(brand, open_id=("ck_demo", "ou_9a"))
    assert known == stranger and not created
    assert by_phone(brand.pk, PHONE) == stranger


def test_a_known_caller_who_chats_brings_the_chat_along(brand):
    caller, _ = meet(brand)
    stranger, _ = meet(brand, phone=None, open_id=("ck_demo", "ou_9a"))
    touch(customer=stranger, account=None, scene="IM_MESSAGE", source_class="natural-dm", platform="douyin", at=MORNING)
    joined, created = meet(brand, open_id=("ck_demo", "ou_9a"))
    assert joined == caller and not created
    assert caller.touches.count() == 1 and caller.identities.count() == 1
    assert meet(brand, phone=None, open_id=("ck_demo", "ou_9a"))[0] == caller


def test_a_second_number_from_one_chat_is_a_second_number_of_that_person(brand):
    first, _ = meet(brand, open_id=("ck_demo", "ou_9a"))
    again, created = meet(brand, phone="+8613900139000", open_id=("ck_demo", "ou_9a"))
    assert again == first and not created
    assert by_phone(brand.pk, "+8613900139000") == first, "the further number finds them as well"
    assert meet(brand, phone="+8613900139000")[0] == first
    assert first.phone_masked == "138****8000" and first.identities.get(kind="phone").masked == "139****9000"


def test_two_people_with_two_numbers_are_not_joined_by_a_shared_chat(brand):
    husband, _ = meet(brand, open_id=("ck_demo", "ou_9a"))
    wife, _ = meet(brand, phone="+8613900139000")
    meant, created = meet(brand, phone="+8613900139000", open_id=("ck_demo", "ou_9a"))
    assert meant == wife and not created, "the number says who is meant"
    assert Identity.objects.get().customer == husband


def test_neither_phone_nor_chat_is_refused(brand):
    with pytest.raises(ValueError, match="phone or an open id"):
        meet(brand, phone=None)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("王女士", "王**"),
        ("J. Doe", "J**"),
        ("  ", ""),
        ("13800138000", "**"),
        ("\u202eevil", "e**"),
        ("a\x00b" * 200, "a**"),
        ("<script>", "**"),
    ],
)
def test_names_are_masked_and_tidied(brand, written, shown):
    customer, _ = meet(brand, name=written)
    assert customer.name_masked == shown


def test_the_first_name_given_stays(brand):
    meet(brand, name="王女士")
    customer, _ = meet(brand, name="陈先生")
    assert customer.name_masked == "王**"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("phone", "open_id"), [(PHONE, None), (None, ("ck_demo", "ou_9a")), (PHONE, ("ck_demo", "ou_9a"))]
)
def test_two_workers_meet_one_new_person_at_once(phone, open_id):
    brand = Brand.objects.create(slug="race", name_zh="竞", name_en="Race")
    start = threading.Barrier(4)

    def worker(_):
        try:
            start.wait()
            return meet(brand, phone=phone, open_id=open_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(worker, range(4)))
    assert len({customer.pk for customer, _ in answers}) == 1
    assert [created for _, created in answers].count(True) == 1
    assert Customer.objects.count() == 1
