"""The settings of Office 365."""

from collections.abc import Collection

from django.conf import settings

from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import EVERY_TIER, SettingDefinition, Tier
from accounts.tiered_settings.kinds import Choice, Switch
from calendar_integration.integration_setting import Integration, IntegrationKind
from calendar_integration.models.service import AskMode


def named_origins() -> Collection[str]:
    """The origins that an EWS URL may have although they are private: the operator's word, not an administrator's."""
    return frozenset(settings.PRIVATE_URLS_ALLOWED)


_KIND = IntegrationKind(named_origins)

INTEGRATION = SettingDefinition(
    key="office365.integration",
    title="Calendar and contacts integration",
    description="People may connect their Office 365 calendar and contacts.",
    default=_KIND.stored(Integration()),
    tiers=EVERY_TIER,
    kind=_KIND,
)

ASK = SettingDefinition(
    key="office365.ask",
    title="Ask users to integrate Office 365 calendar when they sign in with SSO",
    description="After single sign-on, people without a connection are taken to Microsoft to authorize it.",
    default=AskMode.OFF.value,
    tiers=frozenset({Tier.ACCOUNT, Tier.GROUP}),
    kind=Choice(
        tuple((mode.value, str(mode.label)) for mode in (AskMode.FIRST, AskMode.EVERY)),
        off=AskMode.OFF.value,
        off_label=str(AskMode.OFF.label),
    ),
)

CONSENT = SettingDefinition(
    key="office365.consent_for_account",
    title="Consent to the Office 365 calendar integration on behalf of the entire account",
    description=("Shows “I'm an Office 365 admin and I agree on behalf of the company” when people authorize."),
    default=False,
    tiers=frozenset({Tier.ACCOUNT}),
    kind=Switch(),
)


def register() -> None:
    """Make them known, in the order in which the settings page shows them."""
    for definition in (INTEGRATION, ASK, CONSENT):
        registry.register(definition)
