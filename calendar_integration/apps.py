"""Office 365 as a Django app."""

from django.apps import AppConfig

from accounts.extensions import add_profile_panel


class CalendarIntegrationConfig(AppConfig):
    name = "calendar_integration"

    def ready(self) -> None:
        """Register the settings, and hang the connection panel into everyone's profile page."""
        # They need models, which cannot be imported before the apps are ready.
        from calendar_integration import setting_definitions  # noqa: PLC0415
        from calendar_integration.views.panel import connection_panel  # noqa: PLC0415

        setting_definitions.register()
        add_profile_panel(connection_panel)
