"""Addresses of setting up single sign-on."""

from django.urls import path

from sso.views.configuration import draft, removing, setup, switching, testing

urlpatterns = [
    path("account/sso/", setup.setup, name="sso_setup"),
    path("account/sso/draft/", draft.draft, name="sso_draft"),
    path("account/sso/draft/metadata/", draft.metadata, name="sso_draft_metadata"),
    path("account/sso/draft/discard/", draft.discard, name="sso_draft_discard"),
    path("account/sso/test/", testing.start, name="sso_test"),
    path("account/sso/test/result/", testing.result, name="sso_test_result"),
    path("account/sso/activate/", switching.activate, name="sso_activate"),
    path("account/sso/vouch/", switching.vouch, name="sso_vouch"),
    path("account/sso/enforce/", switching.enforce, name="sso_enforce"),
    path("account/sso/stop-enforcing/", switching.stop_enforcing, name="sso_stop_enforcing"),
    path("account/sso/off/", switching.switch_off, name="sso_off"),
    path("account/sso/on/", switching.switch_on, name="sso_on"),
    path("account/sso/remove/", removing.remove, name="sso_remove"),
]
