"""The task walk: the brand manager writes a task, two stores film for it, one is sent back, both are published and paid."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx

from cloudstore.demo.clips import phone_clip, photos
from cloudstore.demo.stage import Stage
from cloudstore.demo.visitor import StepFailed, Visitor
from cloudstore.kit.clock import BUSINESS_ZONE, now
from cloudstore.network.models import Region
from cloudstore.queue.services import enqueue
from tasks.models import Accrual, Assignment, MatrixTask, Submission

_CHUNK = 1024 * 1024
FEE = "80"


def _moment(days: int) -> str:
    """A moment some days from now as the console's fields take it."""
    return (now() + timedelta(days=days)).astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")


def _day(days: int) -> str:
    return (now() + timedelta(days=days)).astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d")


def write_task(stage: Stage) -> str:
    """Lin sets a budget aside and writes a task with brief, audience, deadline and one reward."""
    lin = stage.person("lin")
    stamp = datetime.now(BUSINESS_ZONE).strftime("%m-%d %H:%M:%S")
    campaign, title = f"门店内容 {stamp}", f"门店探店 Vlog {stamp}"
    page = lin.open("/admin/campaigns/new/")
    lin.send(page, {"name": campaign, "starts_on": _day(0), "ends_on": _day(60), "budget": "50000"}, having="budget")
    page = lin.open("/admin/matrix-tasks/new/")
    regions = Region.objects.filter(brand__slug="xinghe", code__in=("east", "south")).values_list("pk", flat=True)
    lin.send(page, _task_fields(title, _choice(page, campaign), [str(pk) for pk in regions]), having="title")
    task = MatrixTask.objects.filter(title=title).first()
    if task is None:
        raise StepFailed("the task was not kept")
    stage.made["task"] = task
    stage.links.append(("the task", f"{stage.url}/admin/matrix-tasks/{task.pk}/board/"))
    return f"“{title}”, ¥{FEE} per approved post, for stores of tier S to C in two regions"


def _choice(page: httpx.Response, words: str) -> str:
    """The value of the option that is named so."""
    found = re.search(r'<option value="([^"]+)"[^>]*>\s*' + re.escape(words), page.text)
    if not found:
        raise StepFailed(f"{words} cannot be chosen in the form")
    return found[1]


def _task_fields(title: str, campaign: str, regions: list[str]) -> dict[str, Any]:
    return {
        "title": title, "kind": "short_video", "quota": "1", "overlay_preset": "end_card", "starts_at": _moment(0), "due_at": _moment(5),
        "caption_template": "{dealer} 带你看新车", "hashtags": "#星河汽车 #探店", "campaign": campaign,
        "audience-present": "1", "audience-regions": regions, "audience-tiers": ["S", "A", "B", "C"],
        "brief-count": "2",
        "brief-0-type": "goal", "brief-0-value": "让附近的客户看到门店和新车，愿意来试驾。", "brief-0-order": "0", "brief-0-deleted": "", "brief-0-id": "",
        "brief-1-type": "must_say", "brief-1-value-count": "1", "brief-1-value-0-value": "本周末到店试驾有礼", "brief-1-value-0-order": "0",
        "brief-1-value-0-deleted": "", "brief-1-value-0-id": "", "brief-1-order": "1", "brief-1-deleted": "", "brief-1-id": "",
        "rewards-TOTAL_FORMS": "1", "rewards-0-fee_fen": FEE, "rewards-0-cap_per_dealer": "5", "rewards-0-id": "", "rewards-0-DELETE": "",
    }  # fmt: skip


def hand_out(stage: Stage) -> str:
    """One press; the worker writes one assignment per account."""
    lin, task = stage.person("lin"), stage.made["task"]
    address = f"/admin/matrix-tasks/{task.pk}/hand-out/"
    lin.send(lin.open(address), {"csrfmiddlewaretoken": lin.csrf()}, having="csrfmiddlewaretoken")
    lin.wait_for("the hand-out", lambda: MatrixTask.objects.filter(pk=task.pk, state="open").exists())
    number = Assignment.objects.filter(task=task).count()
    return f"{number} accounts have the task in their phone workspace"


def _assignment(stage: Stage, dealer: str) -> Assignment:
    found = Assignment.objects.filter(task=stage.made["task"], dealer__code=dealer).order_by("account_id").first()
    if found is None:
        raise StepFailed(f"{dealer} did not get the task")
    return found


def _take(operator: Visitor, assignment: Assignment) -> None:
    page = operator.open("/d/tasks/")
    if not operator.link(page, "", to=str(assignment.pk)):
        raise StepFailed(f"{operator.name} does not see the task in the inbox")
    operator.post(f"/d/tasks/{assignment.pk}/answer/", {"answer": "accept"})


def upload_video(stage: Stage) -> str:
    """Wang at the Shanghai store accepts, films, and uploads in pieces as the phone does."""
    wang, assignment = stage.person("wang"), _assignment(stage, "SH01")
    _take(wang, assignment)
    clip = phone_clip(stage.folder, "滨江店 · 新车到店", shade="#2F5BEA")
    size = clip.stat().st_size
    start = wang.post(f"/d/tasks/{assignment.pk}/upload/start/", content=_json(name="VID_0001.MP4", size=size)).json()
    with clip.open("rb") as handle:
        handle.seek(start["offset"])
        offset = start["offset"]
        while piece := handle.read(_CHUNK):
            offset = _put(wang, f"/d/media/{start['asset']}/?offset={offset}", piece)
    wang.post(
        f"/d/tasks/{assignment.pk}/send/", {"kind": "video", "asset": start["asset"], "caption": "滨江店带你看新车"}
    )
    stage.made["video"] = assignment
    stage.links.append(("the store's task page", f"{stage.url}/d/tasks/{assignment.pk}/"))
    return f"{size / 1e6:.1f} MB uploaded, now checked and rendered with the end card"


