"""A mail that is ready to be sent to an Office 365 admin, by whoever knows them."""

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from calendar_integration.company_consent import agreement, consent_links
from calendar_integration.models import CalendarService, ConsentLink


@dataclass(frozen=True)
class Mail:
    """Plain text, to copy or to open in a mail program."""

    subject: str
    body: str

    @property
    def address(self) -> str:
        """What opens it in a mail program, without a recipient."""
        return f"mailto:?subject={quote(self.subject)}&body={quote(self.body)}"


def compose(sender: User, service: CalendarService, link: ConsentLink | None) -> Mail:
    """From this person; without a link it says who can make one."""
    permissions = agreement.of_row(link, sender.account) if link else agreement.wanted(service)
    context = {
        "sender": sender,
        "account": sender.account,
        "service": service,
        "permissions": agreement.asked_for(permissions),
        "link": link,
        "address": consent_links.address(link) if link else "",
        "page": settings.PORTAL_URL + reverse("calendar_integration"),
        "client_id": settings.MS_CLIENT_ID,
    }
    subject = render_to_string("calendar_integration/consent_request/for_office_subject.txt", context)
    body = render_to_string("calendar_integration/consent_request/for_office.txt", context)
    return Mail(" ".join(subject.split()), f"{body.strip()}\n")
