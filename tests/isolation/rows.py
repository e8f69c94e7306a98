"""One of everything that the demo history does not have: a task with its hand-out, an upload, a delivery, a desk claim."""

from datetime import timedelta

from cloudstore.gateway.models import Delivery, InboundEvent
from cloudstore.inbox.models import Comment
from cloudstore.kit.clock import business_day, now
from cloudstore.kit.crypto import seal_bytes
from cloudstore.leads.models import Lead
from cloudstore.network.models import Account, Brand, Dealer
from cloudstore.routing.models import DispatchDecision
from media.models import Asset, Photo, Post, Rendition
from tasks.models import Accrual, Assignment, Campaign, MatrixTask, ReviewDecision, RewardRule, Submission

#: One store inside most scopes, one sibling in another region, one of the other brand.
STORES = ("SH01", "SZ11", "BC01")


def add_one_of_everything() -> None:
    """Write the missing rows for three stores of two brands."""
    for code in STORES:
        dealer = Dealer.objects.select_related("brand").get(code=code)
        account = Account.objects.filter(dealer=dealer).order_by("pk").first()
        assert account is not None
        _task_walk(dealer, account)
        _words_in_and_out(dealer, account)
    for brand in Brand.objects.all():
        lead = Lead.objects.filter(brand=brand).order_by("pk").first()
        DispatchDecision.objects.create(lead=lead, at=now(), kind="proposal", mode="hybrid", rule_version="default/v1")


def _task_walk(dealer: Dealer, account: Account) -> None:
    moment = now()
    campaign = Campaign.objects.create(
        brand=dealer.brand,
        name=f"{dealer.name}预算",
        budget_fen=1_000_000,
        starts_on=business_day(moment),
        ends_on=business_day(moment) + timedelta(days=30),
        created_at=moment,
    )
    task = MatrixTask.objects.create(
        brand=dealer.brand,
        campaign=campaign,
        title=f"{dealer.name}探店",
        starts_at=moment,
        due_at=moment + timedelta(days=5),
        created_at=moment,
        state="open",
    )
    rule = RewardRule.objects.create(task=task, fee_fen=8000)
    assignment = Assignment.objects.create(
        task=task, dealer=dealer, account=account, due_at=task.due_at, created_at=moment, state="accepted"
    )
    asset = Asset.objects.create(brand=dealer.brand, dealer=dealer, state="ready", created_at=moment, changed_at=moment)
    Photo.objects.create(asset=asset, position=1, file="none.jpg", width=9, height=16)
    rendition = Rendition.objects.create(
        asset=asset, kind="video", key="0" * 64, file="none.mp4", size=1, width=9, height=16, created_at=moment
    )
    post = Post.objects.create(
        brand=dealer.brand,
        dealer=dealer,
        account=account,
        asset=asset,
        rendition=rendition,
        state="published",
        item_id=f"item-{dealer.code}",
        caption=f"{dealer.name}作品",
        published_at=moment,
        created_at=moment,
    )
    submission = Submission.objects.create(
        assignment=assignment,
        asset=asset,
        number=1,
        state="in_review",
        submitted_at=moment,
        review_ready_at=moment,
        post=post,
    )
    ReviewDecision.objects.create(submission=submission, verdict="returned", reason=f"{dealer.name}重拍", at=moment)
    Accrual.objects.create(
        rule=rule,
        campaign=campaign,
        dealer=dealer,
        submission=submission,
        key=f"1:{submission.pk}:all",
        amount_fen=8000,
        reason="effective_post",
        accrued_at=moment,
    )


def _words_in_and_out(dealer: Dealer, account: Account) -> None:
    moment, key = now(), f"message-{dealer.code}"
    Delivery.objects.create(
        brand=dealer.brand,
        account=account,
        kind="douyin.publish",
        key=f"crawl:{dealer.code}",
        due_at=moment,
        created_at=moment,
    )
    InboundEvent.objects.create(
        brand=dealer.brand,
        source="form",
        client_key="crawl",
        dedupe_key=key,
        received_at=moment,
        state="quarantined",
        outcome="rejected",
        reason="unreadable",
        body=seal_bytes(b"{}", f"event.body|form|crawl|{key}"),
    )
    Comment.objects.create(
        brand=dealer.brand,
        dealer=dealer,
        account=account,
        platform_id=key,
        item_id="1",
        user_open_id="u",
        text=f"{dealer.name}评论",
        written_at=moment,
    )
