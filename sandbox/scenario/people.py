"""The two organisations and who works there."""

from dataclasses import dataclass

from sandbox.tenant.ids import stable_uuid
from sandbox.tenant.model import Person, Tenant


@dataclass(frozen=True)
class Workload:
    """How much a mailbox holds: calendar rows inside the usual window, and contacts."""

    rows: int
    contacts: int


_BERLIN, _LONDON, _SEATTLE = "W. Europe Standard Time", "GMT Standard Time", "Pacific Standard Time"
_TOKYO, _PARIS, _SYDNEY = "Tokyo Standard Time", "Romance Standard Time", "AUS Eastern Standard Time"
_NEW_YORK, _HELSINKI, _MUMBAI = "Eastern Standard Time", "FLE Standard Time", "India Standard Time"

# given name, surname, job title, department, groups, time zone, directory admin, rows, contacts
_CONTOSO = [
    ("Dana", "Reyes", "Head of IT", "IT", "IT", _BERLIN, True, 150, 90),
    ("Lee", "Park", "IT Operations Lead", "IT", "IT,Engineering", _BERLIN, False, 120, 60),
    ("Sam", "Okafor", "Sales Director", "Sales", "Sales", _LONDON, False, 210, 200),
    ("Ana", "Lima", "Account Executive", "Sales", "Sales", _BERLIN, False, 180, 140),
    ("Bo", "Lindqvist", "Software Engineer", "Engineering", "Engineering", _HELSINKI, False, 95, 35),
    ("Cy", "Marsh", "Field Engineer", "Engineering", "Engineering", _SEATTLE, False, 60, 24),
    ("Di", "Novak", "Product Designer", "Product", "Product", _BERLIN, False, 130, 45),
    ("Ed", "Haas", "Finance Manager", "Finance", "Finance", _BERLIN, False, 110, 80),
    ("Kim", "Sato", "Regional Manager", "Sales", "Sales", _TOKYO, False, 160, 120),
    ("Mia", "Brandt", "Chief of Staff", "Executive Office", "Executive Office", _BERLIN, False, 300, 180),
    ("Noah", "Weiss", "Intern", "Sales", "Interns,Sales", _BERLIN, False, 52, 20),
    ("Omar", "Haddad", "Data Engineer", "Engineering", "Engineering", _PARIS, False, 100, 30),
    ("Pia", "Rossi", "Marketing Lead", "Marketing", "Marketing", _PARIS, False, 170, 110),
    ("Quinn", "Doyle", "Customer Success Manager", "Sales", "Sales", _LONDON, False, 200, 150),
    ("Rosa", "Vidal", "Intern", "Engineering", "Interns,Engineering", _PARIS, False, 55, 22),
]
_FABRIKAM = [
    ("Finn", "Carter", "IT Manager", "IT", "IT", _NEW_YORK, True, 90, 40),
    ("Gia", "Marino", "Plant Manager", "Operations", "Operations", _NEW_YORK, False, 140, 70),
    ("Hugo", "Bernard", "Buyer", "Procurement", "Procurement", _PARIS, False, 80, 95),
    ("Ines", "Carvalho", "Quality Engineer", "Operations", "Operations", _SYDNEY, False, 75, 28),
    ("Jon", "Mehta", "Controller", "Finance", "Finance", _MUMBAI, False, 105, 50),
]

# Mailboxes that are not in Exchange Online, and the server they are on.
_ON_PREMISES = {"pia@contoso.example": "mail.contoso.example"}

EXCHANGE_HOSTS = sorted(set(_ON_PREMISES.values()))
DOMAINS = ["contoso.example", "fabrikam.example"]


def organisations() -> list[tuple[Tenant, dict[str, Workload]]]:
    """Both tenants with empty mailboxes, and each person's workload by oid."""
    return [
        _organisation("11111111-aaaa-4bbb-8ccc-000000000001", DOMAINS[0], "Contoso", _CONTOSO),
        _organisation("22222222-aaaa-4bbb-8ccc-000000000002", DOMAINS[1], "Fabrikam", _FABRIKAM),
    ]


_Row = tuple[str, str, str, str, str, str, bool, int, int]


def _organisation(tenant_id: str, domain: str, name: str, rows: list[_Row]) -> tuple[Tenant, dict[str, Workload]]:
    people = {person.oid: person for person in (_person(domain, row) for row in rows)}
    loads = {oid: Workload(*row[7:]) for oid, row in zip(people, rows, strict=True)}
    servers = sorted({person.exchange_host for person in people.values()} - {""})
    return Tenant(tenant_id, domain, name, people, {}, exchange_hosts=servers), loads


def _person(domain: str, row: _Row) -> Person:
    given, surname, title, department, groups, zone, is_admin = row[:7]
    upn = f"{given.lower()}@{domain}"
    oid = str(stable_uuid("person", upn))
    server = _ON_PREMISES.get(upn, "")
    return Person(oid, upn, given, surname, title, department, groups.split(","), zone, is_admin, server)
