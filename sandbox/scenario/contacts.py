"""Contacts as people keep them: most complete, some only a name, some only a company."""

from random import Random

from sandbox.scenario import vocabulary as words
from sandbox.tenant.mailbox import Json


def contact(draw: Random, number: int) -> Json:
    """The properties of one contact; every eleventh has only a name, every thirteenth only a company."""
    if number % 17 == 5:
        return {"displayName": draw.choice(words.NAMES_ELSEWHERE)}
    given, surname = draw.choice(words.GIVEN_NAMES), draw.choice(words.SURNAMES)
    if number % 11 == 3:
        return {"givenName": given, "surname": surname}
    company = draw.choice(words.COMPANIES)
    if number % 13 == 7:
        return {"companyName": company, "businessPhones": [_phone(draw)]}
    return _complete(draw, given, surname, company, number)


def _complete(draw: Random, given: str, surname: str, company: str, number: int) -> Json:
    domain = f"{_ascii(company)}.example"
    addresses = [f"{_ascii(given)}.{_ascii(surname)}{number}@{domain}"]
    if number % 5 == 0:
        addresses.append(f"{_ascii(surname)}{number}@mail.example")
    street, city, code, country = draw.choice(words.CITIES)
    place = {"street": street, "city": city, "postalCode": code, "countryOrRegion": country, "state": ""}
    return {
        "givenName": given,
        "surname": surname,
        "companyName": company,
        "jobTitle": draw.choice(words.JOB_TITLES),
        "emailAddresses": [{"name": f"{given} {surname}", "address": address} for address in addresses],
        "businessPhones": [_phone(draw)],
        "mobilePhone": _phone(draw) if number % 3 else None,
        "businessAddress": place if number % 4 else {},
        "categories": ["Customer"] if number % 6 == 0 else [],
        "personalNotes": "Met at the Lisbon fair." if number % 9 == 0 else "",
    }


def _phone(draw: Random) -> str:
    return f"+{draw.choice([1, 33, 44, 46, 49, 81])} {draw.randint(20, 99)} {draw.randint(1000000, 9999999)}"


def _ascii(text: str) -> str:
    plain = text.lower().translate(_PLAIN)
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum()) or "post"


_PLAIN = str.maketrans("éèêëáàäãåæíïłñóöøôšśúüůçčęńžźż", "eeeeaaaaaaiilnoooossuuuccenzzz")
