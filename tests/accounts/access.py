"""Who may open which address: one line for each, and a test that finds the ones without."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern


class Access(Enum):
    """Whom an address is for, of the people who are signed in."""

    SIGNED_IN = "everyone, about themselves"
    OWN = "the one person it belongs to"
    ADMINS = "owners and admins"
    OWNERS = "owners"
    GROUP = "owners, admins, and the group's admins"
    GROUPS = "owners, admins, and admins of any group"
    UPLOADER = "the owner or admin who uploaded it"


SIGNED_IN, OWN, ADMINS, OWNERS, GROUP, GROUPS, UPLOADER = Access


@dataclass(frozen=True)
class Address:
    """`get` and `post` are the answers to somebody who may; nothing is posted, so that what asks first asks again."""

    access: Access
    get: int = 200
    post: int = 405


def settings_pages(prefix: str, access: Access) -> dict[str, Address]:
    """The addresses of one kind of settings page."""
    change = f"{prefix}change/<str:key>/<slug:action>/"
    return {
        prefix: Address(access),
        f"{prefix}<slug:tab>/": Address(access),
        f"{prefix}why/<str:key>/": Address(access),
        change: Address(access, post=422),
        f"{change}people/": Address(access),
        f"{change}people.csv": Address(access),
    }


PRIVATE = {
    "": Address(SIGNED_IN, get=302, post=302),
    "meetings/": Address(SIGNED_IN),
    "meetings/status/": Address(SIGNED_IN),
    "meetings/<int:meeting_id>/answer/": Address(OWN, post=422),
    "contacts/": Address(SIGNED_IN),
    "office365/authorize/": Address(SIGNED_IN, get=302),
    "office365/leave/": Address(SIGNED_IN),
    "office365/approval/": Address(SIGNED_IN, get=302),
    "office365/approval/request/": Address(SIGNED_IN, get=405, post=302),
    "office365/outcome/<slug:reference>/": Address(OWN),
    "rooms/calendar-integration/": Address(ADMINS),
    "rooms/calendar-integration/add/": Address(ADMINS, post=422),
    "rooms/calendar-integration/permissions/": Address(ADMINS, get=302, post=302),  # there is no service
    "rooms/calendar-integration/tenant/": Address(ADMINS, get=302, post=302),  # likewise
    "rooms/calendar-integration/off/": Address(ADMINS, get=302, post=302),
    "rooms/calendar-integration/on/": Address(ADMINS, get=302, post=302),
    "rooms/calendar-integration/remove/": Address(ADMINS, get=302, post=302),
    "rooms/calendar-integration/waiting/": Address(ADMINS),
    "rooms/calendar-integration/consent/mail/": Address(ADMINS, get=302),  # there is no service
    "rooms/calendar-integration/consent/links/": Address(ADMINS, get=405, post=302),
    "rooms/calendar-integration/consent/links/<int:link_id>/revoke/": Address(ADMINS, post=302),
    "profile/": Address(SIGNED_IN, post=422),
    "profile/office365/": Address(SIGNED_IN),
    "profile/office365/authorize/": Address(SIGNED_IN),
    "profile/office365/disconnect/": Address(SIGNED_IN, post=302),  # they are not connected
    "profile/time-zone/": Address(SIGNED_IN, get=405, post=204),
    "profile/sessions/sign-out/": Address(SIGNED_IN, post=302),
    "profile/sessions/<int:session_id>/sign-out/": Address(OWN, post=302),
    "overview/": Address(ADMINS),
    "overview/federation/": Address(ADMINS, get=409, post=409),  # there is no calendar service
    "overview/federation/take-back/": Address(ADMINS, get=409, post=409),  # likewise
    "overview/guides/<slug:slug>/": Address(ADMINS),
    "users/": Address(ADMINS),
    "users/export.csv": Address(ADMINS),
    "users/invite/": Address(ADMINS, post=422),
    "users/create/": Address(ADMINS, post=422),
    "users/import/": Address(ADMINS, post=422),
    "users/import/example.csv": Address(ADMINS),
    "users/import/<int:import_id>/": Address(UPLOADER, post=200),
    "users/<int:user_id>/": Address(ADMINS),
    "users/<int:user_id>/name/": Address(ADMINS, post=422),
    "users/<int:user_id>/role/": Address(ADMINS, post=422),
    "users/<int:user_id>/deactivate/": Address(ADMINS, post=302),
    "users/<int:user_id>/reactivate/": Address(ADMINS, post=302),
    "users/<int:user_id>/invitation/": Address(ADMINS, get=405, post=302),
    "users/<int:user_id>/sessions/": Address(ADMINS),
    "users/<int:user_id>/sessions/sign-out/": Address(ADMINS, post=302),
    "users/<int:user_id>/sessions/<int:session_id>/sign-out/": Address(ADMINS, post=302),
    "groups/": Address(GROUPS),
    "groups/new/": Address(ADMINS, post=422),
    "groups/<int:group_id>/": Address(GROUP),
    "groups/<int:group_id>/details/": Address(ADMINS, post=422),
    "groups/<int:group_id>/delete/": Address(ADMINS, post=200),
    "groups/<int:group_id>/move/": Address(ADMINS, get=302, post=302),
    "groups/<int:group_id>/members/add/": Address(GROUP, get=302, post=422),
    "groups/<int:group_id>/members/<int:person_id>/remove/": Address(GROUP, post=200),
    "groups/<int:group_id>/members/<int:person_id>/admin/": Address(ADMINS, post=302),
    "account/audit/": Address(ADMINS),
    "account/audit.csv": Address(ADMINS),
    "account/sso/": Address(ADMINS),
    "account/sso/draft/": Address(ADMINS, post=422),
    "account/sso/draft/metadata/": Address(ADMINS, post=422),
    "account/sso/draft/discard/": Address(ADMINS, get=302, post=302),  # there is no draft
    "account/sso/test/": Address(ADMINS, get=302),  # likewise
    "account/sso/test/result/": Address(ADMINS, get=302),
    "account/sso/activate/": Address(ADMINS, get=409, post=409),  # likewise
    "account/sso/vouch/": Address(OWNERS, get=405, post=302),
    "account/sso/enforce/": Address(ADMINS, get=409, post=409),  # nothing is in use
    "account/sso/stop-enforcing/": Address(ADMINS, get=409, post=409),
    "account/sso/off/": Address(ADMINS, get=409, post=409),
    "account/sso/on/": Address(ADMINS, get=409, post=409),
    "account/sso/remove/": Address(ADMINS, get=409, post=409),
    "account/sso/domains/": Address(ADMINS, post=422),
    "account/sso/domains/unknown/": Address(ADMINS, get=405, post=422),
    "account/sso/domains/<int:domain_id>/": Address(ADMINS),
    "account/sso/domains/<int:domain_id>/check/": Address(ADMINS, get=405, post=302),
    "account/sso/domains/<int:domain_id>/remove/": Address(ADMINS, post=302),
    "account/sso/certificates/": Address(ADMINS),
    "account/sso/certificates/<slug:change>/": Address(ADMINS, post=409),
    "account/sso/certificates/<int:key_id>.pem": Address(ADMINS),
    "account/sso/log/": Address(ADMINS),
    "account/sso/mapping/": Address(ADMINS),
    "account/sso/mapping/names/": Address(ADMINS, get=302, post=302),
    "account/sso/mapping/rules/new/": Address(ADMINS, post=422),
    "account/sso/mapping/rules/<int:rule_id>/": Address(ADMINS, post=422),
    "account/sso/mapping/rules/<int:rule_id>/delete/": Address(ADMINS, post=302),
    "account/sso/mapping/rules/<int:rule_id>/move/": Address(ADMINS, get=405, post=302),
    "account/sso/simulator/": Address(ADMINS, post=200),
    **settings_pages("account/settings/", ADMINS),
    **settings_pages("groups/<int:target_id>/settings/", GROUP),
    **settings_pages("users/<int:target_id>/settings/", ADMINS),
    **settings_pages("settings/", SIGNED_IN),
}

# The route, and what a stranger gets there for a company that exists but has no single sign-on.
PUBLIC = {
    "healthz": 200,
    "readyz": 503,  # the tests have no Redis
    "api/v1/me": 401,
    "sign-in/": 200,
    "sign-in/<slug:vanity>/": 200,
    "password-reset/": 200,
    "password-reset/sent/": 200,
    "password-reset/<uidb64>/<token>/": 200,  # a page that says that the link no longer works
    "invitation/<str:token>/": 404,  # likewise
    "sign-out/": 405,  # a POST, after which everybody is a stranger
    "sso/": 200,
    "sso/<slug:vanity>/": 404,
    "sso/<slug:vanity>/login/": 403,
    "sso/<slug:vanity>/acs/": 405,  # the identity provider's page posts there
    "sso/<slug:vanity>/finish/": 403,
    "sso/<slug:vanity>/metadata/": 200,
    "sso/<slug:vanity>/confirm/<str:token>/": 404,  # a page that says that the link no longer works
    "sso/<slug:vanity>/waiting/<str:ticket>/": 404,  # likewise
    "sso/<slug:vanity>/leave/<str:ticket>/": 302,  # likewise, to the company's sign-in page
    "sso/<slug:vanity>/logout/": 302,  # likewise, without a message
    "office365/admin-consent/": 400,  # a page that says that nobody here has begun anything
    "consent/<str:signed>/": 404,
    "consent/<str:signed>/continue/": 404,
    "consent/<str:signed>/result/": 404,
    "hooks/graph/": 405,  # Microsoft Graph posts there
    "hooks/graph/lifecycle/": 405,
    "office365/callback/": 302,  # to the sign-in page, without the code in its address
}


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every route below these patterns, whole."""
    for pattern in patterns:
        assert isinstance(pattern.pattern, RoutePattern)
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


ALL_ROUTES = sorted(routes(get_resolver("portal.urls").url_patterns))


def has_object(route: str) -> bool:
    """Whether it names something that belongs to an account."""
    return "<int:" in route
