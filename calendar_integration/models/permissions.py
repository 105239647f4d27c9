"""What was authorized, or is to be: the same three columns wherever it matters."""

from django.db import models

from calendar_integration import ews_url
from calendar_integration.integration_setting import (
    CALENDARS,
    CONTACTS,
    METHODS,
    CalendarAccess,
    ContactAccess,
    Method,
    Permissions,
)


class WithPermissions(models.Model):
    """A row that knows with which permissions a mailbox is reached; by EWS, where it has the server's address too."""

    method = models.CharField(max_length=5, choices=METHODS, default=Method.GRAPH.value)
    calendar_access = models.CharField(max_length=9, choices=CALENDARS, default=CalendarAccess.READ.value)
    contact_access = models.CharField(max_length=4, choices=CONTACTS, default=ContactAccess.READ.value)

    class Meta:
        abstract = True

    @property
    def permissions(self) -> Permissions:
        """The columns as one value."""
        return permissions_of(self.method, self.calendar_access, self.contact_access, str(getattr(self, "ews_url", "")))

    @permissions.setter
    def permissions(self, permissions: Permissions) -> None:
        self.method = permissions.method.value
        self.calendar_access = permissions.calendars.value
        self.contact_access = permissions.contacts.value


def permissions_of(method: str, calendar_access: str, contact_access: str, address: str = "") -> Permissions:
    """These columns as one value; `address` is the Exchange server's."""
    host = ews_url.host_of(address) if method == Method.EWS else ""
    return Permissions(Method(method), CalendarAccess(calendar_access), ContactAccess(contact_access), host)
