"""Addresses of the company's calendar service."""

from django.urls import URLPattern, path

from calendar_integration.views.company.adding import add
from calendar_integration.views.company.changing import change_permissions, change_tenant
from calendar_integration.views.company.page import calendar_integration
from calendar_integration.views.company.switching import remove, switch

PAGE = "rooms/calendar-integration/"

urlpatterns: list[URLPattern] = [
    path(PAGE, calendar_integration, name="calendar_integration"),
    path(f"{PAGE}add/", add, name="calendar_service_add"),
    path(f"{PAGE}permissions/", change_permissions, name="calendar_service_permissions"),
    path(f"{PAGE}tenant/", change_tenant, name="calendar_service_tenant"),
    path(f"{PAGE}on/", switch, {"is_enabled": True}, name="calendar_service_on"),
    path(f"{PAGE}off/", switch, {"is_enabled": False}, name="calendar_service_off"),
    path(f"{PAGE}remove/", remove, name="calendar_service_remove"),
]
