"""Addresses of domains, certificates, the sign-in log, confirmations and single logout."""

from django.urls import URLPattern, path

from sso.views.confirmation import confirm, waiting
from sso.views.domains import check_domain, domain, domains, remove_domain, unknown_domain
from sso.views.keys import certificates, change_certificates, download_certificate
from sso.views.logout import leave, logout
from sso.views.sign_in_log import sign_in_log

urlpatterns: list[URLPattern] = [
    path("account/sso/domains/", domains, name="sso_domains"),
    path("account/sso/domains/unknown/", unknown_domain, name="sso_unknown_domain"),
    path("account/sso/domains/<int:domain_id>/", domain, name="sso_domain"),
    path("account/sso/domains/<int:domain_id>/check/", check_domain, name="sso_domain_check"),
    path("account/sso/domains/<int:domain_id>/remove/", remove_domain, name="sso_domain_remove"),
    path("account/sso/certificates/", certificates, name="sso_certificates"),
    path("account/sso/certificates/<slug:change>/", change_certificates, name="sso_certificates_change"),
    path("account/sso/certificates/<int:key_id>.pem", download_certificate, name="sso_certificate"),
    path("account/sso/log/", sign_in_log, name="sso_log"),
    path("sso/<slug:vanity>/confirm/<str:token>/", confirm, name="sso_confirm"),
    path("sso/<slug:vanity>/waiting/<str:ticket>/", waiting, name="sso_waiting"),
    path("sso/<slug:vanity>/leave/<str:ticket>/", leave, name="sso_leave"),
    path("sso/<slug:vanity>/logout/", logout, name="sso_logout"),
]
