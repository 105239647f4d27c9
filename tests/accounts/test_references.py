"""References are read out on the telephone."""

import re

from accounts.references import ALPHABET, new_reference


def test_a_reference_is_two_groups_of_four() -> None:
    pattern = re.compile(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}")
    assert all(pattern.fullmatch(new_reference()) for _ in range(500))


def test_no_character_is_mistaken_for_another_and_no_word_arises() -> None:
    assert not set(ALPHABET) & set("01OILAEUlo")
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_two_references_differ() -> None:
    assert len({new_reference() for _ in range(2000)}) == 2000
