"""Ninety days of posts, live sessions and direct messages of each dealer, as rows the facts are rebuilt from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cloudstore.demo.rhythm import count, dice, swing
from cloudstore.demo.structure import Placed, PlacedBrand
from cloudstore.inbox.models import Conversation, Message
from cloudstore.kit.clock import business_day, day_start
from cloudstore.kit.crypto import seal
from cloudstore.live.models import LiveSession
from media.models import Post, PostStat

_SUBJECTS = (
    "城市通勤一天",
    "周末露营装备",
    "智能座舱 60 秒讲透",
    "老车主来聊聊",
    "交车仪式",
    "置换补贴怎么算",
    "门店探店 Vlog",
    "后排空间实测",
    "雨夜刹车对比",
)
_QUESTIONS = ("这款落地多少钱", "周末能试驾吗", "有现车吗", "置换补贴多少", "店在哪里", "支持几年分期")
_STAT_DAYS = (0, 1, 2, 4, 7, 14)


@dataclass(frozen=True, slots=True)
class Skills:
    """How well one dealer does each thing, 0 to 1, scattered around its strength so that no two report cards look alike."""

    posting: float
    clicks: float
    live: float
    live_leads: float
    replies: float
    follow: float
    quality: float


def skills_of(placed: Placed) -> Skills:
    """The dealer's skills, always the same for the same dealer."""
    source = dice(placed.card.code, "skills")
    around = [min(0.99, max(0.04, placed.card.strength + source.uniform(-0.16, 0.16))) for _ in range(7)]
    return Skills(*around)


def days_until(now: datetime, days: int) -> Iterator[date]:
    """The full days of history, oldest first, ending yesterday."""
    today = business_day(now)
    return (today - timedelta(days=back) for back in range(days, 0, -1))


def write_posts(brand: PlacedBrand, *, days: int, now: datetime) -> None:
    """Posts with the cumulative figures that the platform stated on later days."""
    posts: list[Post] = []
    stats: list[PostStat] = []
    today = business_day(now)
    for placed in brand.dealers:
        skills = skills_of(placed)
        for day in days_until(now, days):
            source = dice(placed.card.code, "posts", day)
            for number in range(min(6, count(skills.posting**1.4 * 1.15 * swing(day, today), source))):
                post = _post(brand, placed, day, number, now)
                posts.append(post)
                stats.extend(_stats(post, skills, day, today))
    Post.objects.bulk_create(posts, batch_size=500)
    PostStat.objects.bulk_create(stats, batch_size=1000)


def _post(brand: PlacedBrand, placed: Placed, day: date, number: int, now: datetime) -> Post:
    source = dice(placed.card.code, "post", day, number)
    at = day_start(day) + timedelta(minutes=source.randint(9 * 60, 22 * 60))
    item = f"7{source.randrange(10**17, 10**18)}"
    return Post(
        brand=brand.brand,
        dealer=placed.dealer,
        account=placed.accounts[source.choice((0, 0, 1, 2))],
        state="published",
        caption=f"{source.choice(brand.series).name} {source.choice(_SUBJECTS)}",
        item_id=item,
        video_id=f"v{item}",
        duration_ms=source.randint(9, 58) * 1000,
        phash=f"{source.getrandbits(64):016x}",
        approved=True,
        published_at=at,
        stats_at=now,
        created_at=at,
    )


def _stats(post: Post, skills: Skills, day: date, today: date) -> list[PostStat]:
    source = dice(post.item_id, "stats")
    final = int(source.lognormvariate(7.2 + skills.clicks, 0.6))
    rate = max(0.0005, 0.0025 + 0.019 * skills.clicks * source.uniform(0.75, 1.25))
    rows = []
    for after in _STAT_DAYS:
        if day + timedelta(days=after) >= today:
            break
        plays = int(final * (1 - 0.55 ** (after + 1)))
        shown = int(plays * 0.62)
        rows.append(
            PostStat(
                post=post,
                day=day + timedelta(days=after),
                plays=plays,
                likes=int(plays * 0.031),
                comments=int(plays * 0.004),
                shares=int(plays * 0.006),
                component_shown=shown,
                component_clicked=int(shown * rate),
            )
        )
    return rows


