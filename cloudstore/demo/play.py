"""The main job, played by the cast through real HTTP: every step says what it came to, a failed one names itself."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
from django.conf import settings

from cloudstore.demo import lead_steps, task_steps
from cloudstore.demo.stage import Stage
from cloudstore.demo.structure import logins_file
from cloudstore.demo.visitor import StepFailed
from cloudstore.gateway import tokens
from cloudstore.gateway.models import AccountToken
from cloudstore.kit.clock import now
from cloudstore.network.models import Account

Say = Callable[[str], None]


def connect_accounts(stage: Stage) -> str:
    """The stores' accounts let our app act for them: the platform's own OAuth step, then tokens that we keep sealed."""
    accounts = list(Account.objects.filter(brand__slug="xinghe", dealer__code__in=("SH01", "SZ11")).order_by("pk"))
    waiting = [
        one for one in accounts if not AccountToken.objects.filter(account=one, access_expires_at__gt=now()).exists()
    ]
    if waiting:
        cards = [{"open_id": one.open_id, "nickname": one.nickname} for one in waiting]
        codes = {row["open_id"]: row["code"] for row in stage.pull("accounts", accounts=cards)["accounts"]}
        for account in waiting:
            tokens.authorise(account=account, code=codes[account.open_id], now=now())
    return f"{len(accounts)} accounts of two stores are connected to the platform"


STEPS: tuple[tuple[str, Callable[[Stage], str]], ...] = (
    ("accounts", connect_accounts),
    ("task", task_steps.write_task),
    ("hand-out", task_steps.hand_out),
    ("video", task_steps.upload_video),
    ("photo story", task_steps.upload_story),
    ("returned", task_steps.return_story),
    ("approved", task_steps.approve),
    ("published", task_steps.published),
    ("reward", task_steps.reward),
    ("leads in", lead_steps.four_scenes),
    ("local lead", lead_steps.call_local_lead),
    ("desk", lead_steps.dispatch_remote_lead),
    ("sums", lead_steps.add_up),
    ("boards", lead_steps.read_boards),
)


def play(*, url: str, say: Say) -> list[tuple[str, str]]:
    """Play all steps. Returns (what, address) of what was made. Raises StepFailed with the step's name in front."""
    if not logins_file().exists():
        raise StepFailed("the demo network is not loaded: say `manage.py demo --load` first")
    password = str(json.loads(logins_file().read_text())["password"])
    with (
        tempfile.TemporaryDirectory() as folder,
        httpx.Client(base_url=settings.DOUYIN_BASE_URL, timeout=20) as platform,
    ):
        stage = Stage(url, platform, password, Path(folder))
        try:
            for number, (name, step) in enumerate(STEPS, start=1):
                say(f"  {number:>2}/{len(STEPS)} {name}: {_done(name, step, stage)}")
        finally:
            for visitor in stage.people.values():
                visitor.close()
    return stage.links


def _done(name: str, step: Callable[[Stage], str], stage: Stage) -> str:
    try:
        return step(stage)
    except StepFailed as reason:
        raise StepFailed(f"step '{name}' failed: {reason}") from None
