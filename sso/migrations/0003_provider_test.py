from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sso", "0002_configuration")]

    operations = [
        migrations.CreateModel(
            name="ProviderTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("result", models.JSONField(default=dict, help_text="As a draft keeps it.")),
                (
                    "provider",
                    models.OneToOneField(on_delete=models.CASCADE, related_name="last_test", to="sso.identityprovider"),
                ),
            ],
        ),
    ]
