"""The platform's own Node client, unmodified, cannot tell the simulator from the real thing.

Needs node and npm and, the first time, an answering package registry; the package is kept under var/.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.platform import CLIENT_KEY, CLIENT_SECRET, ROOT

PACKAGE = "@open-dy/open_api_sdk@1.1.0"
HERE = Path(__file__).parent
HOME = ROOT / "var" / "npm" / "open_api_sdk-1.1.0"


@pytest.fixture(scope="module")
def package():
    """The folder that holds the installed client."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed")
    if not (HOME / "node_modules" / "@open-dy" / "open_api_sdk" / "package.json").exists():
        install()
    return HOME


def install():
    """Into a folder of our own first, so that two runs at once do not meet half an installation."""
    draft = HOME.with_name(f"{HOME.name}.{os.getpid()}")
    draft.mkdir(parents=True, exist_ok=True)
    quick = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--fetch-retries=0", "--fetch-timeout=20000"]
    try:
        command = ["npm", "install", "--prefix", str(draft), *quick, PACKAGE]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=90)
    except subprocess.TimeoutExpired:
        shutil.rmtree(draft, ignore_errors=True)
        pytest.skip("the package registry did not answer in time")
    if ended.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        reason = next((line for line in ended.stderr.splitlines() if "code" in line), "no reason given")
        pytest.skip(f"the official client could not be installed ({reason.split()[-1]})")
    try:
        draft.rename(HOME)
    except OSError:  # somebody else was quicker
        shutil.rmtree(draft, ignore_errors=True)


@pytest.fixture(scope="module")
def got(simulator, door_process, package, video):
    """What the client got from one walk through everything; `letters` are the webhooks that followed."""
    simulator.settle()
    simulator.pull("reset")
    door_process.reset()
    (account,) = simulator.accounts("od_17", nickname="星河苏州店")
    asked = simulator.fire("text", open_id="od_17", user={"open_id": "ou_li"}, text="试驾多少钱")
    simulator.pull("rooms", open_id="od_17", minutes=60, viewers=300, ready_after=0)
    given = {"clientKey": CLIENT_KEY, "clientSecret": CLIENT_SECRET, "code": account["code"], "video": str(video)}
    given |= {"user": "ou_li", "messageId": asked["message_id"]}
    command = ["node", "-r", str(HERE / "hook.js"), str(HERE / "walk.js"), json.dumps(given)]
    environment = os.environ | {"PLATFORM_URL": simulator.url, "NODE_PATH": str(package / "node_modules")}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert simulator.settle()
    return json.loads(ended.stdout) | {"letters": list(door_process.letters)}


def test_it_gets_its_tokens(got):
    assert got["credential"]["accessToken"].startswith("clt.")
    assert got["clientToken"]["message"] == "success"
    assert got["access"]["data"]["openId"] == "od_17"
    assert got["refreshed"]["data"]["accessToken"].startswith("act.")
    assert got["renewed"]["data"]["refreshToken"].startswith("rft.")
    assert got["user"]["data"]["nickname"] == "星河苏州店"


def test_it_uploads_whole_and_in_parts_publishes_and_lists(got):
    for upload in (got["upload"], got["complete"]):
        assert (upload["data"]["video"]["width"], upload["data"]["video"]["height"]) == (180, 320)
    assert got["part"]["extra"]["errorCode"] == 0
    assert got["created"]["data"]["gwErrorCode"] == 0
    item_id = got["created"]["data"]["itemId"]
    assert [row["itemId"] for row in got["listed"]["data"]["list"]] == [item_id]
    assert got["data"]["data"]["list"][0]["title"] == "官方客户端"


def test_it_writes_to_customers_and_is_told_when_it_may_not(got):
    assert got["cards"]["cards"][0]["cardId"] == got["card"]["cardId"]
    assert len(got["sent"]["msgList"]) == 2
    assert got["refused"]["code"] == "28003080"
    assert "im_receive_msg" in {row["event"] for row in got["log"]["data"]["intentionLogInfos"]}
    assert got["comments"]["data"]["list"][0]["content"] == "谢谢"


def test_it_reads_the_figures_of_a_live_room(got):
    stats = {row["name"]: row["value"] for row in got["audience"]["data"]["stats"]}
    assert stats["live_watch_ucnt_td"] == "300"
    assert all(row["isReady"] for row in got["base"]["data"]["dataReadyStatus"])


def test_its_doings_come_back_as_webhooks(got):
    assert {letter.event for letter in got["letters"]} >= {"authorize", "create_video", "im_send_msg"}
    assert all(letter.signed_with(CLIENT_SECRET) for letter in got["letters"])
