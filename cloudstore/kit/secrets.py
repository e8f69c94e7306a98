"""Secrets come from the environment; the embedded default makes its own once and keeps them in var/, readable by the owner alone."""

import json
import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY")


def load(var_dir: Path) -> dict[str, str]:
    """Return the three secrets by name, from `CCS_<NAME>` where set, else from `var/secrets.json` (made on first use).

    FIELD_KEY and INDEX_KEY are 64 hex digits (256 bits). Losing the file loses the encrypted phone numbers: back it up
    apart from the database.
    """
    given = {name: os.environ["CCS_" + name] for name in NAMES if os.environ.get("CCS_" + name)}
    if len(given) == len(NAMES):
        return given
    return {**_own(var_dir / "secrets.json"), **given}


def _own(path: Path) -> dict[str, str]:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = {name: secrets.token_hex(32) for name in NAMES}
        # Several processes may start at once: write aside, then link; the first link wins and everyone reads that one.
        aside = path.with_name(f".secrets-{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            json.dump(fresh, handle)
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(aside)
    stored: dict[str, str] = json.loads(path.read_text())
    return stored
