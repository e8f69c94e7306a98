"""`manage.py rehearse`: a document goes in, an answer comes out; no database is opened (these tests have none)."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from cloudstore.grading.rules.rehearsal import example, rehearse, schema

ROOT = Path(__file__).resolve().parents[2]


def command(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a call."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("rehearse", *words, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_a_file_is_rehearsed(tmp_path) -> None:
    paper = tmp_path / "paper.json"
    paper.write_text(json.dumps(example()))
    code, out, err = command("grading", str(paper))
    assert (code, err) == (0, "")
    assert json.loads(out) == rehearse(example())


def test_numbers_of_the_file_stay_exact(tmp_path) -> None:
    paper = tmp_path / "paper.json"
    paper.write_text('{"sequence": {"start": "B", "scores": [76.99499999999999999, 76.995]}}')
    assert json.loads(command("grading", str(paper))[1]) == {"tiers": ["B", "A"]}


def test_schema_and_examples_are_printed() -> None:
    assert json.loads(command("grading", "--schema")[1]) == schema()
    assert json.loads(command("grading", "--example")[1]) == example()
    assert json.loads(command("grading", "--example", "sequence")[1]) == example("sequence")


@pytest.mark.parametrize("area", ["grading", "routing", "identity", "sla"])
def test_the_example_of_every_area_can_be_rehearsed(tmp_path, area) -> None:
    code, out, err = command(area, "--example")
    assert (code, err) == (0, "")
    paper = tmp_path / "paper.json"
    paper.write_text(out)
    assert command(area, str(paper))[0] == 0
    assert json.loads(command(area, "--schema")[1])["type"] == "object"


@pytest.mark.parametrize(
    ("words", "content", "sentence"),
    [
        (["grading", "FILE"], '{"dealers": [{"id": "a", "speed": 1}]}', "dealers[0].speed: unknown key; allowed: "),
        (["grading", "FILE"], '{"dealers": ', "document: not JSON at line 1, column 13; allowed: one JSON object"),
        (["grading", "FILE"], "[]", "document: not an object; allowed: an object"),
        (
            ["grading", "missing.json"],
            "",
            "file: cannot be read (no such file or directory); allowed: a readable JSON file",
        ),
        (["grading", "."], "", "file: cannot be read (is a directory)"),
        (["grading"], "", "file: missing; allowed: a JSON file, or - for standard input"),
        (["weather", "FILE"], "{}", "area: no rehearsal of that name; allowed: "),
        ([], "", "area: missing; allowed: "),
        (["routing", "--example", "M4"], "", "example: no example of that name; allowed: --example alone"),
        (["routing", "FILE"], '{"mode": "hybrid"}', "now: missing"),
        (["grading", "--example", "M4"], "", "example: no example of that name; allowed: dealers, facts, sequence"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(tmp_path, words, content, sentence) -> None:
    paper = tmp_path / "paper.json"
    paper.write_text(content)
    code, out, err = command(*[str(paper) if word == "FILE" else word for word in words])
    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1


def test_standard_input_works_from_a_shell_without_any_database(tmp_path) -> None:
    """The database is named on a server that does not answer; nobody asks it."""
    environment = {
        **os.environ,
        "CCS_VAR": str(tmp_path),
        "CCS_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "rehearse", "grading", "-"],
        cwd=ROOT,
        input=json.dumps(example("sequence")),
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["tiers"] == ["B", "B", "A", "A", "A", "A", "B", "B", "A"]
    assert not list(tmp_path.glob("*.sqlite3"))
