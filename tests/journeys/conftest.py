"""One running product for all journeys of a test process: starting it takes half a minute."""

import pytest

from tests.journeys.product import Product


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    """The product after its first start, with the demo network, before the main job was played by anybody but the supervisor."""
    running = Product(tmp_path_factory.mktemp("product") / "var").start()
    try:
        running.wait_for_line("Ready in", seconds=180)
        running.wait_for_line("demo: ", seconds=20)
        running.wait_for_line("make demo` plays it again", seconds=240)
        yield running
    finally:
        running.stop()
