"""Office 365 as a Django app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from accounts.extensions import (
    add_consequence,
    add_profile_panel,
    add_remark,
    add_trial,
    add_user_column,
    on_deactivation,
)


class CalendarIntegrationConfig(AppConfig):
    name = "calendar_integration"

    def ready(self) -> None:
        """Register the settings, and hang what is known of connections into the pages and changes of accounts."""
        # They need models, which cannot be imported before the apps are ready.
        from calendar_integration import clock, setting_definitions  # noqa: PLC0415
        from calendar_integration.ending import disconnecting  # noqa: PLC0415
        from calendar_integration.exchange_servers import server_trials  # noqa: PLC0415
        from calendar_integration.mailbox_status.user_column import ConnectionColumn  # noqa: PLC0415
        from calendar_integration.remaining import who_stays_connected  # noqa: PLC0415
        from calendar_integration.views.panel import connection_panel  # noqa: PLC0415

        connection_created.connect(clock.compare)
        setting_definitions.register()
        add_remark(setting_definitions.INTEGRATION.key, who_stays_connected)
        add_trial(setting_definitions.INTEGRATION.key, server_trials.try_value)
        add_profile_panel(connection_panel)
        add_user_column(ConnectionColumn())
        add_consequence(disconnecting.enforce)
        on_deactivation(disconnecting.person_deactivated)
