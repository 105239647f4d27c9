"""What the profile page shows of a person's connection."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.requests import signed_in_user
from calendar_integration import admin_consent, scopes
from calendar_integration.models import CalendarService, Connection
from calendar_integration.status import mailbox_status


def connection_panel(request: HttpRequest) -> SafeString:
    """The panel, rendered."""
    user = signed_in_user(request)
    status, connection = mailbox_status(user), Connection.objects.filter(user=user).first()
    service = CalendarService.objects.ready().filter(account=user.account_id).first()
    may_agree = service is not None and not status.obstacle and admin_consent.is_offered(user.account)
    context = {
        "status": status,
        "connection": connection,
        "permissions": scopes.in_words(status.permissions),
        "service": service,
        "may_agree": may_agree,
    }
    return render_to_string("calendar_integration/_panel.html", context, request)
