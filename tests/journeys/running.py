"""One running product for all journeys of a test process, told by hand, by command or in browsers: starting it takes half a minute."""

import os
from pathlib import Path

import pytest

from tests.journeys.product import Product


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    """The product after its first start: the demo network is loaded and the supervisor has played the main job once.

    CCS_TEST_PRODUCT names the data folder of a product that runs already: the stories are then its smoke test.
    """
    elsewhere = os.environ.get("CCS_TEST_PRODUCT")
    if elsewhere:
        yield Product.already_running(Path(elsewhere))
        return
    running = Product(tmp_path_factory.mktemp("product") / "var").start()
    try:
        running.wait_for_line("Ready in", seconds=180)
        running.wait_for_line("demo: ", seconds=20)
        running.wait_for_line("make demo` plays it again", seconds=240)
        yield running
    finally:
        running.stop()
