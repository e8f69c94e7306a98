"""What a person agreed to is kept as they agreed to it, and their number is shown only for a reason."""

import logging
from datetime import timedelta

import pytest

from cloudstore.customers.errors import NoPhone, TooManyReveals
from cloudstore.customers.models import Consent, Reveal
from cloudstore.customers.queries import CONTACT, consent_covers, touches_of
from cloudstore.customers.services import (
    REVEALS_PER_HOUR,
    give_consent,
    recognise,
    reveal_phone,
    reveal_phones,
    touch,
    withdraw_consent,
)

from .conftest import MORNING

PHONE = "+8613800138000"


@pytest.fixture
def customer(brand):
    return recognise(brand_id=brand.pk, phone_e164=PHONE, open_id=None, name="王女士", now=MORNING)[0]


def agree(customer, *recipients, text_hash="h1"):
    return give_consent(
        customer=customer,
        purpose=CONTACT,
        recipients=recipients,
        text_version="form/v1",
        text_hash=text_hash,
        channel="form",
        event_id=7,
        now=MORNING,
    )


def test_only_named_dealers_may_have_the_number(customer):
    agree(customer, "oem", "dealer:SH01")
    assert consent_covers(customer.pk, "SH01")
    assert not consent_covers(customer.pk, "SH02")


def test_the_network_means_every_dealer_of_the_brand(customer):
    agree(customer, "oem", "network")
    assert consent_covers(customer.pk, "GZ09")


def test_without_a_word_nobody_may(customer):
    assert not consent_covers(customer.pk, "SH01")


def test_taking_it_back_works_at_once(customer):
    agree(customer, "dealer:SH01")
    assert withdraw_consent(customer=customer, purpose=CONTACT, now=MORNING) == 1
    assert not consent_covers(customer.pk, "SH01")
    assert Consent.objects.get().withdrawn_at == MORNING, "what was said stays on record"


def test_saying_the_same_twice_is_one_consent_and_new_words_are_another(customer):
    assert agree(customer, "oem") == agree(customer, "oem")
    assert agree(customer, "oem", "dealer:SH01") != agree(customer, "oem", text_hash="h2")
    assert Consent.objects.count() == 3


def test_a_reveal_is_kept_with_person_and_purpose(customer, desk):
    assert reveal_phone(customer=customer, scope=desk, purpose="region", now=MORNING) == PHONE
    kept = Reveal.objects.get()
    assert (kept.staff, kept.purpose, kept.at) == (desk.staff, "region", MORNING)


def test_one_look_shows_every_number_the_person_left(customer, desk):
    recognise(brand_id=customer.brand_id, phone_e164=PHONE, open_id=("ck", "ou"), name="", now=MORNING)
    recognise(brand_id=customer.brand_id, phone_e164="+8613900139000", open_id=("ck", "ou"), name="", now=MORNING)
    numbers = reveal_phones(customer=customer, scope=desk, purpose="call", now=MORNING)
    assert numbers == [PHONE, "+8613900139000"]
    assert Reveal.objects.count() == 1


def test_no_reason_no_number(customer, desk):
    with pytest.raises(ValueError, match="unknown purpose"):
        reveal_phone(customer=customer, scope=desk, purpose="curious", now=MORNING)
    assert not Reveal.objects.exists()


def test_somebody_who_looks_at_everything_is_stopped_for_an_hour(customer, desk):
    for second in range(REVEALS_PER_HOUR):
        reveal_phone(customer=customer, scope=desk, purpose="call", now=MORNING + timedelta(seconds=second))
    with pytest.raises(TooManyReveals):
        reveal_phone(customer=customer, scope=desk, purpose="call", now=MORNING + timedelta(minutes=30))
    later = MORNING + timedelta(hours=1, seconds=1)
    assert reveal_phone(customer=customer, scope=desk, purpose="call", now=later) == PHONE


def test_a_person_without_a_number_has_nothing_to_reveal(brand, desk):
    chat_only, _ = recognise(brand_id=brand.pk, phone_e164=None, open_id=("ck", "ou"), name="", now=MORNING)
    with pytest.raises(NoPhone):
        reveal_phone(customer=chat_only, scope=desk, purpose="call", now=MORNING)


def test_errors_and_logs_never_carry_the_number(customer, desk, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ValueError) as refused:
        reveal_phone(customer=customer, scope=desk, purpose="13800138000", now=MORNING)
    assert "138" not in str(refused.value) and "13800138000" not in caplog.text and "13800138000" not in repr(customer)


def test_touches_come_newest_first(customer):
    for hour in range(3):
        touch(
            customer=customer,
            account=None,
            scene="HOME_PAGE",
            source_class=f"natural-{hour}",
            platform="form",
            at=MORNING + timedelta(hours=hour),
        )
    assert [row.source_class for row in touches_of(customer.pk)] == ["natural-2", "natural-1", "natural-0"]
