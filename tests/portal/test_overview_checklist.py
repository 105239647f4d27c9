"""The checklist is decided purely: facts in, rows out."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_integration.integration_setting import Integration, Method
from calendar_integration.models import AskMode, ConsentState
from portal.overview.checklist import decide
from portal.overview.facts import Facts
from portal.overview.rows import State
from sso.models import ProviderDraft
from tests.portal.making_overview import (
    EVERYTHING,
    NOTHING,
    NOW,
    TENANT,
    a_provider,
    a_service,
    row_of,
    with_facts,
)

ENTRA = f"https://sts.windows.net/{TENANT}/"
EWS = Integration(method=Method.EWS, ews_url="https://mail.contoso.example/EWS/Exchange.asmx")


def test_with_nothing_there_is_everything_to_do_and_the_first_step_is_a_domain() -> None:
    checklist = decide(NOTHING)
    assert not checklist.is_finished
    assert checklist.next_key == "domain"
    assert [row.key for row in checklist.rows if row.is_done] == ["role", "secret", "integration"]


def test_with_everything_nothing_is_left() -> None:
    checklist = decide(EVERYTHING)
    assert checklist.is_finished
    assert (checklist.done, checklist.next_key) == (len(checklist.required), "")


def test_whether_people_are_asked_is_a_choice_that_keeps_nothing_from_being_finished() -> None:
    assert row_of(with_facts(ask=AskMode.OFF), "ask").state is State.TO_DO
    assert decide(with_facts(ask=AskMode.OFF)).is_finished


def test_a_company_of_passwords_can_be_finished_and_reads_what_single_sign_on_would_add() -> None:
    facts = with_facts(provider=None, service=a_service())
    checklist = decide(facts)
    assert checklist.is_finished
    assert [(section.title, section.done, section.counted) for section in checklist.sections] == [
        ("Signing in", 2, 2),
        ("Office 365", 5, 5),
        ("People", 2, 2),
    ]
    assert {row.key for row in checklist.rows if row.is_optional} == {"sso", "federation", "ask"}
    assert not any(row.is_done for row in checklist.rows if row.is_optional)


@pytest.mark.parametrize(
    "begun", [{"provider": None, "draft": ProviderDraft()}, {"provider": a_provider(is_enabled=False)}]
)
def test_single_sign_on_that_was_begun_or_switched_off_has_to_be_finished(begun: dict[str, Any]) -> None:
    checklist = decide(with_facts(service=a_service(), **begun))
    assert not checklist.is_finished
    assert checklist.next_key == "sso"


def test_asking_people_is_not_called_done_where_no_sign_in_can_ask() -> None:
    assert not row_of(with_facts(provider=None, ask=AskMode.EVERY), "ask").is_done


@pytest.mark.parametrize(
    ("key", "changes", "state", "words", "route"),
    [
        ("domain", {"proven_domains": ()}, State.TO_DO, "which Microsoft tenant", "sso_domains"),
        ("domain", {"proven_domains": (), "has_unproven_domains": True}, State.TO_DO, "not found yet", "sso_domains"),
        ("sso", {"provider": None}, State.TO_DO, "enough to connect a calendar", "sso_setup"),
        ("sso", {"provider": a_provider(is_enabled=False)}, State.PROBLEM, "switched off", "sso_setup"),
        ("federation", {"provider": None}, State.TO_DO, "It is about single sign-on", ""),
        ("federation", {"provider": None, "draft": ProviderDraft()}, State.TO_DO, "First put single sign-on", ""),
        ("federation", {"provider": a_provider(is_enabled=False)}, State.TO_DO, "First put single sign-on", ""),
        ("federation", {"service": None}, State.TO_DO, "First add the calendar service", ""),
        ("federation", {"service": a_service()}, State.TO_DO, "your own mailbox", "office365_authorize"),
        ("service", {"service": None}, State.TO_DO, "Choose what Atrium may do", "calendar_integration"),
        ("service", {"service": None, "proven_domains": ()}, State.TO_DO, "First prove a domain", ""),
        ("service", {"service": a_service(is_enabled=False)}, State.PROBLEM, "switched off", "calendar_integration"),
        ("tenant", {"service": None}, State.TO_DO, "First add the calendar service", ""),
        ("tenant", {"service": a_service(tenant_id=None)}, State.TO_DO, "nobody is sent", "calendar_integration"),
        ("mailboxes", {"service": None}, State.WAITING, "without a Microsoft Entra tenant, are not supported", ""),
        ("mailboxes", {"service": None, "integration": EWS}, State.PROBLEM, "are not supported", "guide"),
        ("mailboxes", {"integration": EWS}, State.DONE, "mail.contoso.example", ""),
        ("consent", {"service": None}, State.TO_DO, "First add the calendar service", ""),
        ("secret", {"has_client": False}, State.PROBLEM, "not registered", ""),
        ("secret", {"service": a_service(secret_refused_at=NOW)}, State.PROBLEM, "Nobody is disconnected", ""),
        ("integration", {"integration": Integration(on=False)}, State.TO_DO, "switched off", "account_settings"),
        ("ask", {"ask": AskMode.OFF}, State.TO_DO, "not asked", "account_settings"),
        ("ask", {"ask": AskMode.OFF, "groups_with_own_ask": 2}, State.TO_DO, "2 groups", "account_settings"),
        ("ask", {"provider": None}, State.TO_DO, "Only single sign-on asks", ""),
        ("ask", {"provider": a_provider(is_enabled=False)}, State.TO_DO, "Only single sign-on asks", ""),
        ("adoption", {"connected": 0}, State.TO_DO, "Connect your own mailbox first", "office365_setup"),
        ("adoption", {"connected": 0, "service": None}, State.TO_DO, "before the steps above", ""),
        ("adoption", {"connected": 4}, State.DONE, "4 of 10 people", "users"),
        ("adoption", {"connected": 10}, State.DONE, "10 of 10 people", ""),
    ],
)
def test_a_row_says_how_it_stands_why_and_what_puts_it_right(
    key: str, changes: dict[str, Any], state: State, words: str, route: str
) -> None:
    row = row_of(with_facts(**changes), key)
    assert row.state is state
    assert words in row.why
    assert (row.fix.route if row.fix else "") == route


@pytest.mark.parametrize(
    ("consent", "state", "words", "label"),
    [
        (ConsentState.UNKNOWN, State.TO_DO, "may not agree for themselves", "Give or ask for consent"),
        (ConsentState.REPORTED, State.WAITING, "first mailbox that connects confirms it", "Connect yours"),
        (ConsentState.CONFIRMED, State.DONE, "all the permissions", ""),
        (ConsentState.PARTIAL, State.PROBLEM, "read your contacts", "Ask for the rest"),
        (ConsentState.WITHDRAWN, State.PROBLEM, "withdrawn", "Ask for it again"),
    ],
)
def test_every_state_of_consent_has_its_words(consent: ConsentState, state: State, words: str, label: str) -> None:
    service = a_service(consent_state=consent, missing_scopes="Contacts.Read", consent_reported_at=NOW)
    row = row_of(with_facts(service=service), "consent")
    assert (row.state, row.fix.label if row.fix else "") == (state, label)
    assert words in row.why


def test_whoever_waits_for_consent_is_counted() -> None:
    unknown = a_service(consent_state=ConsentState.UNKNOWN)
    assert row_of(with_facts(service=unknown, people_waiting=1), "consent").why.startswith("One person waits for it.")
    assert row_of(with_facts(service=unknown, people_waiting=1200), "consent").why.startswith("1,200 people wait")


def test_half_an_hour_after_a_report_the_hint_about_it_goes() -> None:
    reported = a_service(consent_state=ConsentState.REPORTED, consent_reported_at=NOW)
    assert "30 minutes" in row_of(with_facts(service=reported), "consent").why
    assert "30 minutes" not in row_of(with_facts(service=reported, now=NOW + timedelta(minutes=31)), "consent").why


def test_consent_that_was_reported_is_not_confirmed_by_somebody_who_is_connected_already() -> None:
    reported = a_service(consent_state=ConsentState.REPORTED, consent_reported_at=NOW)
    assert row_of(with_facts(service=reported, viewer_is_connected=True), "consent").fix is None


def a_draft(**fields: Any) -> ProviderDraft:
    return ProviderDraft(entity_id="https://idp.contoso.example", **fields)


def a_tested_draft() -> ProviderDraft:
    draft = a_draft()
    draft.tested_digest = draft.settings_digest()
    return draft


def a_refused_draft() -> ProviderDraft:
    draft = a_draft()
    draft.test_result = {"reason": "audience", "digest": draft.settings_digest()}
    return draft


@pytest.mark.parametrize(
    ("draft", "state", "label"),
    [
        (a_draft(), State.TO_DO, "Test it"),
        (a_tested_draft(), State.TO_DO, "Use it"),
        (a_refused_draft(), State.PROBLEM, "See the test"),
        (a_draft(test_result={"reason": "audience", "digest": "of other settings"}), State.TO_DO, "Test it"),
    ],
)
def test_a_draft_of_single_sign_on_says_what_comes_next(draft: ProviderDraft, state: State, label: str) -> None:
    row = row_of(with_facts(provider=None, draft=draft), "sso")
    assert row.fix is not None
    assert (row.state, row.fix.label) == (state, label)


def test_entra_id_as_identity_provider_is_federated_by_itself() -> None:
    row = row_of(with_facts(provider=a_provider(entity_id=ENTRA), service=None), "federation")
    assert (row.state, row.fix) == (State.DONE, None)
    assert "Microsoft Entra ID itself" in row.why


def test_entra_id_of_another_tenant_is_not() -> None:
    other = a_provider(entity_id="https://sts.windows.net/22222222-0000-0000-0000-000000000000/")
    row = row_of(with_facts(provider=other, service=a_service()), "federation")
    assert (row.state, row.note) == (State.PROBLEM, "Two tenants")


@pytest.mark.parametrize(
    "entity_id",
    ["http://sts.windows.net/x/", "https://sts.windows.net.evil.example/x/", "urn:sts.windows.net", "https://[x", ""],
)
def test_what_only_looks_like_entra_id_is_another_product(entity_id: str) -> None:
    facts = with_facts(provider=a_provider(entity_id=entity_id), service=a_service())
    assert facts.entra_tenant == ""
    assert row_of(facts, "federation").state is State.TO_DO


def test_an_admins_word_counts_until_a_sign_in_shows_it() -> None:
    said = a_service(federation_attested_at=NOW, federation_attested_by="Dana Reyes")
    row = row_of(with_facts(service=said), "federation")
    assert (row.state, row.note) == (State.DONE, "Attested")
    assert "Dana Reyes said so" in row.why
    said.federation_shown_at = NOW
    assert row_of(with_facts(service=said), "federation").note == ""


def test_before_consent_a_check_could_only_fail_so_an_admins_word_is_all_there_is() -> None:
    row = row_of(with_facts(service=a_service(consent_state=ConsentState.UNKNOWN)), "federation")
    assert row.fix is None
    assert row.more[0].route == "federation_attest"


def test_many_domains_are_counted_and_not_listed() -> None:
    names = tuple(f"{number}.example" for number in range(7))
    assert row_of(with_facts(proven_domains=names), "domain").why.startswith(
        "0.example, 1.example, 2.example and 4 more"
    )


MOMENTS = st.none() | st.just(NOW)
SERVICES = st.none() | st.builds(
    a_service,
    tenant_id=st.sampled_from([None, TENANT]),
    is_enabled=st.booleans(),
    consent_state=st.sampled_from(ConsentState),
    consent_reported_at=MOMENTS,
    secret_refused_at=MOMENTS,
    federation_attested_at=MOMENTS,
    federation_shown_at=MOMENTS,
)
PROVIDERS = st.none() | st.builds(
    a_provider, entity_id=st.sampled_from([ENTRA, "https://idp.example", "https://["]), is_enabled=st.booleans()
)
FACTS = st.builds(
    Facts,
    now=st.just(NOW),
    proven_domains=st.sampled_from([(), ("contoso.example",)]),
    provider=PROVIDERS,
    draft=st.sampled_from([None, a_draft(), a_tested_draft(), a_refused_draft()]),
    service=SERVICES,
    has_client=st.booleans(),
    integration=st.sampled_from([Integration(), Integration(on=False), EWS]),
    ask=st.sampled_from(AskMode),
    people=st.integers(1, 100_000),
    connected=st.integers(0, 3),
)


@given(FACTS)
def test_whatever_stands_there_is_a_way_on(facts: Facts) -> None:
    checklist = decide(facts)
    keys = [row.key for row in checklist.rows]
    assert len(keys) == len(set(keys))
    assert all(row.why.endswith(".") for row in checklist.rows)
    assert all(link.url.startswith("/") for row in checklist.rows for link in (row.fix, *row.more) if link)
    assert checklist.is_finished == (checklist.done == len(checklist.required))
    if checklist.is_finished:
        assert facts.signs_on or not facts.wants_single_sign_on
        assert (facts.has_tenant, facts.consent) == (True, ConsentState.CONFIRMED)
        assert checklist.next_key == ""
    for_others = {"secret"}  # whoever runs Atrium, or somebody who waits elsewhere
    if {row.key for row in checklist.required if not row.is_done} - for_others:
        assert checklist.next_key or not facts.has_client or facts.viewer_is_connected
