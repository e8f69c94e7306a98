"""Programs we start can neither hurt the machine nor outlive us, and their failures say whether to try again."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media.rendering.child import (
    JOB_PREFIX,
    MIB,
    Cage,
    Ended,
    job_folder,
    run_child,
    share_of_threads,
    sweep_job_folders,
)
from media.rendering.errors import RenderFailed
from media.rendering.ffmpeg import explain, run_ffmpeg, source_arguments
from tests.media.corpus import plain_clip

ROOT = Path(__file__).resolve().parents[2]


def python(code, folder, **more):
    """Runs a line of Python in the cage."""
    return run_child([sys.executable, "-I", "-S", "-c", code], folder=folder, **{"cage": Cage(), **more})


def gone(pid, within=10.0):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_child_tells_what_it_wrote_and_how_it_ended(tmp_path):
    ended = python("import sys; print('hello'); print('careful', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (ended.returncode, ended.output, ended.complaints) == (3, b"hello\n", "careful\n")
    assert ended.peak_bytes > MIB


def test_a_child_works_in_its_own_folder_with_nothing_of_our_surroundings(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("FFREPORT", "file=/tmp/report.log")
    ended = python("import os; print(os.getcwd()); print(sorted(os.environ))", tmp_path)
    folder, names = ended.output.decode().splitlines()
    assert folder == str(tmp_path)
    assert "SECRET_KEY" not in names and "FFREPORT" not in names


@pytest.mark.parametrize(
    ("code", "cage"),
    [
        ("b = bytearray(900 * 1024 * 1024)", Cage(memory_bytes=256 * MIB)),
        ("open('x', 'wb').write(b'x' * 3_000_000)", Cage(output_bytes=1 * MIB)),
        ("while True: pass", Cage(cpu_seconds=1)),
        ("f = [open('/dev/null') for _ in range(200)]", Cage(open_files=32)),
    ],
    ids=["memory", "output", "processor", "files"],
)
def test_each_limit_bites(code, cage, tmp_path):
    assert python(code, tmp_path, cage=cage).returncode != 0


def test_what_the_limits_stop_is_possible_with_room_enough(tmp_path):
    """The control of the test above: it is the limits that end those lines, nothing else."""
    for code in ("b = bytearray(900 * 1024 * 1024)", "open('x', 'wb').write(b'x' * 3_000_000)"):
        assert python(code, tmp_path).returncode == 0
    files = "f = [open('/dev/null') for _ in range(200)]"
    assert python(files, tmp_path, cage=Cage(open_files=512)).returncode == 0


def test_a_child_that_takes_too_long_is_ended_with_all_it_started(tmp_path):
    code = "import subprocess,time; p=subprocess.Popen(['/bin/sleep','60']); print(p.pid, flush=True); time.sleep(60)"
    heard = []
    with pytest.raises(RenderFailed) as failure:
        python(code, tmp_path, cage=Cage(wall_seconds=1.5), on_output=heard.append)
    assert (failure.value.code, failure.value.permanent) == ("timeout", False)
    assert gone(int(heard[0]))


def test_a_child_that_hides_its_output_is_still_ended_in_time(tmp_path):
    code = "import os,time; os.close(1); os.close(2); time.sleep(60)"
    with pytest.raises(RenderFailed) as failure:
        python(code, tmp_path, cage=Cage(wall_seconds=0.8))
    assert failure.value.code == "timeout"


def test_a_grandchild_left_behind_is_ended_too(tmp_path):
    code = (
        "import subprocess; p=subprocess.Popen(['/bin/sleep','60'],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL);"
        "print(p.pid)"
    )
    ended = python(code, tmp_path)
    assert ended.returncode == 0
    assert gone(int(ended.output))


def test_a_killed_worker_takes_its_child_along(tmp_path):
    """kill -9 of the worker: nothing may go on rendering for a result that nobody awaits."""
    told = tmp_path / "pid"
    inner = f"import os,time; open({str(told)!r},'w').write(str(os.getpid())+chr(10)); time.sleep(60)"
    outer = (
        "import sys; from pathlib import Path; from media.rendering.child import run_child, Cage;"
        f"run_child([sys.executable, '-I', '-S', '-c', {inner!r}], folder=Path({str(tmp_path)!r}), cage=Cage())"
    )
    worker = subprocess.Popen([sys.executable, "-c", outer], cwd=ROOT)
    try:
        deadline = time.monotonic() + 20
        while not (told.exists() and told.read_text().endswith("\n")) and time.monotonic() < deadline:
            time.sleep(0.02)
        child = int(told.read_text())
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=10)
        assert gone(child)
    finally:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()


def test_a_child_that_talks_without_end_does_not_fill_our_memory(tmp_path):
    ended = python("import sys; sys.stderr.write('begin ' + 'x' * 5_000_000)", tmp_path)
    assert ended.complaints.startswith("begin ")
    assert len(ended.complaints) <= 256 * 1024


def test_what_is_fed_arrives(tmp_path):
    feed = (bytes([number]) * 100_000 for number in range(20))
    code = "import sys,hashlib; print(len(sys.stdin.buffer.read()))"
    assert python(code, tmp_path, feed=feed).output == b"2000000\n"


def test_a_feed_that_breaks_ends_the_child_and_is_named(tmp_path):
    def feed():
        yield b"first"
        raise ValueError("no more")

    with pytest.raises(RenderFailed) as failure:
        python("import sys; sys.stdin.buffer.read()", tmp_path, feed=feed())
    assert failure.value.code == "fed_badly"
    assert isinstance(failure.value.__cause__, ValueError)


def test_a_child_that_stops_listening_ends_the_feed_quietly(tmp_path):
    ended = python("import sys; sys.exit(4)", tmp_path, feed=(b"x" * 65536 for _ in range(10_000)))
    assert ended.returncode == 4


def test_a_program_that_is_not_there_may_be_there_tomorrow(tmp_path):
    with pytest.raises(RenderFailed) as failure:
        run_child([str(tmp_path / "nothing")], folder=tmp_path, cage=Cage())
    assert (failure.value.code, failure.value.permanent) == ("program_missing", False)


def test_a_child_reaches_no_network_where_the_kernel_allows_to_forbid_it(tmp_path):
    allowed = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0
    if not allowed:
        pytest.skip("this kernel gives no network namespaces to ordinary users")
    interfaces = python("print(open('/proc/self/net/dev').read())", tmp_path)
    names = [line.split(":")[0].strip() for line in interfaces.output.decode().splitlines() if ":" in line]
    assert names == ["lo"]


def test_a_job_folder_is_gone_after_the_job_even_when_it_fails(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(RuntimeError), job_folder(beside=out) as job:
        (job / "half").write_text("x")
        raise RuntimeError
    assert list(out.iterdir()) == []


def test_folders_of_killed_jobs_are_swept_and_nothing_else(tmp_path):
    out = tmp_path / "out"
    old, young, other = out / f"{JOB_PREFIX}old", out / f"{JOB_PREFIX}young", out / "renditions"
    for folder in (old, young, other):
        folder.mkdir(parents=True)
    os.utime(old, (1000.0, 1000.0))
    now = young.stat().st_mtime + 60
    assert sweep_job_folders(out, now=now) == 1
    assert sorted(path.name for path in out.iterdir()) == [young.name, other.name]


def test_threads_are_shared_out_but_nobody_gets_none():
    assert share_of_threads(1) == min(8, os.cpu_count() or 1)
    assert share_of_threads(1000) == 1
    assert share_of_threads(0) >= 1


@pytest.mark.parametrize(
    ("returncode", "words", "code", "permanent"),
    [
        (-9, "", "killed", False),
        (-15, "", "killed", False),
        (-24, "", "cpu_limit", True),
        (152, "", "cpu_limit", True),
        (-25, "", "output_limit", True),
        (-11, "", "crashed", True),
        (228, "av_interleaved_write_frame(): No space left on device", "disk_full", False),
        (1, "[h264] get_buffer() failed", "memory_limit", True),
        (244, "Cannot allocate memory", "memory_limit", True),
        (183, "Invalid data found when processing input", "cannot_decode", True),
        (1, "something new", "unexplained", True),
    ],
)
def test_a_failure_says_whether_trying_again_makes_sense(returncode, words, code, permanent):
    failure = explain(Ended(returncode, b"", words, 1.0, 1))
    assert (failure.code, failure.permanent) == (code, permanent)


def test_ffmpeg_over_its_limits_is_told_apart_from_a_bad_file(tmp_path):
    plain_clip(tmp_path / "clip.mp4")
    source = source_arguments("file:clip.mp4", "mov", threads=1)
    with pytest.raises(RenderFailed) as too_much:
        run_ffmpeg([*source, "-f", "rawvideo", "file:out"], folder=tmp_path, cage=Cage(output_bytes=1 * MIB))
    assert (too_much.value.code, too_much.value.permanent) == ("output_limit", True)
    with pytest.raises(RenderFailed) as too_small:
        x264 = ["-c:v", "libx264", "-f", "null", "-"]
        run_ffmpeg([*source, *x264], folder=tmp_path, cage=Cage(memory_bytes=150 * MIB))
    # Without memory it either says so or falls over; neither gets better by trying again.
    assert too_small.value.code in {"memory_limit", "crashed"}
    assert too_small.value.permanent
