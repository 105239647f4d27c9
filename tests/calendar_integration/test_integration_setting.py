"""The integration setting: what can be chosen, how it is stored, and how it reads."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.tiered_settings.kinds import ImpossibleValueError
from calendar_integration import ews_url
from calendar_integration.integration_setting import Integration, IntegrationKind
from tests.calendar_integration.making import EWS, integration

KIND = IntegrationKind()
MAIL = "https://mail.contoso.example/EWS/Exchange.asmx"

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
nearly = st.fixed_dictionaries(
    {
        "on": st.booleans() | json_values,
        "method": st.sampled_from(["graph", "ews"]) | json_values,
        "calendars": st.sampled_from(["read", "readwrite"]) | json_values,
        "contacts": st.sampled_from(["none", "read"]) | json_values,
        "ews_url": json_values | st.from_regex(r"(https?://)?[a-zA-Z0-9.\[\]:@%-]{1,30}(/[A-Za-z0-9./;?#]*)?"),
    }
)


@settings(deadline=None)
@given(json_values | nearly)
@example(integration(**EWS))
@example(integration(method="ews", ews_url="[::ffff:127.0.0.1]"))
def test_any_json_is_stored_the_same_way_twice_or_refused_in_words(value: object) -> None:
    try:
        stored = KIND.check(value)
    except ImpossibleValueError:
        return
    assert KIND.check(stored) == stored
    assert KIND.in_words(stored).startswith(("On: ", "Off"))
    assert KIND.with_options(stored, KIND.chosen(stored)) == stored


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "On: Microsoft Graph, calendars read, contacts read"),
        (
            {"calendars": "readwrite", "contacts": "none"},
            "On: Microsoft Graph, calendars read and write, contacts none",
        ),
        ({"on": False}, "Off"),
        (EWS, "On: EWS at mail.contoso.example, full mailbox access"),
    ],
)
def test_a_value_reads_as_people_say_it(parts: dict[str, object], words: str) -> None:
    assert KIND.in_words(KIND.check(integration(**parts))) == words


def test_ews_is_full_access_whatever_was_chosen_and_graph_has_no_address() -> None:
    by_ews = KIND.check(integration(**EWS, calendars="read", contacts="none"))
    assert (by_ews["calendars"], by_ews["contacts"], by_ews["ews_url"]) == ("readwrite", "read", MAIL)
    assert KIND.check(integration(ews_url="https://mail.contoso.example/"))["ews_url"] == ""


def test_the_switch_leaves_the_options_and_the_options_leave_the_switch() -> None:
    chosen = KIND.check(integration(calendars="readwrite"))
    off = KIND.switched(chosen, on=False)
    assert not KIND.is_on(off)
    assert KIND.switched(off, on=True) == chosen
    assert KIND.with_options(off, {"contacts": "none", "unknown": "x"}) == {**off, "contacts": "none"}


def test_a_forms_fields_become_a_value_and_bad_ones_are_said() -> None:
    value = KIND.with_options(integration(), {"method": "ews", "ews_url": "mail.contoso.example"})
    assert Integration.of(value).ews_host == "mail.contoso.example"
    with pytest.raises(ImpossibleValueError, match="Choose a method: Microsoft Graph or Authorize with EWS URL"):
        KIND.with_options(integration(), {"method": "imap"})
    with pytest.raises(ImpossibleValueError, match="Type the EWS URL"):
        KIND.with_options(integration(), {"method": "ews"})


@pytest.mark.parametrize("value", [None, [], {}, {"on": True}, integration(on="yes"), integration(more=1)])
def test_another_shape_is_refused(value: object) -> None:
    with pytest.raises(ImpossibleValueError):
        KIND.check(value)


def test_the_page_says_that_the_server_is_asked_first() -> None:
    (address,) = (option for option in KIND.options if option.name == "ews_url")
    assert "asks the server before it saves" in address.hint
    assert address.only_with == ("method", "ews")


NAMED = {"https://exchange.internal:8443", "https://10.1.2.3", "https://localhost:8001"}


@pytest.mark.parametrize("origin", sorted(NAMED))
def test_an_origin_that_the_operator_named_may_be_private(origin: str) -> None:
    stored = IntegrationKind(lambda: NAMED).check(integration(method="ews", ews_url=f"{origin.upper()}/ews"))
    assert stored["ews_url"] == f"{origin}/EWS/Exchange.asmx"
    with pytest.raises(ImpossibleValueError):
        KIND.check(stored)
    assert Integration.of(stored).ews_host in origin, "what was saved is read although the operator thought again"


@pytest.mark.parametrize("typed", ["https://10.1.2.3:444/", "http://10.1.2.3/", "https://a@10.1.2.3/", "localhost"])
def test_the_operator_named_one_origin_and_nothing_beside_it(typed: str) -> None:
    with pytest.raises(ImpossibleValueError):
        ews_url.canonical(typed, NAMED)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("mail.contoso.example", MAIL),
        ("  Mail.Contoso.Example./ews/  ", MAIL),
        ("https://mail.contoso.example:443/ews/exchange.asmx", MAIL),
        ("https://mail.contoso.example/owa/Exchange.asmx", "https://mail.contoso.example/owa/Exchange.asmx"),
        ("bücher.example", "https://xn--bcher-kva.example/EWS/Exchange.asmx"),
        ("https://8.8.8.8/", "https://8.8.8.8/EWS/Exchange.asmx"),
        ("https://[2606:4700::1111]", "https://[2606:4700::1111]/EWS/Exchange.asmx"),
    ],
)
def test_an_address_is_completed(typed: str, stored: str) -> None:
    assert ews_url.canonical(typed) == stored


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Type the EWS URL"),
        ("http://mail.contoso.example", "begin with https://"),
        ("ftp://mail.contoso.example", "begin with https://"),
        ("https://ana:secret@mail.contoso.example/", "no user name or password"),
        ("https://mail.contoso.example:8443/", "no port"),
        ("https://mail.contoso.example:/", "no port"),
        ("https://mail.contoso.example:99999/", "not an address"),
        ("https://[::1/", "not an address"),
        ("https://mail.contoso.example/#a", "nothing after"),
        ("https://mail.contoso.example/?a=b", "nothing after"),
        ("https://mail.contoso.example/a/../b", "unusual path"),
        ("https://mail.contoso.example//EWS", "unusual path"),
        ("https://mail.contoso.example\\@evil.example/", "characters"),
        ("https://mail.contoso.example/\0", "characters"),
        ("https://mail.contoso.example/%2e%2e/", "characters"),
        ("exchange", "in full"),
        ("https://", "in full"),
        ("https://-mail.contoso.example", "in full"),
        ("https://mail..example", "no server that can exist"),
        (f"https://mail.contoso.example/{'a' * 500}", "longer than"),
        ("localhost", "this machine itself"),
        ("https://x.localhost./", "this machine itself"),
        ("127.0.0.1", "private network"),
        ("10.1.2.3", "private network"),
        ("192.168.0.10", "private network"),
        ("169.254.169.254", "private network"),
        ("https://0.0.0.0/", "private network"),
        ("100.64.0.1", "private network"),
        ("224.0.0.1", "private network"),
        ("https://[::1]/", "private network"),
        ("https://[fe80::1]/", "private network"),
        ("https://[fd00::1]/", "private network"),
        ("https://[::ffff:8.8.8.8]/", "private network"),
        ("https://[2002:7f00:1::]/", "private network"),
        ("127.1", "is none"),
        ("0x7f000001", "is none"),
        ("2130706433", "is none"),
        ("https://127.0.0.1.", "private network"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(typed: str, reason: str) -> None:
    with pytest.raises(ImpossibleValueError, match=reason):
        ews_url.canonical(typed)


@pytest.mark.parametrize(
    "host",
    [
        "outlook.office365.com",
        "OUTLOOK.OFFICE365.COM.",
        "outlook.office.com",
        "office365.com",
        "eur.outlook.com",
        "outlook.office365.us",
        "partner.outlook.cn",
        "ｏutlook.office365.com",
        "outlook。office365。com",
    ],
)
def test_microsofts_own_hosts_are_refused_with_the_dates(host: str) -> None:
    with pytest.raises(ImpossibleValueError, match="1 October 2026 and ends it for good on 1 April 2027"):
        ews_url.canonical(f"https://{host}/EWS/Exchange.asmx")


@pytest.mark.parametrize("host", ["myoutlook.com", "outlook.com.contoso.example", "office365.contoso.example"])
def test_a_name_that_only_looks_like_microsofts_is_taken(host: str) -> None:
    assert ews_url.host_of(ews_url.canonical(host)) == host
