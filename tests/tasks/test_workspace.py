"""What an operator sees and does on the phone."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image
from wagtail.documents.models import Document

from cloudstore.connectors.errors import PASSING, Action
from cloudstore.gateway.models import Delivery
from cloudstore.kit.clock import now as clock_now
from cloudstore.kit.labels import label
from cloudstore.network.library import brand_collection
from cloudstore.network.scope import of_staff
from media.models import Asset, Post
from tasks import services
from tasks.models import Accrual, Assignment, MatrixTask, Submission
from tasks.queries import workspace
from tasks.rules.states import Verdict
from tests.media.corpus import plain_clip
from tests.tasks.conftest import NOW, approved, make_staff, make_task, make_world, open_task, published, submitted
from tests.world import signed_in

BRIEF = [
    ("goal", "让通勤用户预约试驾"),
    ("scene", {"seconds": 3, "picture": "车头特写", "words": "下雨天上班"}),
    ("scene", {"seconds": 12, "picture": "主驾视角", "words": ""}),
    ("must_say", ["本店地址"]),
    ("do_not_say", ["“最”"]),
]


@pytest.fixture
def phone(world):
    return signed_in(world.operator)


@pytest.fixture
def task(world):
    return open_task(world, brief=BRIEF, caption_template="到{dealer}试驾，{city}车友来", quota=1)


@pytest.fixture
def assignment(world, task):
    return task.assignments.get(account=world.accounts[0])


def page(client, name, *args, **query):
    response = client.get(reverse(f"tasks:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


class TestInbox:
    def test_three_numbers_and_the_most_urgent_first(self, world, phone):
        late = open_task(world, title="晚的", due_at=NOW + timedelta(days=9), quota=1)
        soon = open_task(world, title="急的", due_at=NOW + timedelta(days=1), quota=1, campaign=late.campaign)
        text = page(phone, "inbox")
        assert text.index("急的") < text.index("晚的")
        box = phone.get(reverse("tasks:inbox")).context["box"]
        # Two accounts, two tasks, one post each at ¥80.
        assert (box.todo, box.earned_fen, box.possible_fen) == (4, 0, 32_000)
        assert soon.pk != late.pk

    def test_a_card_moves_through_the_tabs(self, world, phone, assignment):
        counts = lambda: phone.get(reverse("tasks:inbox")).context["box"].counts  # noqa: E731
        assert counts() == {"todo": 2, "review": 0, "done": 0}
        submission = submitted(assignment)
        assert counts() == {"todo": 1, "review": 1, "done": 0}
        services.review(submission=submission, verdict=Verdict.APPROVED, reason="", by=None, now=NOW)
        assert counts() == {"todo": 1, "review": 0, "done": 1}
        assert "试驾体验" in page(phone, "inbox", tab="done")

    def test_earned_this_month_and_what_a_cap_leaves(self, world, phone):
        now = clock_now()
        task = open_task(world, quota=2, cap_per_dealer=3)
        published(task.assignments.get(account=world.accounts[0]), now=now)
        box = workspace.inbox(_scope(world.operator), "todo", now=now)
        # Three posts are left to send in, but the cap leaves room for two.
        assert (box.earned_fen, box.possible_fen) == (8000, 16_000)

    def test_drafts_are_not_shown(self, world, phone):
        make_task(world, title="草稿")
        assert "草稿" not in page(phone, "inbox")
        assert "Everything is done" in page(phone, "inbox")

    def test_the_number_of_queries_does_not_grow(self, world, phone, django_assert_max_num_queries):
        campaign = open_task(world).campaign
        phone.get(reverse("tasks:inbox"))
        for number in range(8):
            open_task(world, title=f"t{number}", campaign=campaign)
        with django_assert_max_num_queries(14):
            page(phone, "inbox")


class TestBrief:
    def test_the_brief_reads_like_a_plan_and_the_words_can_be_copied(self, phone, assignment):
        text = page(phone, "assignment", assignment.pk)
        for words in ("让通勤用户预约试驾", "车头特写", "about 15 seconds", "本店地址", "“最”", "¥80", "data-copy"):
            assert words in text
        assert "到上海嘉和汽车滨江店试驾，上海市车友来" in text
        assert "#L5 #试驾" in text

    def test_accept_then_decline_with_the_reason(self, phone, assignment):
        phone.post(reverse("tasks:answer", args=[assignment.pk]), {"answer": "accept"})
        assert Assignment.objects.get(pk=assignment.pk).state == "accepted"
        phone.post(reverse("tasks:answer", args=[assignment.pk]), {"answer": "decline", "reason": "没有试驾车"})
        assert Assignment.objects.get(pk=assignment.pk).decline_reason == "没有试驾车"
        assert "Take it up after all" in page(phone, "assignment", assignment.pk)

    def test_a_return_is_shown_with_its_moment_and_a_way_to_replace(self, world, phone, assignment):
        services.review(
            submission=submitted(assignment),
            verdict=Verdict.RETURNED,
            reason="太暗",
            by=world.manager,
            now=NOW,
            at_ms=18_000,
        )
        text = page(phone, "assignment", assignment.pk)
        assert "太暗" in text
        assert 'data-seek="18000"' in text
        assert "Show the moment 0:18" in text
        assert "Upload a new version" in text

    def test_a_refusal_says_what_is_wrong_and_what_helps(self, phone, assignment):
        asset = Asset.objects.create(
            brand=assignment.dealer.brand,
            dealer=assignment.dealer,
            state="refused",
            findings=[{"code": "too_wide", "blocking": True, "facts": {"width": 20000, "height": 640, "limit": 4096}}],
            created_at=NOW,
            changed_at=NOW,
        )
        services.submit(assignment=assignment, asset=asset, caption="", by=None, now=NOW)
        services.follow_assets(now=NOW)
        text = page(phone, "progress", assignment.pk)
        assert "20000 × 640" in text
        assert "Export it as 1080 × 1920." in text
        assert "You may replace it at once." in text

    def test_what_was_paid_stands_beside_the_post(self, phone, assignment):
        published(assignment)
        text = page(phone, "progress", assignment.pk)
        assert "Public on the platform" in text
        assert "¥80" in text
        assert "Held" in text


class TestUpload:
    @pytest.fixture(scope="class")
    def clip(self, tmp_path_factory):
        return plain_clip(tmp_path_factory.mktemp("clips") / "IMG_1.mp4")

    def start(self, phone, assignment, content):
        given = json.dumps({"name": "IMG_1.MOV", "size": len(content)})
        return phone.post(reverse("tasks:start_upload", args=[assignment.pk]), given, content_type="application/json")

    def put(self, phone, asset, offset, piece, **headers):
        address = f"{reverse('media:upload', args=[asset])}?offset={offset}"
        return phone.put(address, piece, content_type="application/octet-stream", headers=headers)

    def test_in_pieces_then_sent_for_review(self, world, phone, assignment):
        content = b"0123456789"
        asset = self.start(phone, assignment, content).json()["asset"]
        assert self.put(phone, asset, 0, content[:6]).json() == {"offset": 6}
        again = self.put(phone, asset, 0, content[:6])
        assert (again.status_code, again.json()) == (200, {"offset": 6}), "a piece whose answer was lost may come again"
        wrong = self.put(phone, asset, 3, content[3:])
        assert (wrong.status_code, wrong.json()) == (409, {"offset": 6})
        assert self.start(phone, assignment, content).json() == {"asset": asset, "offset": 6}
        assert self.put(phone, asset, 6, content[6:]).status_code == 200
        response = phone.post(reverse("tasks:send", args=[assignment.pk]), {"asset": asset, "caption": "你好"})
        assert response.url == reverse("tasks:assignment", args=[assignment.pk])
        submission = Submission.objects.get()
        assert (submission.caption, submission.submitted_by, submission.asset.state) == (
            "你好",
            world.operator,
            "received",
        )

    def test_a_damaged_piece_is_asked_for_again(self, phone, assignment):
        asset = self.start(phone, assignment, b"0123456789").json()["asset"]
        response = self.put(phone, asset, 0, b"01234", **{"X-Content-SHA256": "0" * 64})
        assert (response.status_code, response.json()) == (409, {"offset": 0})

    def test_without_a_script_the_form_carries_the_file(self, phone, assignment, clip):
        with clip.open("rb") as file:
            response = phone.post(reverse("tasks:send", args=[assignment.pk]), {"file": file, "caption": "x"})
        assert response.status_code == 302
        assert Submission.objects.get().asset.size == clip.stat().st_size

    def test_an_empty_file_is_refused_on_the_page_and_the_words_are_kept(self, phone, assignment, tmp_path):
        (tmp_path / "empty.mp4").touch()
        with (tmp_path / "empty.mp4").open("rb") as file:
            response = phone.post(reverse("tasks:send", args=[assignment.pk]), {"file": file, "caption": "我的话"})
        assert response.status_code == 422
        assert "0 bytes" in response.content.decode()
        assert "我的话" in response.content.decode()

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"name": 1}', b'{"name": "x", "size": "many"}', b"\xff"])
    def test_a_malformed_start_is_no_error(self, phone, assignment, body):
        url = reverse("tasks:start_upload", args=[assignment.pk])
        assert phone.post(url, body, content_type="application/json").status_code == 400

    @pytest.mark.parametrize("offset", ["", "-1", "x", "9" * 40, "１"])
    def test_a_malformed_offset_is_no_error(self, phone, assignment, offset):
        asset = self.start(phone, assignment, b"0123456789").json()["asset"]
        assert self.put(phone, asset, offset, b"x").status_code == 400

    def test_sending_twice_is_sending_once(self, phone, assignment):
        asset = self.start(phone, assignment, b"01").json()["asset"]
        self.put(phone, asset, 0, b"01")
        for _ in range(2):
            phone.post(reverse("tasks:send", args=[assignment.pk]), {"asset": asset})
        assert Submission.objects.count() == 1

    def test_an_unfinished_upload_is_not_sent(self, phone, assignment):
        asset = self.start(phone, assignment, b"0123").json()["asset"]
        response = phone.post(reverse("tasks:send", args=[assignment.pk]), {"asset": asset})
        assert response.status_code == 422
        assert Submission.objects.count() == 0

    def test_the_page_of_a_full_task_leads_back(self, phone, assignment):
        submitted(assignment)
        assert phone.get(reverse("tasks:upload", args=[assignment.pk])).status_code == 302

    def test_a_photo_story_is_put_together_and_sent(self, phone, assignment, tmp_path):
        files = []
        for number, colour in enumerate(("red", "green", "blue")):
            Image.new("RGB", (400, 600), colour).save(tmp_path / f"{number}.jpg")
            files.append((tmp_path / f"{number}.jpg").open("rb"))
        phone.post(reverse("tasks:start_story", args=[assignment.pk]), {"photos": files})
        story = Asset.objects.get(kind="photo_story")
        ids = [str(pk) for pk in story.photos.values_list("pk", flat=True)]
        address = reverse("media:photos", args=[story.pk])
        response = phone.post(address, {"order": ids, f"caption-{ids[0]}": "车头", "move": f"{ids[0]}:down"})
        assert response.status_code == 200
        rows = [(str(pk), caption) for pk, caption in story.photos.values_list("pk", "caption")]
        assert rows == [(ids[1], ""), (ids[0], "车头"), (ids[2], "")]
        phone.post(reverse("tasks:send", args=[assignment.pk]), {"asset": story.pk, "kind": "photo_story"})
        assert Submission.objects.get().asset == story
        assert Asset.objects.get(pk=story.pk).state == "received"


class TestMaterials:
    """Files of the brief, for those who have the task and for nobody else."""

    @pytest.fixture
    def document(self, world, uploads):
        collection = brand_collection(world.brand)
        return Document.objects.create(
            title="新车照片", file=ContentFile(b"%PDF-1.7", "photos.pdf"), collection=collection
        )

    def hand_out(self, world, document):
        brief = [("material", {"file": document, "rights": "本活动可用", "expires_on": None})]
        return open_task(world, brief=brief, quota=1)

    def test_the_operator_downloads_what_the_brief_gives(self, world, phone, document):
        assignment = self.hand_out(world, document).assignments.get(account=world.accounts[0])
        text = page(phone, "assignment", assignment.pk)
        assert "本活动可用" in text
        response = phone.get(reverse("tasks:material", args=[assignment.pk, document.pk]))
        assert b"".join(response.streaming_content) == b"%PDF-1.7"
        assert response["Content-Disposition"].startswith("attachment")

    def test_other_papers_and_other_people_get_nothing(self, world, phone, document, assignment):
        other_brand = make_world("yunfan", "云帆")
        theirs = self.hand_out(world, document).assignments.get(account=world.accounts[0])
        assert phone.get(reverse("tasks:material", args=[assignment.pk, document.pk])).status_code == 404
        address = reverse("tasks:material", args=[theirs.pk, document.pk])
        assert signed_in(world.neighbour).get(address).status_code == 404
        document.collection = brand_collection(other_brand.brand)
        document.save()
        assert phone.get(address).status_code == 404, "a paper of another brand stays theirs even if a brief names it"


class TestPublishing:
    """What the platform would not take is said, and can be sent again."""

    def test_the_operator_reads_why_and_the_brand_sends_it_again(self, world, phone, assignment):
        submission = approved(assignment)
        key = {"key": f"douyin.publish:{submission.post_id}"}
        Delivery.objects.filter(**key).update(state="dead", cause="reauthorise")
        text = page(phone, "progress", assignment.pk)
        assert "The account must be authorised again on the platform." in text
        desk = signed_in(world.manager)
        assert "Publish again" in desk.get(reverse("review:sheet", args=[submission.pk])).content.decode()
        desk.post(reverse("review:publish_anew", args=[submission.pk]))
        assert Delivery.objects.get(**key).state == "ready"
        assert Post.objects.get().state == "publishing"

    @pytest.mark.parametrize("action", [action for action in Action if action not in PASSING], ids=str)
    def test_every_end_of_a_post_has_its_words(self, action):
        assert str(label("publish_fault", action.value).words) != action.value


class TestStatement:
    def test_every_line_with_its_reason(self, world, phone):
        now = clock_now()
        task = open_task(world, cap_per_dealer=1, quota=1)
        for assignment in task.assignments.filter(dealer=world.dealers[0]).order_by("account"):
            published(assignment, now=now)
        text = page(phone, "earnings")
        assert "Fee for an approved post that is public" in text
        assert "Your store has reached its cap" in text
        found = workspace.statement(_scope(world.operator), year=now.year, month=now.month, now=now)
        assert (found.earned_fen, found.held_fen, len(found.lines)) == (8000, 8000, 2)

    def test_a_month_begins_at_midnight_in_shanghai(self, world):
        published(open_task(world).assignments.get(account=world.accounts[0]))
        Accrual.objects.update(accrued_at="2026-03-31T16:30:00+00:00")
        scope = _scope(world.operator)
        assert workspace.statement(scope, year=2026, month=3, now=NOW).lines == []
        assert len(workspace.statement(scope, year=2026, month=4, now=NOW).lines) == 1

    @pytest.mark.parametrize("month", ["2026-13", "abc", "2026-00", "9999-01", "２０２６-01", "2026-1"])
    def test_a_strange_month_is_this_month(self, phone, month):
        assert phone.get(reverse("tasks:earnings"), {"month": month}).status_code == 200
        assert workspace.month_of(month, now=NOW) == (2026, 3)


class TestOthers:
    """Foreign and unknown look alike."""

    def test_a_neighbour_finds_nothing(self, world, assignment):
        submission = submitted(assignment)
        stranger = signed_in(world.neighbour)
        for name in ("assignment", "progress", "upload"):
            assert stranger.get(reverse(f"tasks:{name}", args=[assignment.pk])).status_code == 404
        for name in ("answer", "send", "start_upload", "start_story"):
            assert stranger.post(reverse(f"tasks:{name}", args=[assignment.pk])).status_code == 404
        assert stranger.post(reverse("tasks:withdraw", args=[submission.pk])).status_code == 404
        assert "试驾体验" in page(stranger, "inbox"), "the neighbour has the task, too"
        assert stranger.get(reverse("tasks:inbox")).context["box"].counts["review"] == 0

    def test_a_colleagues_upload_is_not_ones_own(self, world, phone, assignment):
        asset = phone.post(
            reverse("tasks:start_upload", args=[assignment.pk]),
            '{"name": "a", "size": 4}',
            content_type="application/json",
        ).json()["asset"]
        colleague = signed_in(make_staff(world.brand, "account_operator", "同事", world.dealers[0]))
        assert colleague.get(reverse("media:upload", args=[asset])).status_code == 404
        assert colleague.post(reverse("tasks:send", args=[assignment.pk]), {"asset": asset}).status_code == 404

    def test_another_brand_and_the_signed_out(self, world, client, assignment):
        other = make_world("yunfan", "云帆")
        assert signed_in(other.operator).get(reverse("tasks:assignment", args=[assignment.pk])).status_code == 404
        assert client.get(reverse("tasks:inbox")).url.startswith("/sign-in/")

    def test_consultants_and_managers_of_the_brand_have_no_inbox_here(self, world):
        assert signed_in(world.manager).get(reverse("tasks:inbox")).status_code == 404

    def test_a_task_that_became_a_draft_again_is_not_shown(self, phone, assignment):
        MatrixTask.objects.update(state="draft")
        assert phone.get(reverse("tasks:assignment", args=[assignment.pk])).status_code == 404


def _scope(person):
    return of_staff(person)


def test_the_first_page_is_light(phone, assignment):
    """All scripts of the inbox together stay far below 200 KB, and none comes from another host."""
    text = page(phone, "inbox")
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', text)
    assert scripts
    assert all(address.startswith("/static/") for address in scripts)
    sizes = [Path(finders.find(address.removeprefix("/static/"))).stat().st_size for address in scripts]
    assert sum(sizes) < 200_000
