"""Which connections a lock ends: the decision alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.tiered_settings.definitions import Tier
from accounts.tiered_settings.resolution import Row, resolve
from calendar_integration import policy
from calendar_integration.integration_setting import (
    CalendarAccess,
    ContactAccess,
    IntegrationKind,
    Method,
    Permissions,
)
from calendar_integration.policy import Reason
from tests.calendar_integration.making import EWS, integration

HOSTS = ("mail.contoso.example", "mail.fabrikam.example")
by_graph = st.builds(
    Permissions, st.just(Method.GRAPH), st.sampled_from(CalendarAccess), st.sampled_from(ContactAccess)
)
by_ews = st.builds(
    lambda host: Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ, host), st.sampled_from(HOSTS)
)
permissions = by_graph | by_ews
values = st.builds(
    lambda on, host, calendars, contacts: IntegrationKind().check(
        integration(on=on, calendars=calendars, contacts=contacts, **({**EWS, "ews_url": host} if host else {}))
    ),
    st.booleans(),
    st.sampled_from(["", *HOSTS]),
    st.sampled_from(["read", "readwrite"]),
    st.sampled_from(["none", "read"]),
)
accounts_rows = st.builds(lambda value, locked: Row(Tier.ACCOUNT, value, locked), values, st.booleans())
groups_rows = st.builds(lambda value, locked: Row(Tier.GROUP, value, locked, "Sales", 1), values, st.booleans())
own_rows = st.builds(lambda value: Row(Tier.USER, value), values)


@settings(deadline=None)
@given(permissions, st.none() | accounts_rows, st.none() | groups_rows, st.none() | own_rows)
def test_it_ends_exactly_what_differs_from_a_locked_value(
    held: Permissions, account: Row | None, group: Row | None, own: Row | None
) -> None:
    answer = resolve(integration(), account=account, groups=[group] if group else [], user=own)
    deciding = account if account and account.locked else group if group and group.locked else None
    same = (
        deciding
        and deciding.value["on"]
        and (
            (deciding.value["method"], deciding.value["calendars"], deciding.value["contacts"])
            == (held.method, held.calendars, held.contacts)
            and (held.method == "graph" or f"https://{held.ews_host}/EWS/Exchange.asmx" == deciding.value["ews_url"])
        )
    )
    assert (policy.must_disconnect(held, answer) is not None) == (deciding is not None and not same)


def test_the_person_is_told_who_where_and_why() -> None:
    row = Row(Tier.GROUP, integration(on=False), True, "Sales", 1, "Company policy 4.2.", "Dana Reyes")
    answer = resolve(integration(), account=None, groups=[row], user=None)
    assert policy.must_disconnect(Permissions(), answer) is Reason.LOCKED_OFF
    words = policy.why_disconnected(Reason.LOCKED_OFF, answer)
    assert words == (
        "The calendar and contacts integration is locked off for the group Sales, by Dana Reyes."
        " Reason: Company policy 4.2."
    )


def test_other_permissions_are_named() -> None:
    row = Row(Tier.ACCOUNT, integration(calendars="readwrite"), True, set_by="Dana Reyes")
    answer = resolve(integration(), account=row, groups=[], user=None)
    assert policy.must_disconnect(Permissions(), answer) is Reason.OTHER_PERMISSIONS
    words = policy.why_disconnected(Reason.OTHER_PERMISSIONS, answer)
    assert "locked to other permissions for the whole company, by Dana Reyes" in words
    assert words.endswith(": Microsoft Graph, calendars read and write, contacts read.")


def test_another_exchange_server_is_named() -> None:
    row = Row(Tier.ACCOUNT, integration(**EWS), True, reason="One server", set_by="Dana Reyes")
    answer = resolve(integration(), account=row, groups=[], user=None)
    old = Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ, "old.contoso.example")
    assert policy.must_disconnect(old, answer) is Reason.OTHER_SERVER
    assert policy.why_disconnected(Reason.OTHER_SERVER, answer) == (
        "The calendar and contacts integration is locked to another Exchange server for the whole company,"
        " by Dana Reyes: EWS at mail.contoso.example, full mailbox access. Reason: One server."
    )


def test_the_same_exchange_server_by_another_path_stays() -> None:
    row = Row(Tier.ACCOUNT, integration(**{**EWS, "ews_url": "https://mail.contoso.example/ews2/Exchange.asmx"}), True)
    answer = resolve(integration(), account=row, groups=[], user=None)
    held = Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ, "mail.contoso.example")
    assert policy.must_disconnect(held, answer) is None


def test_ones_own_choice_is_said_to_be_ones_own() -> None:
    row = Row(Tier.USER, integration(on=False), set_by="Ana Lima")
    answer = resolve(integration(), account=None, groups=[], user=row)
    assert policy.why_off(answer).endswith("switched off in your own settings, by Ana Lima.")
