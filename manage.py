#!/usr/bin/env python
"""Django's command line, on the embedded database where DATABASE_URL names no other."""

import os
import sys

from django.core.management import execute_from_command_line

from portal import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    embedded.provide()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
