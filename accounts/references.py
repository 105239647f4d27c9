"""References: what a person reads out to an administrator so that they find the log row."""

import secrets

# No vowels, so that no words arise; no 0, 1, O, I or L, which are mistaken for each other.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference() -> str:
    """Eight random characters in two groups, such as 7F3K-22XB."""
    characters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{characters[:4]}-{characters[4:]}"
