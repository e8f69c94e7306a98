"""`python -m benchmarks [--size small|full] [--only render,door]`: runs every module here that has `rows(size)`.

Prints a table and writes var/benchmarks/<time>-<size>.json. A row that misses its aim is shown, not failed; only a
benchmark that breaks makes the exit code 1.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import benchmarks
from benchmarks.report import Row, table, write

SIZES = ("small", "full")
ROOT = Path(__file__).resolve().parent.parent


def discover(only: frozenset[str] = frozenset()) -> list[str]:
    """Names of the modules in this package that may hold rows, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return [name for name in names if name not in {"__main__", "report"} and (not only or name in only)]


def run(names: list[str], size: str) -> tuple[list[Row], list[str]]:
    """All rows, and the names of the modules that broke (their error is printed, the others still run)."""
    rows: list[Row] = []
    broken: list[str] = []
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            module = importlib.import_module(f"benchmarks.{name}")
            if hasattr(module, "rows"):
                rows.extend(module.rows(size))
        except Exception:
            traceback.print_exc()
            broken.append(name)
    return rows, broken


def results_folder() -> Path:
    """Where all data of the product lies; read without Django, which not every benchmark needs."""
    base = Path(os.environ.get("CCS_VAR", "var"))
    return (base if base.is_absolute() else ROOT / base) / "benchmarks"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--only", default="", help="names of modules, separated by commas")
    options = parser.parse_args(arguments)
    names = discover(frozenset(filter(None, options.only.split(","))))
    rows, broken = run(names, options.size)
    print(table(rows))
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    print(f"written to {write(rows, results_folder(), size=options.size, stamp=stamp)}")
    if broken:
        print(f"broke: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
