"""The simulator's page. For owners and admins; it changes nothing."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.models import Account, Group, User
from accounts.permissions import require_admin
from accounts.requests import query_text
from accounts.views.settings.page import FIRST_TAB
from calendar_integration.authorization.prompt import Verdict
from sso.mapping import reading
from sso.models import IdentityProvider, MappingRule, SignInAttempt
from sso.simulator import from_log, words
from sso.simulator.forms import SimulatorForm
from sso.simulator.pasted import with_email
from sso.simulator.simulation import Simulation, simulate
from sso.who import Answer

ATTEMPTS_OFFERED = 10
RULES_SHOWN = 200
LARGEST_ID = 2**63 - 1


@require_http_methods(["GET", "POST"])
def simulator(request: HttpRequest) -> HttpResponse:
    """Ask for attributes, or show what a sign-in with them would do. `attempt` in the query fills them in."""
    user = require_admin(request)
    if request.method == "GET":
        attempt = _attempt(user.account, query_text(request, "attempt", longest=20))
        initial = from_log.filled_in(attempt) if attempt else {}
        shortened = attempt is not None and from_log.is_shortened(attempt.attributes)
        return _page(request, user, SimulatorForm(initial=initial), chosen=attempt, shortened=shortened)
    form = SimulatorForm(request.POST)
    if not form.is_valid():
        return _page(request, user, form, status=422)
    return _page(request, user, form, **_simulated(user.account, form))


def _simulated(account: Account, form: SimulatorForm) -> dict[str, Any]:
    """The simulation as the template takes it."""
    data = form.cleaned_data
    provider = IdentityProvider.objects.select_related("account").filter(account=account).first()
    attributes = with_email(data["attributes"], data["email"].lower(), reading.names_of(account))
    answer = Answer(attributes, data["name_id"], data["name_id_format"])
    simulation = simulate(provider or IdentityProvider(account=account), answer)
    return {
        "simulation": simulation,
        "who_in_words": words.who_in_words(simulation.who),
        "rules": words.rule_lines(simulation, _groups_of_rules(account))[:RULES_SHOWN],
        "has_provider": provider is not None,
        **_result(simulation),
    }


def _result(simulation: Simulation) -> dict[str, Any]:
    result = simulation.result
    if result is None:
        return {}
    in_order = sorted(result.settings, key=lambda setting: setting.definition.tab != FIRST_TAB)
    lines = [words.setting_line(setting) for setting in in_order]
    return {
        "result": result,
        "settings": sorted(lines, key=lambda line: not line.before),
        "opens": result.verdict is Verdict.REDIRECT,
        "verdict": words.VERDICTS[result.verdict],
    }


def _groups_of_rules(account: Account) -> list[Group]:
    named = MappingRule.objects.filter(account=account, group__isnull=False).values("group")
    return list(Group.objects.filter(account=account, pk__in=named))


def _attempts(account: Account) -> QuerySet[SignInAttempt]:
    """Those whose answer was verified and said something, the newest first."""
    return SignInAttempt.objects.filter(account=account).exclude(attributes={}).order_by("-id")


def _attempt(account: Account, wanted: str) -> SignInAttempt | None:
    """The attempt with this id or reference; "last" is the newest."""
    attempts = _attempts(account)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < len(str(LARGEST_ID)):
        attempts = attempts.filter(pk=int(wanted))
    elif wanted != "last":
        attempts = attempts.filter(reference=wanted)
    return attempts.first() if wanted else None


def _page(request: HttpRequest, user: User, form: SimulatorForm, *, status: int = 200, **shown: Any) -> HttpResponse:
    attempts = _attempts(user.account)[:ATTEMPTS_OFFERED]
    context = {"form": form, "attempts": attempts, "result": None, **shown}
    return render(request, "sso/simulator/simulator.html", context, status=status)
