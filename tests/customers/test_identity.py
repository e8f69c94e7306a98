"""One-ID: the same person is one customer, two people are two, and weak hints join nobody."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudstore.customers.rules.consent import NETWORK, OEM, covers_dealer, dealer_token
from cloudstore.customers.rules.identity import IdentityKey, IdentityKind, Recognition, resolve


def phone(value="+8613800138000"):
    return IdentityKey(IdentityKind.PHONE, value)


def open_id(value="ou_9a", app="ck_demo"):
    return IdentityKey(IdentityKind.OPEN_ID, value, app)


def device(value="d-1"):
    return IdentityKey(IdentityKind.DEVICE, value)


def test_a_stranger_is_a_new_customer_with_all_their_strong_ids():
    found = resolve([phone(), open_id(), device()], {})
    assert (found.action, found.customer, found.attach) == (Recognition.CREATE, None, (phone(), open_id()))


def test_a_known_phone_brings_its_customer_and_learns_the_new_open_id():
    found = resolve([phone(), open_id()], {phone(): 1})
    assert (found.action, found.customer, found.attach) == (Recognition.USE, 1, (open_id(),))


def test_a_message_without_phone_is_known_by_the_open_id_of_the_same_app():
    assert resolve([open_id()], {open_id(): 1}).customer == 1


def test_the_same_open_id_in_another_app_is_somebody_else():
    other_app = open_id(app="ck_other")
    assert resolve([other_app], {open_id(): 1}).action is Recognition.CREATE


@pytest.mark.parametrize("kind", [IdentityKind.DEVICE, IdentityKind.IP, IdentityKind.NAME])
def test_weak_ids_never_join_anybody(kind):
    weak = IdentityKey(kind, "same")
    assert resolve([phone(), weak], {weak: 1}).action is Recognition.CREATE
    assert resolve([weak], {weak: 1}).action is Recognition.UNKNOWN


def test_a_chat_without_phone_goes_into_the_file_of_the_phone():
    found = resolve([open_id(), phone()], {phone(): 7, open_id(): 3}, with_phone={7})
    assert (found.action, found.customer, found.absorbed, found.proposed) == (Recognition.MERGE, 7, (3,), ())
    assert (set(found.bridge), found.confidence) == ({phone(), open_id()}, Decimal("0.90"))


def test_two_people_with_a_phone_each_are_merged_by_a_person_and_the_phone_is_meant():
    found = resolve([open_id(), phone()], {phone(): 7, open_id(): 3}, with_phone={3, 7})
    assert (found.action, found.customer, found.absorbed, found.proposed) == (Recognition.MERGE, 7, (), (3,))


def test_a_further_number_from_a_known_chat_is_a_further_number_of_that_person():
    found = resolve([phone("+8613900139000"), open_id()], {phone(): 1, open_id(): 1}, with_phone={1})
    assert (found.action, found.customer, found.attach) == (Recognition.USE, 1, (phone("+8613900139000"),))


def test_without_a_phone_on_file_the_oldest_file_stays():
    union = IdentityKey(IdentityKind.WECOM_UNION, "u-1")
    found = resolve([phone(), union, open_id()], {union: 5, open_id(): 2})
    assert (found.customer, found.absorbed, found.attach) == (2, (5,), (phone(),))


def test_a_wecom_id_bridges_more_surely_than_an_open_id():
    union = IdentityKey(IdentityKind.WECOM_UNION, "u-1")
    assert resolve([phone(), union], {phone(): 1, union: 2}).confidence == Decimal("0.95")


@pytest.mark.parametrize(
    ("kind", "value", "app"),
    [
        (IdentityKind.OPEN_ID, "ou_1", ""),
        (IdentityKind.PHONE, "+8613800138000", "ck_demo"),
        (IdentityKind.PHONE, "", ""),
    ],
)
def test_an_id_without_its_app_or_value_is_refused_without_saying_it(kind, value, app):
    with pytest.raises(ValueError, match="an identity of kind") as refused:
        IdentityKey(kind, value, app)
    assert "138" not in str(refused.value)


def test_an_id_does_not_show_its_value():
    assert "138" not in repr(phone())


submissions = st.lists(
    st.frozensets(
        st.one_of(
            st.integers(1, 6).map(lambda number: phone(f"+86138001380{number:02d}")),
            st.integers(1, 6).map(lambda number: open_id(f"ou_{number}")),
            st.integers(1, 2).map(lambda number: device(f"d{number}")),
        ),
        min_size=1,
        max_size=3,
    ),
    max_size=12,
)


def people_after(history):
    """Plays submissions with every merge carried out, also the proposed ones; who holds which id at the end."""
    known, newest = {}, 0
    for keys in history:
        found = resolve(keys, known, {known[key] for key in known if key.kind is IdentityKind.PHONE})
        if found.action is Recognition.UNKNOWN:
            continue
        newest += found.action is Recognition.CREATE
        customer = newest if found.customer is None else found.customer
        known |= dict.fromkeys(found.attach, customer)
        gone = {*found.absorbed, *found.proposed}
        known = {key: customer if holder in gone else holder for key, holder in known.items()}
    return known


def components(history):
    """Ids that stand in one submission belong together, and so on: what One-ID must find, by plain flooding."""
    groups = []
    for keys in history:
        group = {key for key in keys if key.strong}
        for other in [known for known in groups if known & group]:
            group |= other
            groups.remove(other)
        groups += [group] if group else []
    return {frozenset(group) for group in groups}


@given(submissions, st.randoms(use_true_random=False))
def test_people_are_the_connected_ids_in_whatever_order_they_come(history, dice):
    shuffled = history[:]
    dice.shuffle(shuffled)
    for order in (history, shuffled):
        known = people_after(order)
        held = {frozenset(key for key in known if known[key] == customer) for customer in known.values()}
        assert held == components(history)


@pytest.mark.parametrize(
    ("recipients", "allowed"),
    [
        ([NETWORK], True),
        ([dealer_token("SH01")], True),
        ([dealer_token("SH02"), OEM], False),
        ([OEM], False),
        ([], False),
    ],
)
def test_a_dealer_hears_of_a_person_only_with_a_consent_that_names_it(recipients, allowed):
    assert covers_dealer(recipients, "SH01") is allowed
