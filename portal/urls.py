"""Every address of the portal, by the app that answers it."""

from django.urls import include, path

from portal.health import healthz, readyz
from portal.home import home
from portal.metrics import metrics

urlpatterns = [
    path("", home, name="home"),
    path("", include("portal.overview.urls")),
    path("", include("sso.urls")),  # before the many of accounts: sign-ins come by here
    path("", include("accounts.urls")),
    path("", include("calendar_integration.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
