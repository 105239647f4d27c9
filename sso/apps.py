"""Single sign-on as a Django app."""

from django.apps import AppConfig

from accounts.extensions import add_dependent, add_farewell, add_obstacle, add_way_in


class SsoConfig(AppConfig):
    name = "sso"

    def ready(self) -> None:
        """Say when an account cannot do without passwords, where people go on to, and what goes with a group."""
        # They need models, which are not there before this method.
        from sso.mapping.group_end import MappingRules  # noqa: PLC0415
        from sso.password_policy import is_in_use, nothing_else_to_sign_in_with  # noqa: PLC0415
        from sso.single_logout.ours import farewell  # noqa: PLC0415

        add_dependent(MappingRules())
        add_farewell(farewell)
        add_obstacle(nothing_else_to_sign_in_with)
        add_way_in(is_in_use)
