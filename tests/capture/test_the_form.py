"""A visitor taps the link below a video and leaves a number."""

from cloudstore.capture.models import WidgetDay
from cloudstore.customers.models import Consent, Customer
from cloudstore.gateway.models import InboundEvent
from cloudstore.gateway.services import handle_batch
from cloudstore.gateway.switchboard import messages_of
from cloudstore.kit.clock import now
from cloudstore.leads.models import Lead

PHONE = "138 0013 8000"
DIGITS = b"13800138000"


def fill_and_send(visitor, code, *, phone=PHONE, **words):
    return visitor.open(f"/w/{code}/").fill(phone=phone, consent="1", **words).send()


def all_that_is_stored(event):
    columns = {field.column: getattr(event, field.attname) for field in event._meta.concrete_fields}
    return b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in columns.values())


def test_the_number_arrives_as_one_sealed_event(visitor, video_form):
    answer = fill_and_send(visitor, video_form.code, name="陈先生", city="310100", series="X7")
    assert (answer.status_code, answer["Location"]) == (302, f"/w/{video_form.code}/thanks/")
    (event,) = InboundEvent.objects.all()
    assert (event.source, event.client_key, event.state) == ("form", video_form.code, "new")
    assert DIGITS not in all_that_is_stored(event)
    assert "陈先生".encode() not in all_that_is_stored(event)
    (message,) = messages_of(event)
    assert (message.phone, message.declared_adcode, message.item_id) == ("+8613800138000", "310100", video_form.item_id)


def test_the_digest_makes_a_lead_at_the_dealer_with_scene_and_consent(visitor, video_form, consent):
    fill_and_send(visitor, video_form.code, name="陈先生", city="310100", series="X7")
    handle_batch(now=now())
    (lead,) = Lead.objects.all()
    assert (lead.scene, lead.dealer, lead.widget_code) == ("SHORT_VIDEO", video_form.dealer, video_form.code)
    assert lead.item_id == video_form.item_id
    agreed = Consent.objects.get(customer=lead.customer)
    assert (agreed.text_version, agreed.text_hash) == (consent.version, consent.content_hash)
    assert set(agreed.recipients) == {"oem", "dealer:SH01", "network"}
    assert InboundEvent.objects.get().outcome == "created"


def test_each_of_the_four_scenes_becomes_a_lead_of_that_scene(visitor, widget_of):
    kinds = {
        "video_form": "SHORT_VIDEO",
        "live_form": "LIVE_VIDEO",
        "dm_card": "IM_MESSAGE",
        "homepage_form": "HOME_PAGE",
    }
    for number, (kind, scene) in enumerate(kinds.items()):
        fill_and_send(visitor, widget_of(kind, scene).code, phone=f"1380013800{number}", city="310100")
    handle_batch(now=now())
    assert sorted(Lead.objects.values_list("scene", flat=True)) == sorted(kinds.values())


def test_the_room_in_the_address_travels_with_the_lead(visitor, widget_of):
    live = widget_of("live_form", "LIVE_VIDEO")
    visitor.open(f"/w/{live.code}/?room=7311&item=%3Cscript%3E").fill(phone=PHONE, consent="1").send()
    (message,) = messages_of(InboundEvent.objects.get())
    assert (message.room_id, message.item_id) == ("7311", "")


def test_thanks_say_who_will_call(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1")
    page = visitor.send(follow=True)
    assert page.redirect_chain == [(f"/w/{video_form.code}/thanks/", 302)]
    assert "上海嘉和汽车滨江店" in page.content.decode()


def test_shown_clicked_and_submitted_are_counted(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/")
    visitor.browser.head(f"/w/{video_form.code}/")
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1").send()
    (day,) = WidgetDay.objects.all()
    assert (day.shown, day.clicked, day.submitted) == (0, 2, 1)


def test_two_presses_are_one_event(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/").fill(phone=PHONE, consent="1")
    first, second = visitor.send(), visitor.send(after=1)
    assert (first.status_code, second.status_code) == (302, 302)
    assert InboundEvent.objects.count() == 1
    assert WidgetDay.objects.get().submitted == 1


def test_going_back_to_correct_the_number_is_heard(visitor, video_form):
    visitor.open(f"/w/{video_form.code}/").fill(phone="13800138001", consent="1").send()
    visitor.fill(phone=PHONE).send()
    handle_batch(now=now())
    assert InboundEvent.objects.count() == 2
    assert Customer.objects.count() == 2


def test_the_same_person_another_day_is_joined_not_doubled(visitor, video_form):
    for _ in range(2):
        fill_and_send(visitor, video_form.code, city="310100")
    handle_batch(now=now())
    assert InboundEvent.objects.count() == 2
    assert Lead.objects.count() == 1
