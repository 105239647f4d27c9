"""Addresses of waiting for an Office 365 admin, and consent links."""

from django.urls import path

from calendar_integration.views.approval import ask_for_approval
from calendar_integration.views.consent_admin import consent_mail, create_link, revoke_link, waiting_people
from calendar_integration.views.consent_link import consent_link, consent_link_result, leave_by_consent_link

urlpatterns = [
    path("office365/approval/request/", ask_for_approval, name="office365_ask_for_approval"),
    path("consent/<str:signed>/", consent_link, name="consent_link"),
    path("consent/<str:signed>/continue/", leave_by_consent_link, name="consent_link_continue"),
    path("consent/<str:signed>/result/", consent_link_result, name="consent_link_result"),
    path("rooms/calendar-integration/waiting/", waiting_people, name="consent_waiting"),
    path("rooms/calendar-integration/consent/mail/", consent_mail, name="consent_mail"),
    path("rooms/calendar-integration/consent/links/", create_link, name="consent_link_create"),
    path("rooms/calendar-integration/consent/links/<int:link_id>/revoke/", revoke_link, name="consent_link_revoke"),
]
