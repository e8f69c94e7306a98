"""Private files: for one person, for a while, in pieces."""

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from media import links, storage
from media.models import Asset, Rendition
from media.serving import byte_range
from tests.tasks.conftest import NOW, make_staff
from tests.world import signed_in

CONTENT = bytes(range(256)) * 8


@pytest.fixture
def video(world):
    asset = Asset.objects.create(
        brand=world.brand, dealer=world.dealers[0], state="ready", created_at=NOW, changed_at=NOW
    )
    name = f"{storage.rendition_folder(asset.pk)}/clip.mp4"
    storage.ready(name).write_bytes(CONTENT)
    return Rendition.objects.create(
        asset=asset, kind="video", key="clip", file=name, size=len(CONTENT), width=1, height=1, created_at=NOW
    )


@pytest.fixture
def address(world, video):
    return links.link(video, user_id=world.operator.user_id)


def body(response):
    return b"".join(response.streaming_content)


def test_the_owner_plays_it_from_any_place(world, address):
    phone = signed_in(world.operator)
    whole = phone.get(address)
    assert (whole.status_code, whole["Content-Type"], whole["Accept-Ranges"]) == (200, "video/mp4", "bytes")
    assert (whole["X-Content-Type-Options"], body(whole)) == ("nosniff", CONTENT)
    part = phone.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part["Content-Range"], part["Content-Length"]) == (206, "bytes 100-199/2048", "100")
    assert body(part) == CONTENT[100:200]
    assert body(phone.get(address, headers={"Range": "bytes=-5"})) == CONTENT[-5:]
    beyond = phone.get(address, headers={"Range": "bytes=9999-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */2048")
    assert phone.head(address)["Content-Length"] == "2048"


def test_a_link_is_for_one_person(world, address):
    colleague = make_staff(world.brand, "account_operator", "同事", world.dealers[0])
    assert signed_in(colleague).get(address).status_code == 404


def test_scope_is_asked_even_with_a_link(world, video):
    theirs = links.link(video, user_id=world.neighbour.user_id)
    assert signed_in(world.neighbour).get(theirs).status_code == 404
    assert signed_in(world.manager).get(links.link(video, user_id=world.manager.user_id)).status_code == 200


def test_a_link_runs_out(world, video):
    with time_machine.travel(NOW, tick=False):
        address = links.link(video, user_id=world.operator.user_id)
        assert links.read(address.rsplit("/", 1)[1]).pk == video.pk
    with time_machine.travel(NOW.replace(hour=NOW.hour + 3), tick=False):
        assert links.read(address.rsplit("/", 1)[1]) is None


@given(st.text(max_size=80))
def test_no_text_makes_a_link(token):
    assert links.read(token) is None


def test_the_signed_out_are_sent_to_the_sign_in(client, address):
    assert client.get(address).url.startswith("/sign-in/")


def test_an_original_is_only_ever_a_download(world, video):
    asset = video.asset
    name = storage.original_name(asset.pk)
    storage.ready(name).write_bytes(b"<script>")
    Asset.objects.filter(pk=asset.pk).update(file=name, original_name='я"\n.mp4')
    response = signed_in(world.operator).get(links.link(asset, user_id=world.operator.user_id))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert "\n" not in response["Content-Disposition"]


def test_pictures_of_pages_are_public_and_nothing_else_is(client, world):
    storage.ready("images/car.jpg").write_bytes(b"\xff\xd8\xff")
    storage.ready("original_images/car.jpg").write_bytes(b"\xff\xd8\xff")
    storage.ready("incoming/secret").write_bytes(b"x")
    assert client.get(reverse("media:brand_image", args=["car.jpg"])).status_code == 200
    for name in ("missing.jpg", "..%2fincoming%2fsecret", ".."):
        assert client.get(f"/uploads/images/{name}").status_code == 404
    assert client.get("/uploads/original_images/car.jpg").status_code == 302
    assert signed_in(world.operator).get("/uploads/original_images/car.jpg").status_code == 404
    assert signed_in(world.manager).get("/uploads/original_images/car.jpg").status_code == 200


@given(st.text(max_size=30), st.integers(0, 10_000))
def test_no_range_header_breaks_anything(header, size):
    wanted = byte_range(header, size)
    if isinstance(wanted, tuple):
        first, last = wanted
        assert 0 <= first <= last < size


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 150))
def test_a_range_is_what_it_says(first, last, size):
    wanted = byte_range(f"bytes={first}-{last}", size)
    if first >= size:
        assert wanted is False
    elif last >= first:
        assert wanted == (first, min(last, size - 1))
    else:
        assert wanted is None
