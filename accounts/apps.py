"""The ground floor as a Django app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out

from accounts.extensions import on_deactivation


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Register the settings; whoever signs in has a session that is kept, and has accepted their invitation."""
        # They need models, which are not there before this method.
        from accounts import setting_definitions  # noqa: PLC0415
        from accounts.signing_in import sessions  # noqa: PLC0415
        from accounts.users import invitations  # noqa: PLC0415

        setting_definitions.register()
        user_logged_in.disconnect(dispatch_uid="update_last_login")  # sessions.remember does it
        user_logged_in.connect(sessions.remember, dispatch_uid="accounts.sessions")
        user_logged_out.connect(sessions.forget, dispatch_uid="accounts.sessions")
        on_deactivation(sessions.end_all)
        user_logged_in.connect(invitations.signed_in, dispatch_uid="accounts.invitations")
