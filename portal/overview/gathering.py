"""The facts of the checklist, in a constant number of queries however many people there are."""

from django.conf import settings
from django.utils import timezone

from accounts.models import Domain, SettingValue, User
from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.reading import standing
from calendar_integration.integration_setting import Integration
from calendar_integration.models import ACTIVE_STATES, AskMode, CalendarService, Connection, ConsentRequest
from calendar_integration.setting_definitions import ASK, INTEGRATION
from portal.overview.checklist import Checklist, decide
from portal.overview.facts import Facts
from sso.models import IdentityProvider, ProviderDraft


def checklist_of(viewer: User) -> Checklist:
    """How it stands with the account of this owner or admin."""
    return decide(gather(viewer))


def gather(viewer: User) -> Facts:
    """The facts: ten queries."""
    account = viewer.account
    proven = dict(Domain.objects.filter(account=account).order_by("name").values_list("name", "proven_at"))
    values = standing(account, [INTEGRATION.key, ASK.key])
    connections = Connection.objects.filter(account=account, state__in=ACTIVE_STATES)
    groups = SettingValue.objects.filter(account=account, tier=Tier.GROUP, key=ASK.key)
    return Facts(
        now=timezone.now(),
        role=viewer.get_role_display(),
        company=account.name,
        proven_domains=tuple(name for name, at in proven.items() if at),
        has_unproven_domains=any(at is None for at in proven.values()),
        provider=IdentityProvider.objects.filter(account=account).first(),
        draft=ProviderDraft.objects.filter(account=account).first(),
        service=CalendarService.objects.filter(account=account).first(),
        has_client=bool(settings.MS_CLIENT_ID),
        people_waiting=ConsentRequest.objects.filter(account=account, told_at=None).count(),
        integration=Integration.of(values[INTEGRATION.key].value),
        ask=AskMode(values[ASK.key].value),
        groups_with_own_ask=groups.count(),
        people=User.objects.filter(account=account, is_active=True).count(),
        connected=connections.count(),
        viewer_is_connected=connections.filter(user=viewer).exists(),
    )
