"""The log as rows of a file, read in batches: its memory does not depend on how many there are."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from accounts.models import AuditEvent

BATCH = 2_000
HEADER = (
    "at", "actor", "action", "target_type", "target", "before", "after", "reason", "reference", "address"
)  # fmt: skip


def rows(events: QuerySet[AuditEvent], *, before: int) -> Iterator[tuple[Any, ...]]:
    """What fits, newest first, up to the row with this id, which keeps the file from growing while it is read."""
    # As text, so that the database's JSON is passed on instead of being read and written again.
    as_text = events.annotate(was=Cast("before", TextField()), became=Cast("after", TextField()))
    columns = as_text.order_by("-pk").values_list(
        "pk", "at", "actor_label", "action", "target_type", "target_label",
        "was", "became", "reason", "reference", "address",
    )  # fmt: skip
    while batch := list(columns.filter(pk__lt=before)[:BATCH]):
        for _pk, at, *others in batch:
            yield (at.astimezone(UTC).isoformat(), *others)
        before = batch[-1][0]
