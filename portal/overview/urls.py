"""Addresses of the Overview and its guides."""

from django.urls import path

from portal.overview.views import federation_attest, federation_take_back, guide, overview

urlpatterns = [
    path("overview/", overview, name="overview"),
    path("overview/federation/", federation_attest, name="federation_attest"),
    path("overview/federation/take-back/", federation_take_back, name="federation_take_back"),
    path("overview/guides/<slug:slug>/", guide, name="guide"),
]
