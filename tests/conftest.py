"""What every test may ask for."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from pytest_django.fixtures import Settings

from calendar_integration.clients import graph_ahead
from calendar_integration.wire import http
from tests.sandbox.running import SECRET, Sandbox, start_sandbox


def pytest_configure() -> None:
    """Static files by their plain names: hashed ones need a collectstatic first."""
    django_settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
    # A cheap hash: slow ones are for attackers.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The audit log's trigger refuses the TRUNCATE that transactional tests clean up with; see accounts/test_audit.py.
    django_settings.DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c atrium.retention=on"

    # Hypothesis reads the whole project for constants before it first draws, which counts as a slow draw.
    hypothesis.settings.register_profile("atrium", suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.load_profile("atrium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright leaves an event loop behind, under which Django refuses to touch the database."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def _microsoft_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with start_sandbox(tmp_path_factory.mktemp("microsoft")) as running:
        yield running


def forget_connections() -> None:
    """Settings are read anew, and nothing that was answered is remembered."""
    http.forget_everything()
    graph_ahead.stop()


@pytest.fixture
def microsoft(_microsoft_process: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """The sandbox as it is on the first day, with the portal's settings pointing at it."""
    _microsoft_process.control("POST", "/reset")
    settings.MS_AUTHORITY_HOST = _microsoft_process.https
    settings.MS_GRAPH_URL = _microsoft_process.graph
    settings.MS_CA_BUNDLE = str(_microsoft_process.data_dir / "ca.pem")
    settings.MS_CLIENT_SECRET = SECRET
    forget_connections()
    yield _microsoft_process
    forget_connections()
    cache.clear()
