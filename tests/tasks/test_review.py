"""From the operator's upload to the reviewer's word, and what each of them may do."""

import pytest

from media.models import Post
from tasks import services
from tasks.models import ReviewDecision, Submission
from tasks.rules.states import Verdict
from tasks.services import AlreadyDecided, NeedsReason, NotTaken
from tests.tasks.conftest import NOW, approved, open_task, ready_asset, submitted


@pytest.fixture
def assignment(world):
    return open_task(world).assignments.get(account=world.accounts[0])


def hand_in(assignment, asset):
    return services.submit(assignment=assignment, asset=asset, caption=" 周末试驾 ", by=None, now=NOW)


def test_accepting_and_declining(assignment):
    assert services.accept(assignment=assignment, now=NOW).state == "accepted"
    declined = services.decline(assignment=assignment, reason="没有试驾车", now=NOW)
    assert (declined.state, declined.decline_reason) == ("declined", "没有试驾车")
    with pytest.raises(NotTaken, match="declined"):
        hand_in(assignment, ready_asset(assignment.dealer))
    assert services.accept(assignment=assignment, now=NOW).state == "accepted"


def test_an_upload_waits_for_the_machine_then_for_a_person(assignment):
    asset = ready_asset(assignment.dealer, state="rendering")
    submission = hand_in(assignment, asset)
    assert (submission.state, submission.caption, submission.number) == ("preparing", "周末试驾", 1)
    assert services.follow_assets(now=NOW) == 0
    type(asset).objects.filter(pk=asset.pk).update(state="ready")
    assert services.something_to_follow()
    assert services.follow_assets(now=NOW) == 1
    submission.refresh_from_db()
    assert (submission.state, submission.review_ready_at) == ("in_review", NOW)
    assert not services.something_to_follow()


def test_a_refused_upload_frees_its_place_at_once(assignment):
    submission = hand_in(assignment, ready_asset(assignment.dealer, state="refused"))
    services.follow_assets(now=NOW)
    submission.refresh_from_db()
    assert submission.state == "refused"
    again = hand_in(assignment, ready_asset(assignment.dealer))
    assert again.number == 2


def test_the_same_upload_twice_is_one_submission(assignment):
    asset = ready_asset(assignment.dealer)
    assert hand_in(assignment, asset).pk == hand_in(assignment, asset).pk
    assert Submission.objects.count() == 1


def test_no_more_than_the_quota(assignment):
    hand_in(assignment, ready_asset(assignment.dealer))
    hand_in(assignment, ready_asset(assignment.dealer))
    with pytest.raises(NotTaken, match="quota_reached"):
        hand_in(assignment, ready_asset(assignment.dealer))


def test_nobody_hands_in_a_neighbours_or_a_half_upload(world, assignment):
    with pytest.raises(NotTaken, match="foreign_asset"):
        hand_in(assignment, ready_asset(world.dealers[1]))
    with pytest.raises(NotTaken, match="unfinished_asset"):
        hand_in(assignment, ready_asset(assignment.dealer, state="receiving"))


def test_approval_asks_the_platform_once(world, assignment):
    submission = submitted(assignment)
    first = services.review(submission=submission, verdict=Verdict.APPROVED, reason="", by=world.manager, now=NOW)
    again = services.review(submission=submission, verdict=Verdict.APPROVED, reason="", by=world.manager, now=NOW)
    assert first.post_id == again.post_id
    post = Post.objects.get()
    assert (post.state, post.caption, post.approved) == ("publishing", "周末试驾 #L5 #试驾", True)
    assert post.account == world.accounts[0]
    assert ReviewDecision.objects.count() == 1


def test_a_return_says_what_to_change_and_where(world, assignment):
    submission = submitted(assignment)
    with pytest.raises(NeedsReason):
        services.review(submission=submission, verdict=Verdict.RETURNED, reason="  ", by=world.manager, now=NOW)
    services.review(
        submission=submission, verdict=Verdict.RETURNED, reason="出现了“最”字", by=world.manager, now=NOW, at_ms=18_000
    )
    decision = ReviewDecision.objects.get()
    assert (decision.verdict, decision.reason, decision.at_ms) == ("returned", "出现了“最”字", 18_000)
    assert submitted(assignment).number == 2


def test_the_second_reviewer_hears_what_stands(world, assignment):
    submission = submitted(assignment)
    services.review(submission=submission, verdict=Verdict.RETURNED, reason="太暗", by=world.manager, now=NOW)
    with pytest.raises(AlreadyDecided, match="returned"):
        services.review(submission=submission, verdict=Verdict.APPROVED, reason="", by=world.manager, now=NOW)
    assert Post.objects.count() == 0


def test_nothing_is_reviewed_before_it_is_ready(world, assignment):
    submission = hand_in(assignment, ready_asset(assignment.dealer, state="rendering"))
    with pytest.raises(AlreadyDecided, match="preparing"):
        services.review(submission=submission, verdict=Verdict.APPROVED, reason="", by=world.manager, now=NOW)


def test_an_assignment_is_done_when_everything_is_approved(assignment):
    approved(assignment)
    assignment.refresh_from_db()
    assert assignment.state == "accepted"
    approved(assignment)
    assignment.refresh_from_db()
    assert assignment.state == "done"


def test_taking_back_before_a_decision(assignment):
    submission = submitted(assignment)
    assert services.withdraw(submission=submission, now=NOW).state == "withdrawn"
    with pytest.raises(NotTaken):
        services.withdraw(submission=approved(assignment), now=NOW)


def test_a_claim_keeps_a_second_reviewer_off_for_ten_minutes(world, assignment):
    submission = submitted(assignment)
    assert services.claim(submission=submission, by=world.manager, now=NOW)
    assert services.claim(submission=submission, by=world.manager, now=NOW)
    assert not services.claim(
        submission=submission, by=world.operator, now=NOW + services.review.__globals__["CLAIM_HOLDS"]
    )
    late = NOW + services.review.__globals__["CLAIM_HOLDS"] * 2
    assert services.claim(submission=submission, by=world.operator, now=late)
