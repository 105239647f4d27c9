"""Addresses of the settings of the account, of groups, of people, and one's own: the same pages for each."""

from django.urls import URLPattern, path

from accounts.views.settings.change import change_setting
from accounts.views.settings.page import settings_page
from accounts.views.settings.people import affected_people
from accounts.views.settings.why import why


def settings_of(route: str, prefix: str) -> list[URLPattern]:
    """The pages of one kind of place."""
    this = {"route": route}
    change = f"{prefix}change/<str:key>/<slug:action>/"
    return [
        path(prefix, settings_page, this, name=f"{route}_settings"),
        path(f"{prefix}<slug:tab>/", settings_page, this, name=f"{route}_settings_tab"),
        path(f"{prefix}why/<str:key>/", why, this, name=f"{route}_why"),
        path(change, change_setting, this, name=f"{route}_change"),
        path(f"{change}people/", affected_people, this, name=f"{route}_people"),
        path(f"{change}people.csv", affected_people, {**this, "as_csv": True}, name=f"{route}_people_csv"),
    ]


urlpatterns = [
    *settings_of("account", "account/settings/"),
    *settings_of("group", "groups/<int:target_id>/settings/"),
    *settings_of("user", "users/<int:target_id>/settings/"),
    *settings_of("my", "settings/"),
]
