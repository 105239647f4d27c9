"""The settings of signing in."""

from datetime import timedelta

from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import EVERY_TIER, SettingDefinition, Tier
from accounts.tiered_settings.kinds import Choice, Switch

TAB, SECTION = "Security", "Sign-in"
NEVER = "never"
# How long somebody may be idle, by the words that are stored.
IDLE_LIMITS = {
    "15-minutes": timedelta(minutes=15),
    "1-hour": timedelta(hours=1),
    "4-hours": timedelta(hours=4),
    "12-hours": timedelta(hours=12),
    "1-day": timedelta(days=1),
}

PASSWORD_SIGN_IN = SettingDefinition(
    key="security.password_sign_in",
    title="Sign in with e-mail and password",
    description=(
        "Off: these people use single sign-on. Whoever is signed in stays so. Owners keep their password for "
        "emergencies, and the audit log says when they use it."
    ),
    default=True,
    tiers=frozenset({Tier.ACCOUNT, Tier.GROUP}),
    kind=Switch(),
    tab=TAB,
    section=SECTION,
    for_account_admins=True,
)
IDLE_TIMEOUT = SettingDefinition(
    key="security.idle_timeout",
    title="Sign people out when idle",
    description="After this time without activity they sign in again. An open page alone is no activity.",
    default=NEVER,
    tiers=EVERY_TIER,
    kind=Choice(
        (
            (NEVER, "Never, but after 14 days at the latest"),
            ("15-minutes", "After 15 minutes"),
            ("1-hour", "After 1 hour"),
            ("4-hours", "After 4 hours"),
            ("12-hours", "After 12 hours"),
            ("1-day", "After 1 day"),
        ),
        label="Sign out",
    ),
    tab=TAB,
    section=SECTION,
)


def register() -> None:
    """Make them known."""
    registry.register(PASSWORD_SIGN_IN)
    registry.register(IDLE_TIMEOUT)
