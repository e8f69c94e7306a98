"""The simulator as a program: it stands alone, keeps what it knows, and is hard to pull by accident."""

import re
import signal
import subprocess
import sys

import httpx
import pytest

from cloudstore.connectors.douyin.client import DouyinClient
from tests.platform import CLIENT_KEY, CLIENT_SECRET, ROOT, SimulatorProcess


def test_a_killed_platform_knows_everything_and_sends_what_was_waiting(tmp_path, door):
    state = tmp_path / "douyin.sqlite3"
    with SimulatorProcess(state=state) as platform:
        port = platform.port
        (made,) = platform.accounts("od_1")
        with DouyinClient(platform.url, CLIENT_KEY, CLIENT_SECRET) as client:
            token = client.access_token(made["code"])
        platform.advance(86_400)
        time_before = platform.get("clock")["now"]
        item = platform.pull("items", open_id="od_1", title="survivor")["item_id"]
        platform.kill()
        platform.target = door.url
        platform.start()
        assert platform.port == port
        assert platform.get("clock")["now"] == pytest.approx(time_before, abs=30)
        with DouyinClient(platform.url, CLIENT_KEY, CLIENT_SECRET) as client:
            (row,) = client.video_list(access_token=token.access_token, open_id="od_1").rows
        assert (row.item_id, row.title) == (item, "survivor")
        platform.advance(60)
        assert platform.settle(everything=True)
        assert {letter.event for letter in door.letters} == {"authorize", "create_video"}


def test_a_busy_port_is_one_clear_sentence(simulator, tmp_path):
    command = [sys.executable, "-m", "cloudstore.connectors.simulator", "--port", str(simulator.port)]
    ended = subprocess.run(
        [*command, "--state", str(tmp_path / "x")], cwd=ROOT, capture_output=True, text=True, timeout=20
    )
    assert ended.returncode == 2
    assert re.fullmatch(rf"Port {simulator.port} on 127.0.0.1 cannot be used: .*\.\n", ended.stderr)


def test_a_state_file_that_is_none_is_one_clear_sentence(tmp_path):
    state = tmp_path / "letter.txt"
    state.write_text("Dear customer, " * 100)
    command = [sys.executable, "-m", "cloudstore.connectors.simulator", "--port", "0", "--state", str(state)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 2
    assert ended.stderr == f"The state file {state} cannot be used: file is not a database.\n"
    assert state.read_text().startswith("Dear customer")


def test_ctrl_c_ends_it_without_a_traceback(tmp_path):
    command = [sys.executable, "-m", "cloudstore.connectors.simulator", "--port", "0", "--state", str(tmp_path / "x")]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    address = running.stdout.readline().split()[-1]
    assert httpx.get(f"{address}/_control/health").json()["ok"]
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")


def test_it_stands_alone_without_the_product_or_django():
    """Imported below a bare package, so that only what the connectors themselves ask for is loaded."""
    code = """
import sys, types
package = types.ModuleType("cloudstore")
package.__path__ = ["cloudstore"]
sys.modules["cloudstore"] = package
import cloudstore.connectors.simulator.app, cloudstore.connectors.douyin.client, cloudstore.connectors.douyin.read
frameworks = ("django", "wagtail", "celery", "channels")
strange = [name for name in sys.modules if name.split(".")[0] in frameworks]
strange += [name for name in sys.modules if name.startswith("cloudstore.") and "connectors" not in name]
print(strange)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_the_levers_are_not_pulled_by_a_form_or_by_nonsense(platform):
    address = f"{platform.url}/_control"
    assert httpx.post(f"{address}/reset", data={"x": "1"}).status_code == 415
    headers = {"Content-Type": "application/json"}
    assert httpx.post(f"{address}/reset", content=b"{", headers=headers).status_code == 400
    assert httpx.post(f"{address}/reset", content=b"[]", headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("lever", "values", "sentence"),
    [
        ("fire", {"event": "dance", "open_id": "od_17"}, "event must be one of"),
        ("fire", {"event": "text", "open_id": "nobody"}, "no such account"),
        ("fire", {"event": "comment", "open_id": "od_17", "item_id": "1"}, "no such post"),
        ("fire", {"event": "lead_card", "open_id": "od_17"}, "a filled card needs"),
        ("behaviour", {"dance": 1}, "dance: no such behaviour"),
        ("behaviour", {"repeat": "often"}, "repeat: expected something like 0"),
        ("faults", {"kind": "dance"}, "kind must be one of"),
        ("faults", {"kind": "code"}, "code is required"),
        ("rooms", {"open_id": "od_17", "minutes": "long"}, "minutes must be a number"),
        ("accounts", {}, "open_ids or accounts is required"),
        ("accounts", {"client_key": "ck_none", "open_ids": ["a"]}, "client_key"),
        ("moderate", {"item_id": "1"}, "item_id is unknown"),
        ("apps", {"client_key": "x"}, "client_secret"),
    ],
)
def test_a_wrong_lever_says_what_is_wrong(platform, account, lever, values, sentence):
    answer = httpx.post(f"{platform.url}/_control/{lever}", json=values)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_hostile_calls_never_break_it(platform, account):
    """Every call with wrong types, no types and huge values: refusals inside the shell, never a 5xx."""
    from_everywhere = [
        {},
        {"open_id": "od_17"},
        {"cursor": "x", "count": "-1"},
        {"count": "9" * 400, "item_id": "\x00"},
    ]
    bodies = [b"", b"[]", b"{", b"\xff", b'{"item_ids": 5, "content": [], "text": {}, "msg_id": 1e999, "list": [1]}']
    headers = {"access-token": account.access_token, "Content-Type": "application/json"}
    with httpx.Client(base_url=platform.url) as http:
        for call in ADDRESSES:
            method, path = call.split()
            for query in from_everywhere:
                for body in bodies:
                    answer = http.request(method, path, params=query, content=body, headers=headers)
                    assert answer.status_code == 200, (call, query, body)
                    assert answer.json()


def test_no_page_carries_script_and_numbers_are_masked(platform, account):
    platform.fire("lead_card", open_id="od_17", name="王", phone="13800138000")
    page = httpx.get(platform.url, headers={"Accept-Language": "en"})
    assert "138****8000" in page.text
    assert "13800138000" not in page.text
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]


ADDRESSES = """
POST /oauth/access_token/
POST /oauth/refresh_token/
POST /oauth/renew_refresh_token/
POST /oauth/client_token/
POST /oauth/userinfo/
POST /api/douyin/v1/video/upload_video/
POST /api/douyin/v1/video/init_video_part_upload/
POST /api/douyin/v1/video/upload_video_part/
POST /api/douyin/v1/video/complete_video_part_upload/
POST /api/douyin/v1/video/create_video/
GET /api/douyin/v1/video/video_list/
POST /api/douyin/v1/video/video_data/
POST /im/send/msg/
POST /im/recall/msg/
POST /im/save/retain_consult_card/
GET /im/get/retain_consult_card/
POST /im/del/retain_consult_card/
GET /api/douyin/v1/interactive/intention/log/list/
GET /item/comment/list/
POST /item/comment/reply/
GET /room/data/room_id/get/
GET /room/data/audience/get/
GET /event/status/list/
POST /event/status/update/
POST /sandbox/webhook/event/send/
GET /share-id/
""".strip().splitlines()
