"""Single sign-on as a Django app."""

from django.apps import AppConfig

from accounts.extensions import add_obstacle


class SsoConfig(AppConfig):
    name = "sso"

    def ready(self) -> None:
        """Say when an account cannot do without passwords."""
        from sso.password_policy import nothing_else_to_sign_in_with  # noqa: PLC0415 - needs models

        add_obstacle(nothing_else_to_sign_in_with)
