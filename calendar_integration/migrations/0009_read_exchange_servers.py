"""Mailboxes on Exchange servers were authorized and never due; now they are read."""

from typing import Any

from django.db import migrations
from django.utils import timezone


def make_due(apps: Any, _schema_editor: Any) -> None:
    connections = apps.get_model("calendar_integration", "Connection").objects
    waiting = connections.filter(method="ews", state__in=["active", "stale"], next_attempt_at=None)
    waiting.update(next_attempt_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("calendar_integration", "0008_scale")]

    operations = [migrations.RunPython(make_due, migrations.RunPython.noop)]
