from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calendar_integration", "0004_permissions"),
    ]

    operations = [
        migrations.AddField(
            model_name="authorizationattempt",
            name="refused_by_microsoft",
            field=models.BooleanField(
                default=False,
                help_text="Its token endpoint told us how it ended; what a browser brings may be typed by anybody.",
            ),
        ),
        migrations.AddIndex(
            model_name="authorizationattempt",
            index=models.Index(fields=["ended_at"], name="attempts_by_age"),
        ),
    ]
