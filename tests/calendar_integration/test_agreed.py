"""What is still known of consent after other permissions are chosen, and how the service stands to the setting."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from calendar_integration import scopes
from calendar_integration.company_consent import agreed
from calendar_integration.company_consent.agreed import Agreed
from calendar_integration.company_consent.asked_beside import Comparison, Relation
from calendar_integration.integration_setting import CalendarAccess, ContactAccess, Integration, Method, Permissions
from calendar_integration.models import ConsentState

by_graph = st.builds(
    Permissions, st.just(Method.GRAPH), st.sampled_from(CalendarAccess), st.sampled_from(ContactAccess)
)
by_ews = st.just(Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ))
PROVEN = (ConsentState.CONFIRMED, ConsentState.PARTIAL)


@st.composite
def known(draw: st.DrawFn) -> Agreed:
    """Something that can be known: only a partial consent lacks scopes, of those that were wanted."""
    permissions, state = draw(by_graph), draw(st.sampled_from(ConsentState))
    lacking = draw(st.sets(st.sampled_from(scopes.wanted(permissions)), min_size=1))
    return Agreed(permissions, state, " ".join(sorted(lacking)) if state is ConsentState.PARTIAL else "")


def granted(what: Agreed) -> str:
    """The scopes that were shown to be agreed to."""
    return " ".join(name for name in scopes.wanted(what.permissions) if name not in what.missing_scopes.split())


@given(known(), by_graph)
def test_confirmed_is_exactly_what_a_token_has_shown(before: Agreed, wanted: Permissions) -> None:
    after = agreed.after_change(before, wanted)
    missing = scopes.missing(granted(before), scopes.wanted(wanted))
    assert (after.state is ConsentState.CONFIRMED) == (before.state in PROVEN and not missing)
    assert after.missing_scopes.split() == (missing if after.state is ConsentState.PARTIAL else [])


@given(known())
def test_the_same_permissions_change_nothing(before: Agreed) -> None:
    assert agreed.after_change(before, before.permissions) == before


@given(known(), by_ews)
def test_another_method_is_another_resource_of_which_nothing_is_known(before: Agreed, wanted: Permissions) -> None:
    assert agreed.after_change(before, wanted) == Agreed(wanted, ConsentState.UNKNOWN)
    assert agreed.after_change(replace(before, permissions=wanted), before.permissions).state is ConsentState.UNKNOWN


@given(by_graph, by_graph)
def test_asked_for_more_means_that_some_scope_was_not_agreed_to(company: Permissions, people: Permissions) -> None:
    setting = Integration(calendars=people.calendars, contacts=people.contacts)
    relation = Comparison(company, setting).relation
    extra = set(scopes.wanted(people)) - set(scopes.wanted(company)) - {"Calendars.Read"}
    if company == people:
        assert relation is Relation.SAME
    else:
        assert relation is (Relation.MORE if extra else Relation.LESS)


URL = "https://mail.contoso.example/EWS/Exchange.asmx"
EWS = Permissions(Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ)


def test_ews_can_be_taken_over_only_with_a_url() -> None:
    assert not Comparison(EWS, Integration()).can_take_over
    typed = Comparison(EWS, Integration(), URL)
    assert (typed.can_take_over, typed.relation) == (True, Relation.OTHER_METHOD)
    assert typed.query == "method=ews&ews_url=https%3A%2F%2Fmail.contoso.example%2FEWS%2FExchange.asmx"


def test_another_url_than_the_settings_is_a_difference() -> None:
    setting = Integration(True, Method.EWS, CalendarAccess.READWRITE, ContactAccess.READ, URL)
    assert Comparison(EWS, setting).relation is Relation.SAME
    assert Comparison(EWS, setting, URL).relation is Relation.SAME
    assert Comparison(EWS, setting, URL.replace("mail", "post")).relation is Relation.OTHER_METHOD
    assert Comparison(Permissions(), setting).relation is Relation.OTHER_METHOD
