"""Items that cannot be read are named; mailboxes that are missing are so since a moment; empty circuits go."""

from typing import Any

from django.db import migrations, models


def forget_empty_circuits(apps: Any, _schema_editor: Any) -> None:
    """Rows that say nothing of their account: no success would ever have taken them away."""
    apps.get_model("calendar_integration", "Circuit").objects.filter(cause="other").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("calendar_integration", "0013_one_index_of_streams"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="no_mailbox_at",
            field=models.DateTimeField(help_text="When it was first said, in a row, that there is none.", null=True),
        ),
        migrations.AddField(
            model_name="stream",
            name="unreadable",
            field=models.JSONField(db_default=[], default=list, help_text="Ids of items that could not be read."),
        ),
        migrations.RunPython(forget_empty_circuits, migrations.RunPython.noop),
    ]
