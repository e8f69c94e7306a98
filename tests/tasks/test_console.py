"""What the brand's people do in the console: write a task, choose whom it is for, hand it out, follow it, review."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cloudstore.kit.clock import now as clock_now
from cloudstore.network.scope import of_staff
from cloudstore.queue.models import Job
from cloudstore.queue.performing import perform
from media.models import Post
from tasks import services
from tasks.jobs import hand_out as hand_out_job
from tasks.models import Assignment, Campaign, MatrixTask, ReviewDecision, Submission
from tasks.queries import console
from tasks.queries.ledger import available_fen
from tasks.rules.audience import read_audience
from tests.tasks.conftest import NOW, approved, make_campaign, make_task, make_world, open_task, submitted
from tests.world import signed_in

assert hand_out_job


@pytest.fixture
def desk(world):
    return signed_in(world.manager)


def seen(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def form(**changes):
    """The fields of the task form as a browser sends them."""
    now = clock_now()
    fields = {
        "title": "新款 L5 试驾",
        "kind": "short_video",
        "quota": "2",
        "overlay_preset": "end_card",
        "starts_at": f"{now:%Y-%m-%d %H:%M}",
        "due_at": f"{now + timedelta(days=7):%Y-%m-%d %H:%M}",
        "caption_template": "到{dealer}试驾",
        "hashtags": "L5",
        "brief-count": "2",
        "brief-0-type": "goal",
        "brief-0-order": "0",
        "brief-0-deleted": "",
        "brief-0-value": "让通勤用户预约试驾",
        "brief-1-type": "scene",
        "brief-1-order": "1",
        "brief-1-deleted": "",
        "brief-1-value-seconds": "3",
        "brief-1-value-picture": "车头特写",
        "brief-1-value-words": "",
        "audience-present": "1",
        "campaign": "",
        "rewards-TOTAL_FORMS": "0",
        "rewards-INITIAL_FORMS": "0",
        "rewards-MIN_NUM_FORMS": "0",
        "rewards-MAX_NUM_FORMS": "1",
    }
    return fields | changes


def reward(yuan="80", cap="5"):
    return {
        "rewards-TOTAL_FORMS": "1",
        "rewards-0-fee_fen": yuan,
        "rewards-0-cap_per_dealer": cap,
        "rewards-0-id": "",
        "rewards-0-DELETE": "",
    }


class TestWritingATask:
    def test_brief_audience_and_reward_in_one_form(self, world, desk):
        campaign = make_campaign(world)
        given = form(
            campaign=str(campaign.pk),
            **reward("80.50"),
            **{"audience-regions": [str(world.east.pk)], "audience-tiers": ["N"]},
        )
        response = desk.post(reverse("matrix_tasks:add"), given)
        task = MatrixTask.objects.get()
        assert response.url == reverse("matrix_tasks:edit", args=[task.pk])
        assert (task.brand, task.state, task.created_by) == (world.brand, "draft", world.manager.user)
        assert task.audience == {"regions": [world.east.pk], "tiers": ["N"]}
        assert [block.block_type for block in task.brief] == ["goal", "scene"]
        rule = task.rewards.get()
        assert (rule.fee_fen, rule.cap_per_dealer) == (8050, 5)

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"due_at": "2020-01-01 10:00"}, "The deadline lies before the start."),
            (reward(), "The reward needs a campaign to be paid from."),
            ({"title": ""}, "This field is required."),
            ({"audience-tiers": ["Z"]}, "This choice could not be read."),
        ],
    )
    def test_what_does_not_fit_is_said_and_kept(self, world, desk, changes, words):
        response = desk.post(reverse("matrix_tasks:add"), form(**changes))
        assert response.status_code == 200
        assert words in response.content.decode()
        assert "到{dealer}试驾" in response.content.decode()
        assert MatrixTask.objects.count() == 0

    def test_an_amount_that_is_none(self, world, desk):
        campaign = make_campaign(world)
        response = desk.post(reverse("matrix_tasks:add"), form(campaign=str(campaign.pk), **reward("viel")))
        assert response.status_code == 200
        assert MatrixTask.objects.count() == 0

    def test_after_the_hand_out_only_words_and_deadline_change(self, world, desk):
        task = open_task(world)
        rule = task.rewards.get()
        later = clock_now() + timedelta(days=30)
        given = form(title="新标题", quota="9", due_at=f"{later:%Y-%m-%d %H:%M}", **reward("80.00"))
        given |= {"rewards-INITIAL_FORMS": "1", "rewards-0-id": str(rule.pk), "audience-regions": [str(world.south.pk)]}
        desk.post(reverse("matrix_tasks:edit", args=[task.pk]), given)
        task.refresh_from_db()
        assert (task.title, task.quota, task.audience) == ("新标题", 2, {})
        assert {row.due_at for row in task.assignments.all()} == {task.due_at}
        assert task.due_at > NOW + timedelta(days=20)

    def test_the_reward_is_fixed_once_dealers_have_it(self, world, desk):
        task = open_task(world)
        given = form(**reward("800")) | {"rewards-INITIAL_FORMS": "1", "rewards-0-id": str(task.rewards.get().pk)}
        response = desk.post(reverse("matrix_tasks:edit", args=[task.pk]), given)
        assert "The reward cannot change" in response.content.decode()
        assert task.rewards.get().fee_fen == 8000

    def test_the_list_searches_parts_of_chinese_words_and_exports(self, world, desk):
        open_task(world, title="智能座舱讲透")
        make_task(world, title="门店探店", campaign=None, fee_fen=0)
        text = seen(desk, reverse("matrix_tasks:index"), q="座舱")
        assert "智能座舱讲透" in text
        assert "门店探店" not in text
        file = desk.get(reverse("matrix_tasks:index"), {"export": "csv"})
        assert "智能座舱讲透" in b"".join(file.streaming_content).decode("utf-8-sig")
        assert desk.get(reverse("matrix_tasks:index"), {"export": "xlsx"}).status_code == 200

    def test_the_queries_of_the_list_do_not_grow(self, world, desk, django_assert_max_num_queries):
        campaign = open_task(world).campaign
        seen(desk, reverse("matrix_tasks:index"))
        for number in range(6):
            make_task(world, title=f"t{number}", campaign=campaign)
        with django_assert_max_num_queries(22):
            seen(desk, reverse("matrix_tasks:index"))


class TestAudience:
    def test_every_tick_is_counted(self, world, desk):
        address = reverse("matrix_tasks:audience")
        whole = desk.post(address).content.decode()
        assert "4 accounts" in whole
        assert "at 3 dealers" in whole
        east = desk.post(
            address, {"audience-regions": [world.east.pk], "audience-without": [world.dealers[1].pk]}
        ).content.decode()
        assert "2 accounts" in east
        assert "杭州远达汽车" in east, "who is left out is named"

    def test_dealers_are_found_by_a_part_of_name_code_or_city(self, world, desk):
        make_world("yunfan", "云帆")
        address = reverse("matrix_tasks:audience_dealers")
        for words in ("嘉和", "sh0", "上海"):
            assert "SH01" in seen(desk, address, q=words)
        assert seen(desk, address, q="嘉和").count("<li") == 1, "the other brand has a store of that name, too"
        assert "No dealer" in seen(desk, address, q="没有这个")

    def test_the_cost_before_it_goes_out(self, world):
        task = make_task(world, quota=9, campaign=make_campaign(world, yuan=100))
        found = console.cost(task, console.preview(world.brand.pk, read_audience({})).selection)
        # Three posts a week for each account; the first store's six are capped at five.
        assert (found.posts, found.most_fen, found.available_fen, found.short) == (12, 11 * 8000, 10_000, True)

    def test_the_preview_of_a_large_network_needs_few_queries(self, world, django_assert_max_num_queries):
        with django_assert_max_num_queries(4):
            console.preview(world.brand.pk, read_audience({"regions": [world.east.pk]}))


class TestHandOut:
    def test_shown_confirmed_and_followed(self, world, desk):
        task = make_task(world, due_at=clock_now() + timedelta(days=5))
        address = reverse("matrix_tasks:hand_out", args=[task.pk])
        assert "Hand out to 4 accounts" in seen(desk, address)
        desk.post(address)
        desk.post(address)
        assert "0 of 4 accounts" in seen(desk, address)
        for job in Job.objects.filter(name="tasks.hand_out"):
            perform(job.pk)
        assert "Every account has it" in seen(desk, address)
        assert Assignment.objects.filter(task=task).count() == 4

    def test_a_task_for_nobody_stays_a_draft_and_says_why(self, world, desk):
        task = make_task(world, audience={"tiers": ["S"]}, due_at=clock_now() + timedelta(days=5))
        desk.post(reverse("matrix_tasks:hand_out", args=[task.pk]))
        text = seen(desk, reverse("matrix_tasks:hand_out", args=[task.pk]))
        assert "Nobody would get this task" in text
        assert MatrixTask.objects.get().state == "draft"

    def test_a_campaigns_budget_is_money_in_the_ledger(self, world, desk):
        given = {"name": "春季", "starts_on": "2026-03-01", "ends_on": "2026-03-31", "budget": "50,000.00"}
        desk.post(reverse("campaigns:add"), given)
        campaign = Campaign.objects.get()
        assert (campaign.budget_fen, available_fen(campaign)) == (5_000_000, 5_000_000)
        desk.post(reverse("campaigns:edit", args=[campaign.pk]), given | {"budget": "20000"})
        campaign.refresh_from_db()
        assert (campaign.budget_fen, available_fen(campaign)) == (2_000_000, 2_000_000)
        assert "¥20,000" in seen(desk, reverse("campaigns:index"))
        wrong = desk.post(reverse("campaigns:add"), given | {"budget": "-5"})
        assert "between 0 and" in wrong.content.decode()


class TestBoard:
    def test_counts_by_region_then_dealer_then_account(self, world, desk):
        task = open_task(world)
        mine = task.assignments.get(account=world.accounts[0])
        approved(mine)
        submitted(mine)
        services.decline(assignment=task.assignments.get(account=world.accounts[3]), reason="休店", now=NOW)
        rows = {row.key: row for row in console.by_region(task, _scope(world.manager), now=NOW + timedelta(days=8))}
        shanghai = rows["sh"]
        assert (
            shanghai.assigned,
            shanghai.accepted,
            shanghai.submitted,
            shanghai.asked,
            shanghai.approved,
            shanghai.late,
        ) == (2, 1, 1, 4, 1, 2)
        assert (rows["south"].declined, rows["south"].late) == (1, 0)
        address = reverse("matrix_tasks:board", args=[task.pk])
        assert "SH01" in seen(desk, address, region="sh")
        detail = seen(desk, address, dealer="GZ01")
        assert "休店" in detail

    def test_sums_of_a_level_are_the_sums_of_the_level_below(self, world):
        task = open_task(world)
        approved(task.assignments.get(account=world.accounts[2]))
        scope = _scope(world.manager)
        regions = console.total(console.by_region(task, scope, now=NOW))
        below = [row for region in (world.east, world.south) for row in console.by_dealer(task, scope, region, now=NOW)]
        assert console.total(below) == regions

    def test_a_region_manager_sees_their_own_branch_only(self, world):
        task = open_task(world)
        regional = signed_in(world.regional)
        address = reverse("matrix_tasks:board", args=[task.pk])
        text = seen(regional, address)
        assert "华东" in text
        assert "华南" not in text
        assert regional.get(address, {"dealer": "GZ01"}).status_code == 404
        assert regional.get(address, {"region": "south"}).context["rows"] == []
        assert regional.get(reverse("matrix_tasks:hand_out", args=[task.pk])).status_code == 404
        assert regional.post(reverse("matrix_tasks:close", args=[task.pk])).status_code == 404
        assert "0/6" in seen(regional, reverse("matrix_tasks:index")), "progress counts the own dealers"

    def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(self, world, desk):
        world.south.name = "=cmd|' /C calc'!A0"
        world.south.save()
        task = open_task(world)
        response = desk.get(reverse("matrix_tasks:board", args=[task.pk]), {"format": "csv"})
        text = response.content.decode()
        assert text.startswith("\ufeff")
        assert "'=cmd" in text
        assert "Total" in text

    def test_closing_from_the_board(self, world, desk):
        task = open_task(world)
        desk.post(reverse("matrix_tasks:close", args=[task.pk]))
        assert MatrixTask.objects.get(pk=task.pk).state == "closed"


class TestFirstPage:
    def test_what_waits_stands_on_the_first_page(self, world, desk):
        task = open_task(world)
        submitted(task.assignments.get(account=world.accounts[3]))
        text = seen(desk, reverse("wagtailadmin_home"))
        assert "Waiting for review" in text
        assert (
            console.work(_scope(world.manager), now=NOW).waiting,
            console.work(_scope(world.regional), now=NOW).waiting,
        ) == (1, 0)
        assert console.work(_scope(world.manager), now=NOW + timedelta(days=8)).late == 4


class TestReview:
    @pytest.fixture
    def waiting(self, world):
        task = open_task(world)
        rows = task.assignments.order_by("account")
        return [submitted(row, now=NOW + timedelta(minutes=place)) for place, row in enumerate(rows)]

    def decide(self, client, submission, verdict, **more):
        address = reverse("review:decide", args=[submission.pk])
        return client.post(address, {"verdict": verdict, **more}, headers={"HX-Request": "true"})

    def test_the_oldest_is_open_and_the_next_one_opens_by_itself(self, world, desk, waiting):
        text = seen(desk, reverse("review:queue"))
        assert "<video" in text
        assert "周末试驾 #L5 #试驾" in text
        assert text.index(world.dealers[0].name) < text.index(world.dealers[2].name)
        response = self.decide(desk, waiting[0], "approved")
        assert response.context["opened"].submission == waiting[1]
        assert "Approved and on its way" in response.content.decode()
        assert Submission.objects.get(pk=waiting[0].pk).state == "approved"

    def test_a_return_needs_its_reason_and_keeps_the_moment(self, world, desk, waiting):
        response = self.decide(desk, waiting[0], "returned")
        assert "Write what to change" in response.content.decode()
        self.decide(desk, waiting[0], "returned", reason="太暗", at_ms="4200")
        decision = ReviewDecision.objects.get()
        assert (decision.reason, decision.at_ms, decision.by) == ("太暗", 4200, world.manager)

    def test_a_double_click_is_one_decision(self, desk, waiting):
        for _ in range(2):
            self.decide(desk, waiting[0], "approved")
        assert ReviewDecision.objects.count() == 1
        assert Post.objects.count() == 1

    def test_the_second_reviewer_is_told(self, world, desk, waiting):
        self.decide(signed_in(world.regional), waiting[0], "returned", reason="太暗")
        assert "decided this one meanwhile: Changes" in self.decide(desk, waiting[0], "approved").content.decode()

    def test_who_looks_at_it_is_shown_to_the_others(self, world, desk, waiting):
        signed_in(world.regional).get(reverse("review:sheet", args=[waiting[0].pk]))
        assert "方区域 is looking at it" in seen(desk, reverse("review:sheet", args=[waiting[0].pk]))

    def test_the_last_one_ends_warmly(self, desk, waiting):
        for submission in waiting:
            last = self.decide(desk, submission, "approved")
        assert "Everything is reviewed" in last.content.decode()

    def test_a_region_reviews_its_own_branch(self, world, waiting):
        regional = signed_in(world.regional)
        south = next(row for row in waiting if row.assignment.account == world.accounts[3])
        assert "广州天河店" not in seen(regional, reverse("review:queue"))
        assert regional.get(reverse("review:sheet", args=[south.pk])).status_code == 404
        assert self.decide(regional, south, "approved").status_code == 404

    def test_no_dealer_and_no_other_brand_reviews(self, world, waiting):
        other = make_world("yunfan", "云帆")
        for person in (world.operator, other.manager):
            client = signed_in(person)
            assert client.get(reverse("review:sheet", args=[waiting[0].pk])).status_code == 404
            assert self.decide(client, waiting[0], "approved").status_code == 404
        assert ReviewDecision.objects.count() == 0

    def test_the_queries_of_the_desk_do_not_grow(self, world, desk, waiting, django_assert_max_num_queries):
        seen(desk, reverse("review:queue"))
        campaign = waiting[0].assignment.task.campaign
        more = open_task(world, title="更多", campaign=campaign)
        for row in more.assignments.all():
            submitted(row)
        with django_assert_max_num_queries(24):
            seen(desk, reverse("review:queue"))

    def test_hostile_words_stay_words(self, world, desk, waiting):
        Submission.objects.update(caption="<script>alert(1)</script>")
        assert "<script>alert(1)" not in seen(desk, reverse("review:queue"))


def _scope(person):
    return of_staff(person)
