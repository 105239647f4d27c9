"""Addresses of the audit log."""

from django.urls import path

from accounts.views.audit_log import audit_csv, audit_log

urlpatterns = [
    path("account/audit/", audit_log, name="audit_log"),
    path("account/audit.csv", audit_csv, name="audit_csv"),
]
