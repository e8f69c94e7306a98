"""Which tests must run in one process of a parallel run, because they share something costly or disturb each other.

The marker `xdist_group` alone no longer does it: pytest 9.2 keeps the identity of a test where xdist 3.8 does not write the
group, so every worker would start a product of its own. The order to schedulers is public and independent of that.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

#: where a test lies -> what it shares
GROUPS = {
    "tests/journeys/": "product",
    "tests/browser/": "product",
    "tests/operations/": "operations",
    "tests/queue/test_worker_processes.py": "operations",
    "tests/kit/test_write_queue.py::test_sixteen_writing_processes": "operations",
    "tests/tasks/test_in_a_browser.py": "browser",
}


def group_of(nodeid: str) -> str:
    """What a test shares; a test that shares nothing is a group of its own."""
    return next((group for place, group in GROUPS.items() if nodeid.startswith(place)), nodeid)


class Together(LoadScopeScheduling):
    """One test after the other to whichever process is free, but groups as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together | None:
    """Take the place of `--dist loadgroup`; other ways of sharing stay as asked for."""
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None
