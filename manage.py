#!/usr/bin/env python
"""The command line of Car Cloud Store."""

import os
import sys


def main() -> None:
    """Hand the words of the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudstore.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
