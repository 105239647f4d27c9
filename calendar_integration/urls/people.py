"""Addresses of Office 365."""

from django.urls import path

from calendar_integration.views.admin_consent import admin_consent
from calendar_integration.views.approval import approval
from calendar_integration.views.connection import authorize, callback, leave, outcome
from calendar_integration.views.contacts import contact_list
from calendar_integration.views.invitations import answer_meeting
from calendar_integration.views.meetings import mailbox_status_fragment, meeting_list

urlpatterns = [
    path("meetings/", meeting_list, name="meetings"),
    path("meetings/status/", mailbox_status_fragment, name="mailbox_status"),
    path("meetings/<int:meeting_id>/answer/", answer_meeting, name="answer_meeting"),
    path("contacts/", contact_list, name="contacts"),
    path("office365/authorize/", authorize, name="office365_authorize"),
    path("office365/leave/", leave, name="office365_leave"),
    path("office365/admin-consent/", admin_consent, name="office365_admin_consent"),
    path("office365/callback/", callback, name="office365_callback"),
    path("office365/approval/", approval, name="office365_approval"),
    path("office365/outcome/<slug:reference>/", outcome, name="office365_outcome"),
]
