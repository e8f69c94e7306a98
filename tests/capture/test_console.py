"""The brand manager makes widgets and consent texts in the console; a region manager only in her region."""

import pytest

from cloudstore.capture.models import ConsentText, Widget
from tests.world import signed_in


@pytest.fixture
def filled(world, consent):
    return {
        "kind": "live_form",
        "dealer": world.xinghe.dealers["riverside"].pk,
        "account": world.xinghe.accounts["SH01"].pk,
        "title_zh": "直播专享",
        "title_en": "Live offer",
        "series": "",
        "consent": consent.pk,
        "item_id": "",
        "room_id": "7311",
        "card_id": "",
        "active": "on",
    }


@pytest.fixture
def lin(world):
    return signed_in(world.xinghe.people["lin"])


@pytest.fixture
def fang(world):
    return signed_in(world.xinghe.people["fang"])


def test_a_new_widget_has_a_code_a_scene_and_a_form(lin, client, filled):
    assert lin.post("/admin/widgets/new/", filled).status_code == 302
    (widget,) = Widget.objects.all()
    assert (widget.scene, widget.brand.slug, len(widget.code)) == ("LIVE_VIDEO", "xinghe", 8)
    assert client.get(f"/w/{widget.code}/").status_code == 200
    page = lin.get("/admin/widgets/").content.decode()
    assert f"/w/{widget.code}/" in page
    assert f"/d/widgets/{widget.code}/qr.svg" in page
    assert lin.get(f"/d/widgets/{widget.code}/qr.svg").status_code == 200


def test_changing_it_keeps_the_address_and_taking_it_out_of_use_closes_the_form(lin, client, filled, video_form):
    assert lin.get(f"/admin/widgets/edit/{video_form.pk}/").status_code == 200
    del filled["active"]
    assert lin.post(f"/admin/widgets/edit/{video_form.pk}/", filled | {"kind": "video_form"}).status_code == 302
    kept = Widget.objects.get()
    assert (kept.code, kept.created_at, kept.scene) == (video_form.code, video_form.created_at, "SHORT_VIDEO")
    assert client.get(f"/w/{video_form.code}/").status_code == 404


def test_an_account_of_another_dealer_is_refused(lin, world, filled):
    page = lin.post("/admin/widgets/new/", filled | {"account": world.xinghe.accounts["SZ01"].pk})
    assert "belongs to another dealer" in page.content.decode()
    assert not Widget.objects.exists()


@pytest.mark.parametrize(("field", "whose"), [("dealer", "nanshan"), ("dealer", "beichen_store")])
def test_a_region_manager_makes_widgets_for_her_own_dealers_only(fang, world, filled, field, whose):
    dealers = world.xinghe.dealers | world.beichen.dealers
    assert fang.post("/admin/widgets/new/", filled | {field: dealers[whose].pk, "account": ""}).status_code == 200
    assert not Widget.objects.exists()
    assert fang.post("/admin/widgets/new/", filled).status_code == 302


def test_she_does_not_see_the_others(fang, world, widget_of):
    theirs = widget_of(dealer=world.xinghe.dealers["nanshan"], account=None)
    assert theirs.code not in fang.get("/admin/widgets/").content.decode()
    assert fang.get(f"/admin/widgets/edit/{theirs.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["bei_lin", "he", "chen", "wang"])
def test_the_other_brand_the_desk_and_dealers_find_nothing(world, video_form, name):
    client = signed_in(world.people()[name])
    answer = client.get("/admin/widgets/")
    assert answer.status_code == 404 or video_form.code not in answer.content.decode()
    assert client.get(f"/admin/widgets/edit/{video_form.pk}/").status_code == 404


TEXT = {
    "version": "2026-10",
    "text_zh": "我同意{dealer}联系我。",
    "text_en": "I agree.",
    "recipients": ["oem", "dealer"],
}


def test_a_new_consent_text_has_its_fingerprint(lin, world):
    assert lin.post("/admin/consent-texts/new/", TEXT).status_code == 302
    (text,) = ConsentText.objects.all()
    assert (text.brand, text.recipients, len(text.content_hash)) == (world.xinghe.brand, ["oem", "dealer"], 64)


def test_a_version_is_never_changed(lin, consent):
    assert lin.post(f"/admin/consent-texts/edit/{consent.pk}/", TEXT).status_code in {302, 403, 404}
    assert lin.post("/admin/consent-texts/new/", TEXT | {"version": consent.version}).status_code == 200
    (kept,) = ConsentText.objects.all()
    assert (kept.version, kept.text_zh) == (consent.version, consent.text_zh)


def test_a_misspelt_name_in_braces_is_said(lin, world):
    page = lin.post("/admin/consent-texts/new/", TEXT | {"text_zh": "我同意{deeler}联系我。"})
    assert "{deeler} is not filled in" in page.content.decode()


def test_a_region_manager_reads_the_texts_and_adds_none(fang, consent):
    assert consent.version in fang.get("/admin/consent-texts/").content.decode()
    fang.post("/admin/consent-texts/new/", TEXT)
    assert ConsentText.objects.count() == 1
