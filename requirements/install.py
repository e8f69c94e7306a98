"""Set up `.venv` from the pinned lists beside this file. Standard library only: it runs before anything is installed.

    python3 requirements/install.py run     what the product needs
    python3 requirements/install.py dev     and what its tests and checks need

Readable by every Python 3.6 and newer, so that an old one is refused by a sentence and not by a syntax error.
Safe to run again at any time: a finished set-up is recognised by the hash of its list, a half-finished one is completed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
OLDEST, NEWEST = (3, 11), (3, 14)


def stop(sentence: str) -> None:
    """End with one clear sentence instead of a traceback."""
    print(f"Cannot set up: {sentence}", file=sys.stderr)
    raise SystemExit(1)


def python_is_fit() -> None:
    """Refuse a Python that the pinned packages do not know."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        stop(
            f"this is Python {sys.version.split()[0]}, and 3.{OLDEST[1]} to 3.{NEWEST[1]} is needed. "
            "Install Python 3.11 and say PYTHON=/path/to/python3.11 make run."
        )


def folder_is_writable() -> None:
    """Refuse a read-only checkout before anything else fails on it."""
    probe = ROOT / ".write-probe"
    try:
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        stop(
            f"the folder {ROOT.name} cannot be written to ({error.strerror}). Copy it to a place of your own and start there."
        )


def stamp_of(kind: str) -> tuple:
    """The file that marks a finished set-up of this kind and what it must say."""
    pinned = (ROOT / "requirements" / f"{kind}.txt").read_bytes()
    return HOME / f".ready-{kind}", hashlib.sha256(pinned + sys.version.encode()).hexdigest()


def ready(kind: str) -> bool:
    """Whether the packages of this kind are there, alone or as part of the larger kind."""
    for candidate in {kind, "dev"}:
        stamp, wanted = stamp_of(candidate)
        if stamp.exists() and stamp.read_text() == wanted:
            return True
    return False


def _has_pip(python: Path) -> bool:
    """Whether this environment is whole; an interrupted set-up leaves one without pip, or a link to a Python that is gone."""
    words = [str(python), "-m", "pip", "--version"]
    return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def make_environment() -> Path:
    """Make `.venv`, or make it anew when an earlier attempt left it broken. Returns its Python."""
    python = HOME / "bin" / "python"
    if python.exists() and _has_pip(python):
        return python
    print("setup: making .venv", flush=True)
    shutil.rmtree(HOME, ignore_errors=True)
    try:
        venv.create(HOME, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        stop(f"a virtual environment could not be made ({error}). On Debian, install the package python3-venv.")
    return python


def install(kind: str) -> None:
    """Install the pinned list; nothing is resolved again, every file is checked against its hash."""
    python_is_fit()
    if ready(kind):
        return
    folder_is_writable()
    python = make_environment()
    print("setup: installing pinned packages (a minute or two the first time)", flush=True)
    words = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
    ]
    words += ["-r", str(ROOT / "requirements" / f"{kind}.txt")]
    done = subprocess.run(words, env=dict(os.environ, PIP_USER="0"))
    if done.returncode:
        stop(
            "the packages could not be installed (see above). Check the network and run the same command again; it continues where it stopped."
        )
    stamp, wanted = stamp_of(kind)
    stamp.write_text(wanted)
    print("setup: packages are there", flush=True)


if __name__ == "__main__":
    try:
        install(sys.argv[1] if len(sys.argv) > 1 else "run")
    except KeyboardInterrupt:
        stop("interrupted. The same command continues where it stopped.")
