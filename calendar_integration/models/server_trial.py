"""Questions put to servers that people named, so that nobody uses Atrium to knock on other people's doors."""

from django.conf import settings
from django.db import models

from accounts.models import Account


class ServerTrial(models.Model):
    """One question to one server, on behalf of the person who typed its address. Kept for a day."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    host = models.CharField(max_length=253)
    tried_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "tried_at"], name="server_trials_of_account"),
            models.Index(fields=["tried_at"], name="server_trials_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.host} for {self.user_id}"
