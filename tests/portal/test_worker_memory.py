"""What a worker has loaded is not looked through again for what nobody needs."""

import gc
from collections.abc import Iterator

import pytest
from celery.signals import worker_init

from portal import celery


@pytest.fixture(autouse=True)
def _looked_through_again() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_a_worker_that_starts_sets_aside_what_is_loaded() -> None:
    assert gc.get_freeze_count() == 0
    worker_init.send(sender=None)
    assert gc.get_freeze_count() > 10_000
    assert celery.app.main == "atrium"