def write_live(brand: PlacedBrand, *, days: int, now: datetime) -> list[LiveSession]:
    """Live sessions in the evening; strong dealers are on air most days, weak ones now and then."""
    sessions: list[LiveSession] = []
    today = business_day(now)
    for placed in brand.dealers:
        skills = skills_of(placed)
        for day in days_until(now, days):
            source = dice(placed.card.code, "live", day)
            if source.random() < skills.live * 0.93 * min(1.1, swing(day, today)):
                sessions.append(_session(brand, placed, skills, day, now))
    LiveSession.objects.bulk_create(sessions, batch_size=500)
    return sessions


def _session(brand: PlacedBrand, placed: Placed, skills: Skills, day: date, now: datetime) -> LiveSession:
    source = dice(placed.card.code, "session", day)
    started = day_start(day) + timedelta(minutes=source.randint(18 * 60, 20 * 60))
    minutes = int(45 + 150 * skills.live * source.uniform(0.6, 1.1))
    viewers = int((120 + 330 * skills.live) * source.uniform(0.7, 1.4) * swing(day, business_day(now)))
    return LiveSession(
        brand=brand.brand,
        dealer=placed.dealer,
        account=placed.accounts[1],
        room_id=f"6{source.randrange(10**17, 10**18)}",
        title=f"{source.choice(brand.series).name} 直播看车",
        started_at=started,
        ended_at=started + timedelta(minutes=minutes),
        intervals=[[started.isoformat(), (started + timedelta(minutes=minutes)).isoformat()]],
        exposure=viewers * source.randint(5, 9),
        viewers_unique=viewers,
        comments=int(viewers * 0.4),
        widget_clicks=int(viewers * (0.01 + 0.05 * skills.live_leads)),
        figures_at=now,
    )


def write_messages(brand: PlacedBrand, *, days: int, now: datetime) -> None:
    """Direct-message sessions: a question, and an answer that comes within three minutes or does not."""
    conversations: list[Conversation] = []
    messages: list[Message] = []
    today = business_day(now)
    for placed in brand.dealers:
        skills = skills_of(placed)
        for day in days_until(now, days):
            source = dice(placed.card.code, "messages", day)
            for number in range(count((0.5 + 1.3 * placed.card.strength) * swing(day, today), source)):
                conversation, said = _exchange(brand, placed, skills, day, number)
                conversations.append(conversation)
                messages.extend(said)
    Conversation.objects.bulk_create(conversations, batch_size=500)
    Message.objects.bulk_create(messages, batch_size=1000)


def _exchange(
    brand: PlacedBrand, placed: Placed, skills: Skills, day: date, number: int
) -> tuple[Conversation, list[Message]]:
    source = dice(placed.card.code, "exchange", day, number)
    asked = day_start(day) + timedelta(minutes=source.randint(9 * 60, 20 * 60 + 30), seconds=source.randint(0, 59))
    quick = source.random() < 0.42 + 0.53 * skills.replies
    answered = asked + timedelta(seconds=source.randint(25, 175) if quick else source.randint(240, 9000))
    tag = f"{placed.card.code}-{day:%y%m%d}-{number}"
    conversation = Conversation(
        brand=brand.brand,
        dealer=placed.dealer,
        account=placed.accounts[0],
        platform_id=f"@demo-{tag}",
        peer_open_id=f"ou_demo_{tag}",
        peer_name=f"用户{source.randint(1000, 9999)}",
        last_message_at=answered,
    )
    context = f"message.text|{conversation.pk}"
    said = [
        Message(
            conversation=conversation,
            platform_id=f"{tag}-1",
            inbound=True,
            characters=6,
            text=seal(source.choice(_QUESTIONS), context),
            sent_at=asked,
        ),
        Message(
            conversation=conversation,
            platform_id=f"{tag}-2",
            characters=17,
            inbound=False,
            sent_at=answered,
            text=seal("您好，我是本店顾问，马上为您查一下。", context),
        ),
    ]
    return conversation, said
