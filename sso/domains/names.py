"""A domain as somebody types it, in its one spelling. Pure."""

import idna

from sso.domains.public_mail import is_public_mail

LONGEST = 253
# Names that exist in no public DNS, or that everybody has.
NOBODYS = ("localhost", "local", "internal", "lan", "home", "corp", "arpa", "onion")


class DomainNameError(ValueError):
    """No domain that an account could have; the words say why."""


def domain_name(typed: str) -> str:
    """The domain in small letters and ASCII. Raises DomainNameError."""
    text = typed.strip().rstrip(".").removeprefix("@")
    if not text:
        raise DomainNameError("Enter a domain such as contoso.com.")
    if "@" in text or "/" in text or ":" in text:
        raise DomainNameError("Enter only what stands behind the @ of your e-mail addresses, such as contoso.com.")
    name = _ascii(text)
    labels = name.split(".")
    if len(labels) < 2 or labels[-1].isdecimal() or labels[-1] in NOBODYS:
        raise DomainNameError(f"“{text[:80]}” is not a domain on the internet. Enter one such as contoso.com.")
    if is_public_mail(name):
        raise DomainNameError(
            f"{name} belongs to a public mail service, where anybody can have an address. Add a domain of your own."
        )
    return name


def shown(name: str) -> str:
    """A domain as people of its language write it."""
    try:
        return idna.decode(name)
    except idna.IDNAError:
        return name


def _ascii(text: str) -> str:
    try:
        name = idna.encode(text, uts46=True, std3_rules=True).decode().lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise DomainNameError(f"“{text[:80]}” is not a domain: it has letters or marks that none may have.") from error
    if len(name) > LONGEST:
        raise DomainNameError("This is too long for a domain.")
    return name