def _json(**values: object) -> bytes:
    return httpx.Request("POST", "http://x", json=values).content


def _put(visitor: Visitor, address: str, piece: bytes) -> int:
    headers = {"X-CSRFToken": visitor.csrf(), "Referer": str(visitor.client.base_url)}
    answer = visitor.patiently(lambda: visitor.client.put(address, content=piece, headers=headers))
    if answer.status_code not in (200, 409):
        raise StepFailed(f"a piece of the upload was answered {answer.status_code}: {answer.text[:200]}")
    return int(answer.json()["offset"])


def upload_story(stage: Stage) -> str:
    """Sun in Shenzhen sends four photos, which become a vertical video with captions."""
    sun, assignment = stage.person("sun"), _assignment(stage, "SZ11")
    _take(sun, assignment)
    _send_story(sun, assignment, ["南山店", "新车外观", "智能座舱", "欢迎试驾"])
    stage.made["story"] = assignment
    return "4 photos sent, on their way to a vertical video"


def _send_story(sun: Visitor, assignment: Assignment, words: list[str]) -> None:
    files = [("photos", (f"IMG_{number}.jpg", photo, "image/jpeg")) for number, photo in enumerate(photos(words))]
    sun.post(f"/d/tasks/{assignment.pk}/upload/story/", {}, files=files)
    page = sun.open(f"/d/tasks/{assignment.pk}/upload/?kind=photo_story")
    sun.send(page, {"kind": "photo_story", "caption": "南山店四格看车"}, having="caption")


def _in_review(stage: Stage, assignment: Assignment) -> Submission:
    """Wait until the machine has checked and rendered the latest attempt."""

    def look() -> Submission | None:
        row = Submission.objects.filter(assignment=assignment).order_by("-number").first()
        if row is not None and row.state == "refused":
            raise StepFailed(f"the upload was refused: {row.asset.findings}")
        return row if row is not None and row.state == "in_review" else None

    return stage.person("lin").wait_for("check and render", look, seconds=180)


def return_story(stage: Stage) -> str:
    """Lin sends the story back with a reason; Sun reads it on the phone and sends a better one."""
    lin, sun, assignment = stage.person("lin"), stage.person("sun"), stage.made["story"]
    row = _in_review(stage, assignment)
    lin.open(f"/admin/review/{row.pk}/")
    reason = "请在第二张补上本周末到店试驾有礼"
    lin.post(f"/admin/review/{row.pk}/decide/", {"verdict": "returned", "reason": reason})
    if reason not in sun.open(f"/d/tasks/{assignment.pk}/").text:
        raise StepFailed("the reason does not stand on the operator's page")
    _send_story(sun, assignment, ["南山店", "本周末试驾有礼", "智能座舱", "欢迎到店"])
    return "the reason stands on the operator's phone; a new version was sent"


def approve(stage: Stage) -> str:
    """Lin approves both in the review queue."""
    lin = stage.person("lin")
    for name in ("video", "story"):
        row = _in_review(stage, stage.made[name])
        page = lin.open(f"/admin/review/{row.pk}/")
        if "<video" not in page.text:
            raise StepFailed("the review page shows no player")
        lin.post(f"/admin/review/{row.pk}/decide/", {"verdict": "approved", "reason": ""})
    return "both approved in the review queue"


def published(stage: Stage) -> str:
    """The connector publishes; the platform's id comes home and the figures are pulled."""
    rows = [_wait_published(stage, name) for name in ("video", "story")]
    enqueue("media.pull_stats", key="media.pull_stats")
    ids = [row.post.item_id for row in rows if row.post]
    stage.made["item"] = ids[0]
    stage.person("lin").wait_for("the figures", lambda: rows[0].post and rows[0].post.stats.exists(), seconds=60)
    return f"the platform knows them as {' and '.join(ids)}; figures are here"


def _wait_published(stage: Stage, name: str) -> Submission:
    return stage.person("lin").wait_for("the publication", lambda: _published(stage.made[name]), seconds=90)


def _published(assignment: Assignment) -> Submission | None:
    row = Submission.objects.select_related("post").filter(assignment=assignment, state="published").first()
    return row if row and row.post and row.post.item_id else None


def reward(stage: Stage) -> str:
    """Each approved post earns its fee once, and it stands in the store's statement."""
    wang = stage.person("wang")
    enqueue("tasks.settle", key="tasks.settle")
    wang.wait_for("the fees", lambda: _earned(stage), seconds=60)
    if stage.made["task"].title not in wang.open("/d/earnings/").text:
        raise StepFailed("the line is not in the store's statement")
    stage.links.append(("the store's statement", f"{stage.url}/d/earnings/"))
    return f"¥{FEE}.00 stands once in each store's statement, held for seven days"


def _earned(stage: Stage) -> bool:
    """Whether both posts have exactly one line of the whole fee."""
    lines = Accrual.objects.filter(submission__assignment__task=stage.made["task"])
    if lines.exclude(amount_fen=int(FEE) * 100).exists() or lines.count() > 2:
        raise StepFailed(f"the fees are {[(line.amount_fen, line.reason) for line in lines]}")
    return lines.count() == 2
