"""The Celery application: each app's tasks are found in its `tasks` module."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready

from calendar_integration import clock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("atrium")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def keep_what_is_loaded(**_signal: Any) -> None:
    """Python need not look through its modules again for what nobody needs: a twentieth of the work of reading pages.

    Before processes are forked, so that they share these pages of memory.
    """
    gc.collect()
    gc.freeze()


@worker_init.connect
def look_at_the_clock(**_signal: Any) -> None:
    """Take no mailbox by a clock that may be minutes off."""
    clock.look_first()


@worker_ready.connect
def say_ready(**_signal: Any) -> None:
    """Be seen by /readyz at once, rather than when beat first asks."""
    app.send_task("portal.worker_heartbeat")
