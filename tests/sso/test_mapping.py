"""Attributes into a person, as the usual identity providers write them: pure."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sso.errors import Reason, SamlError
from sso.mapping import EMAIL_FORMAT, EMAIL_NAMES, Attributes, Person, person

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
ANA = Person("ana@contoso.example", "Ana Lima")

# The attribute names of each product's defaults.
PROVIDERS: dict[str, Attributes] = {
    "Entra ID": {
        "http://schemas.microsoft.com/identity/claims/tenantid": ["11111111-aaaa-4bbb-8ccc-000000000001"],
        "http://schemas.microsoft.com/identity/claims/displayname": ["Ana Lima"],
        f"{CLAIMS}givenname": ["Ana"],
        f"{CLAIMS}surname": ["Lima"],
        f"{CLAIMS}emailaddress": ["Ana@contoso.example"],
        f"{CLAIMS}name": ["ana@contoso.example"],
    },
    "Okta": {"email": ["ana@contoso.example"], "firstName": ["Ana"], "lastName": ["Lima"]},
    "Keycloak": {
        "urn:oid:1.2.840.113549.1.9.1": ["ana@contoso.example"],
        "urn:oid:0.9.2342.19200300.100.1.3": ["ana@contoso.example"],
        "urn:oid:2.5.4.42": ["Ana"],
        "urn:oid:2.5.4.4": ["Lima"],
        "Role": ["offline_access", "uma_authorization"],
    },
    "ADFS": {
        f"{CLAIMS}emailaddress": ["ana@contoso.example"],
        f"{CLAIMS}upn": ["alima@corp.contoso.example"],
        f"{CLAIMS}givenname": ["Ana"],
        f"{CLAIMS}surname": ["Lima"],
    },
    "Shibboleth": {
        "urn:oid:0.9.2342.19200300.100.1.3": ["ana@contoso.example"],
        "urn:oid:2.16.840.1.113730.3.1.241": ["Ana Lima"],
    },
    "the sandbox": {"mail": ["ana@contoso.example"], "givenName": ["Ana"], "surname": ["Lima"]},
}


@pytest.mark.parametrize("attributes", PROVIDERS.values(), ids=PROVIDERS.keys())
def test_ana_is_ana_at(attributes: Attributes) -> None:
    assert person(attributes, "opaque", PERSISTENT) == ANA


def test_a_name_id_that_is_a_mail_address_serves_where_no_attribute_does() -> None:
    assert person({"displayName": ["Ana Lima"]}, " Ana@contoso.example", EMAIL_FORMAT) == ANA


def test_a_name_id_of_another_kind_is_no_mail_address() -> None:
    assert refusal({}, "ana@contoso.example", PERSISTENT) is Reason.NO_EMAIL


def test_whoever_has_no_name_is_called_by_their_mail() -> None:
    assert person({"mail": ["ana@contoso.example"], "displayName": [" "]}, "x", PERSISTENT).name == "ana"


def test_half_a_name_is_a_name() -> None:
    assert person({"mail": ["ana@contoso.example"], "sn": ["Lima"]}, "x", PERSISTENT).name == "Lima"


def test_a_name_fits_into_its_column() -> None:
    assert len(person({"mail": ["ana@contoso.example"], "displayName": ["A" * 500]}, "x", PERSISTENT).name) == 200


def refusal(attributes: Attributes, name_id: str = "opaque", name_id_format: str = PERSISTENT) -> Reason:
    """Why these attributes are refused."""
    with pytest.raises(SamlError) as refused:
        person(attributes, name_id, name_id_format)
    return refused.value.reason


@pytest.mark.parametrize("values", [["a@contoso.example", "b@contoso.example"], ["a@contoso.example", "nonsense"]])
def test_several_mail_addresses_are_refused_rather_than_one_chosen(values: list[str]) -> None:
    assert refusal({"mail": values}) is Reason.SEVERAL_EMAILS


def test_one_mail_address_in_two_spellings_is_one() -> None:
    values = ["Ana@Contoso.example", "ana@contoso.example ", ""]
    assert person({"mail": values, "displayName": ["Ana Lima"]}, "x", PERSISTENT) == ANA


@pytest.mark.parametrize("text", ["", " ", "ana", "@contoso.example", "ana@", "a@b@c", "a" * 250 + "@x.example"])
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    assert refusal({"mail": [text]}) is Reason.NO_EMAIL


def found_or_refused(attributes: Attributes, name_id: str, name_id_format: str) -> Person | Reason:
    """The person, or why there is none."""
    try:
        return person(attributes, name_id, name_id_format)
    except SamlError as refused:
        return refused.reason


texts = st.text(max_size=40) | st.sampled_from(["ana@contoso.example", "ANA@contoso.example ", "@", "a@b", " "])
attribute_sets = st.dictionaries(
    st.sampled_from([*EMAIL_NAMES, "displayName", "givenName", "sn", "groups"]), st.lists(texts, max_size=3)
)


@given(attribute_sets, texts, st.sampled_from([PERSISTENT, EMAIL_FORMAT, ""]))
@example({}, "", "")
def test_whatever_a_provider_sends_is_a_usable_person_or_a_refusal(
    attributes: Attributes, name_id: str, name_id_format: str
) -> None:
    found = found_or_refused(attributes, name_id, name_id_format)
    if isinstance(found, Reason):
        assert found in (Reason.NO_EMAIL, Reason.SEVERAL_EMAILS)
        return
    local, _, domain = found.email.partition("@")
    assert local
    assert domain
    assert "@" not in domain
    assert found.email == found.email.strip().lower()
    assert found.name.strip()


@given(st.lists(st.emails(), min_size=2, max_size=4, unique_by=lambda mail: mail.strip().lower()))
def test_no_order_of_addresses_decides_who_somebody_is(mails: list[str]) -> None:
    assert refusal({"email": mails}) is refusal({"email": mails[::-1]}) is Reason.SEVERAL_EMAILS
