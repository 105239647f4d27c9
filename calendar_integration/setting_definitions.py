"""The settings of Office 365."""

from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import SettingDefinition, Tier
from accounts.tiered_settings.kinds import Choice
from calendar_integration.models.service import AskMode

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


def register() -> None:
    """Make them known."""
    registry.register(ASK)
