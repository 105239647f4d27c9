"""A CSV import between its preview and its confirmation."""

from django.conf import settings
from django.db import models

from accounts.models.account import Account


class PendingImport(models.Model):
    """The checked rows of a file, kept on the server so that what was previewed is what is written."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    file_name = models.CharField(max_length=200)
    rows = models.JSONField()

    def __str__(self) -> str:
        return self.file_name
