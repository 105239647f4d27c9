"""Numbers for monitoring, as Prometheus reads them: https://prometheus.io/docs/instrumenting/exposition_formats/."""

from collections.abc import Iterator, Mapping
from hmac import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0, generate_latest
from prometheus_client.registry import Collector

from calendar_integration.health import figures
from calendar_integration.health.figures import Figures
from portal.health import database_answers, queue_lengths, redis_and_worker


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers of the whole installation, to whoever brings METRICS_TOKEN; without a token there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Mailboxes())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_1_0_0)


class Mailboxes(Collector):
    """How the mailboxes stand at the moment they are asked for. Times are in seconds."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every metric; where the database does not answer, only that."""
        is_up = database_answers()
        for part, answers in {"database": is_up, **redis_and_worker()}.items():
            yield _one(f"atrium_{part}_up", f"1 where the {part} answers.", answers)
        yield _by("atrium_queue_tasks", "Tasks that no worker has taken yet, by queue.", "queue", queue_lengths())
        if is_up:
            yield from _of_mailboxes(figures.of_everyone())


def _of_mailboxes(found: Figures) -> Iterator[GaugeMetricFamily]:
    yield _by("atrium_connections", "Connections by how they stand.", "state", found.by_standing)
    yield _by("atrium_mailboxes_by_age", "Mailboxes by the age of their last good sync.", "age", found.by_age)
    yield _by("atrium_mailboxes_failing", "Mailboxes whose last try failed, by class.", "error", found.by_kind)
    yield _one("atrium_mailboxes_being_read", "Mailboxes that a worker holds.", found.being_read)
    yield _one("atrium_accounts_paused", "Accounts that pause for a common cause.", found.paused_accounts)
    yield _one("atrium_oldest_sync_age_seconds", "Age of the oldest last good sync.", found.oldest_sync.total_seconds())
    yield _one(
        "atrium_oldest_due_age_seconds",
        "For how long the longest due mailbox has waited to be queued.",
        found.oldest_due.total_seconds(),
    )
    yield _one(
        "atrium_queue_lag_seconds",
        "For how long the longest queued mailbox has waited for a worker; queued anew after 120.",
        found.longest_queued.total_seconds(),
    )


def _one(name: str, help_: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_, value=float(value))


def _by(name: str, help_: str, label: str, numbers: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for value, number in numbers.items():
        family.add_metric([value], number)
    return family
