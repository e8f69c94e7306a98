"""Test databases of SQLite from a template, as Django knows it for PostgreSQL: `TEST["TEMPLATE"]` names a migrated file."""

import shutil
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import creation


class DatabaseCreation(creation.DatabaseCreation):
    """Django's, plus the template."""

    def _create_test_db(self, verbosity: int, autoclobber: bool, keepdb: bool = False) -> Any:
        """The name of the test database, empty or a copy of the template. A journal that a killed run left goes too."""
        name: Any = super()._create_test_db(verbosity, autoclobber, keepdb)  # type: ignore[misc]
        template = self.connection.settings_dict["TEST"].get("TEMPLATE")
        if not self.is_in_memory_db(name) and not keepdb:
            for leftover in ("-wal", "-shm"):
                Path(f"{name}{leftover}").unlink(missing_ok=True)
            if template:
                shutil.copyfile(template, name)
        return name
