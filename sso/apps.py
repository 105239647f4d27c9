"""Single sign-on as a Django app."""

from django.apps import AppConfig

from accounts.extensions import add_farewell, add_obstacle


class SsoConfig(AppConfig):
    name = "sso"

    def ready(self) -> None:
        """Say when an account cannot do without passwords, and where people go on to when they sign out."""
        # They need models, which are not there before this method.
        from sso.password_policy import nothing_else_to_sign_in_with  # noqa: PLC0415
        from sso.single_logout.ours import farewell  # noqa: PLC0415

        add_farewell(farewell)
        add_obstacle(nothing_else_to_sign_in_with)
