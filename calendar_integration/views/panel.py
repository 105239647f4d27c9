"""What the profile page shows of a person's connection."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.requests import signed_in_user
from calendar_integration.models import Connection
from calendar_integration.scopes import IN_WORDS, WANTED
from calendar_integration.status import mailbox_status


def connection_panel(request: HttpRequest) -> SafeString:
    """The panel, rendered."""
    user = signed_in_user(request)
    context = {
        "status": mailbox_status(user),
        "connection": Connection.objects.filter(user=user).first(),
        "permissions": [IN_WORDS[scope] for scope in WANTED],
    }
    return render_to_string("calendar_integration/_panel.html", context, request)
