"""What the profile page shows of a person's connection."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.requests import signed_in_user
from calendar_integration import scopes
from calendar_integration.mailbox_status.status_reading import mailbox_status
from calendar_integration.models import Connection, ConnectionState

PANEL = "office365"  # its place on the profile page


def connection_panel(request: HttpRequest) -> SafeString:
    """The panel, rendered."""
    user = signed_in_user(request)
    status, connection = mailbox_status(user), Connection.objects.filter(user=user).first()
    context = {
        "status": status,
        "connection": connection,
        "has_mailbox": connection is not None and connection.connected_at is not None,
        # Whoever has been at Microsoft goes back there at once; everybody else is led through the steps.
        "is_one_click": status.can_connect and status.state != ConnectionState.NONE,
        "permissions": scopes.in_words(status.permissions),
    }
    return render_to_string("calendar_integration/_panel.html", context, request)
