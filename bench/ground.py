"""The ground that measurements stand on: an embedded PostgreSQL and a portal that are gone afterwards."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from portal import embedded


def prepare() -> Path:
    """Start PostgreSQL in a temporary folder and Django on top of it; answers the folder. Call it once a process.

    Whatever database the environment names is left alone.
    """
    folder = Path(tempfile.mkdtemp(prefix="atrium-bench-"))
    # Exit handlers run backwards: PostgreSQL, which registers its own when it starts, stops before its folder goes.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for named in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(named, None)
    os.environ.update(
        ATRIUM_VAR=str(folder),
        DJANGO_SETTINGS_MODULE="portal.settings",
        ALLOWED_HOSTS="testserver",  # what Django's test client calls us
        LOG_LEVEL="ERROR",
    )
    embedded.provide()
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
    django.setup()
    return folder


@contextmanager
def throw_away_database() -> Iterator[None]:
    """A database with every table and no row; its connections are closed at the end, and it goes with the process."""
    call_command("migrate", verbosity=0)
    try:
        yield
    finally:
        connections.close_all()
