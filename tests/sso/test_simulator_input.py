"""What can be pasted into the simulator: lines, or JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.simulator.pasted import LONGEST_TEXT, MOST_ATTRIBUTES, UnreadableError, read, written

CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("", {}),
        ("mail: ana@contoso.example", {"mail": ["ana@contoso.example"]}),
        ("mail:ana@contoso.example", {"mail": ["ana@contoso.example"]}),
        ("groups: Sales\n\n  groups:  Berlin office \r\ncity:", {"groups": ["Sales", "Berlin office"], "city": []}),
        (f"{CLAIM}: ana@contoso.example", {CLAIM: ["ana@contoso.example"]}),
        (f"{CLAIM}:", {CLAIM: []}),
        ("urn:oid:2.5.4.4: Lima", {"urn:oid:2.5.4.4": ["Lima"]}),
        ("note: a: b", {"note": ["a: b"]}),
        ("a: x\0y", {"a": ["xy"]}),
        ('{"mail": "ana@contoso.example", "groups": ["Sales", "Berlin"]}',
         {"mail": ["ana@contoso.example"], "groups": ["Sales", "Berlin"]}),
        ('  {"none": null, "empty": [], "blank": "", "number": 7, "yes": true}',
         {"none": [], "empty": [], "blank": [], "number": ["7"], "yes": ["true"]}),
        ('{"a\\u0000": "x\\ud800y\\u0000"}', {"a": ["xy"]}),
    ],
)  # fmt: skip
def test_it_is_read_as_it_is_meant(text: str, attributes: dict[str, list[str]]) -> None:
    assert read(text) == attributes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mail: a@b.example\nnonsense", "Line 2 has no “name: value”."),
        (": value", "Line 1 has no “name: value”."),
        (CLAIM, "Line 1 has no “name: value”."),
        ('{"mail": ', "This begins like JSON, but is none at line 1."),
        ("[1, 2]", "The JSON has to be an object"),
        ('{"a": {"b": "c"}}', "The values of a have to be text."),
        ('{"a": [["b"]]}', "The values of a have to be text."),
        ('{"a":' * 100_000, "That is too long"),
        ("[" * 40_000, "This begins like JSON, but is none."),
        ("x" * (LONGEST_TEXT + 1), "That is too long"),
        ("\n".join(f"a{number}: x" for number in range(MOST_ATTRIBUTES + 1)), "more than 200 attributes"),
    ],
)
def test_what_cannot_be_read_is_explained(text: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words.replace("[", r"\[")):
        read(text)


names = st.sampled_from(["mail", "groups", CLAIM, "urn:oid:2.5.4.4", "a:b"])
values = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(
    lambda text: " ".join(text.split())
)


@given(st.dictionaries(names, st.lists(values.filter(bool), max_size=3)))
def test_what_arrived_can_be_filled_in_and_read_back(attributes: dict[str, list[str]]) -> None:
    assert read(written(attributes)) == attributes


@given(st.text(max_size=200) | st.text('{}[]":,\\ud80a \n', max_size=60))
def test_whatever_is_pasted_is_read_or_refused(text: str) -> None:
    try:
        found = read(text)
    except UnreadableError:
        return
    for name, held in found.items():
        assert all(value and "\0" not in value for value in held)
        "".join([name, *held]).encode()
