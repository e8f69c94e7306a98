"""The main job, end to end, as `make run` plays it: a task goes out, a video comes back, leads come in, facts add up."""

import json

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("product"), pytest.mark.timeout(600)]


def reconcile(product):
    """What came in and what became of it."""
    told = product.manage("reconcile", "--json")
    assert told.returncode == 0, told.stderr
    figures = json.loads(told.stdout)
    return {"total": figures.get("total", figures)}


def adds_up(figures):
    """raw = pending + created + joined + duplicate + rejected."""
    return figures["raw"] == sum(figures[name] for name in ("pending", "created", "joined", "duplicate", "rejected"))


def test_the_first_start_plays_the_main_job_to_its_end(product):
    assert any("demo: done" in line for line in product.lines), "\n".join(product.lines)


def test_playing_it_again_ends_well_and_adds_as_much_again(product):
    before = reconcile(product)
    again = product.manage("demo")
    assert again.returncode == 0, again.stdout + again.stderr
    after = reconcile(product)
    assert adds_up(before) and adds_up(after)
    assert after["created"] >= before["created"] + 4
    assert after["pending"] == 0


def test_web_and_worker_killed_in_the_middle_lose_nothing(product):
    before = reconcile(product)
    import subprocess
    import sys

    from tests.journeys.product import ROOT

    walk = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=product.environment
        | {"CCS_SITE_URL": product.url, "CCS_DOUYIN_BASE_URL": f"http://127.0.0.1:{product.port + 100}"},
    )
    said = []
    assert walk.stdout is not None
    for line in walk.stdout:
        said.append(line)
        if "uploaded" in line:
            product.kill("worker")
        if "approved" in line:
            product.kill("web")
        if "lead" in line and "kill" not in "".join(said):
            product.kill("worker")
            said.append("kill")
    assert walk.wait(240) == 0, "".join(said)
    after = reconcile(product)
    assert adds_up(after)
    assert after["created"] >= before["created"] + 4


def test_an_unknown_address_of_the_product_names_the_step(product):
    failed = product.manage("demo", "--url", "http://127.0.0.1:9")
    assert failed.returncode == 1
    assert "failed" in failed.stdout + failed.stderr
