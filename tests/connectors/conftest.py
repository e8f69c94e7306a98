"""A platform to talk to, a door for its webhooks, a client with an account, and a real little video."""

import subprocess

import imageio_ffmpeg
import pytest

from cloudstore.connectors.douyin.client import DouyinClient
from tests.connectors.door import Door
from tests.platform import CLIENT_KEY, CLIENT_SECRET, SimulatorProcess


@pytest.fixture(scope="session")
def door_process():
    door = Door()
    yield door
    door.close()


@pytest.fixture(scope="session")
def simulator(tmp_path_factory, door_process):
    """One simulator for all tests; `platform` makes it new for each."""
    state = tmp_path_factory.mktemp("platform") / "douyin.sqlite3"
    with SimulatorProcess(state=state, target=door_process.url) as process:
        yield process


@pytest.fixture
def door(door_process):
    door_process.reset()
    return door_process


@pytest.fixture
def platform(simulator, door):
    simulator.settle()  # what the test before still had on its way must not arrive in this one
    simulator.pull("reset")
    door.reset()
    return simulator


@pytest.fixture
def douyin(platform):
    with DouyinClient(platform.url, CLIENT_KEY, CLIENT_SECRET) as client:
        yield client


@pytest.fixture
def account(platform, douyin):
    """A connected account's token."""
    (made,) = platform.accounts("od_17", nickname="星河苏州店")
    token = douyin.access_token(made["code"])
    platform.settle()
    return token


@pytest.fixture
def door_after_connecting(account, door):
    """The door, with the word of the connection itself put aside."""
    door.reset()
    return door


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    """Two seconds of a real upright video."""
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=180x320:rate=10:duration=2"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path
