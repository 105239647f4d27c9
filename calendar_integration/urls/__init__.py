"""Addresses of Office 365, by what they are about."""

from calendar_integration.urls import approval, company, hooks, people, profile

urlpatterns = [
    *people.urlpatterns,
    *profile.urlpatterns,
    *approval.urlpatterns,
    *company.urlpatterns,
    *hooks.urlpatterns,
]
