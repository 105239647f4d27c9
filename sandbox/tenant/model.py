"""Tenants and their people, what the directory lets them consent to, and what was consented."""

from dataclasses import dataclass, field
from typing import Any, Self

from sandbox.tenant.mailbox import Mailbox


@dataclass
class Person:
    """A user of the directory. `oid` is the object id, `upn` the user principal name and mail address.

    `exchange_host` names the server of a mailbox on-premises; it is empty where the mailbox is in Exchange Online.
    """

    oid: str
    upn: str
    given_name: str
    surname: str
    job_title: str
    department: str
    groups: list[str]
    time_zone: str
    is_admin: bool = False
    exchange_host: str = ""

    @property
    def name(self) -> str:
        """Display name."""
        return f"{self.given_name} {self.surname}"


@dataclass
class Policy:
    """Who may consent, and whether people may ask for approval where they may not.

    https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent
    """

    user_consent: str = "allowed"
    request_workflow: bool = False


@dataclass
class SamlOptions:
    """How this tenant's identity provider writes its answers, and what it asks of requests.

    `sp_certificates` (PEM bodies) are the service provider's: the first is encrypted for, any of them may sign.
    """

    sign_response: bool = False
    sign_assertion: bool = True
    name_id_format: str = "persistent"
    encrypt: bool = False
    verify_requests: bool = False
    sp_certificates: list[str] = field(default_factory=list)


@dataclass
class Tenant:
    """`tenant_wide` are scopes granted for AllPrincipals, `personal` those a person granted (by oid).

    /token honours `tenant_wide` from `settles_at` on, in seconds since the epoch. `exchange_hosts` are the
    company's own Exchange servers, registered with the directory.
    """

    id: str
    domain: str
    name: str
    people: dict[str, Person]
    mailboxes: dict[str, Mailbox]
    policy: Policy = field(default_factory=Policy)
    saml: SamlOptions = field(default_factory=SamlOptions)
    tenant_wide: list[str] = field(default_factory=list)
    personal: dict[str, list[str]] = field(default_factory=dict)
    approval_requests: list[dict[str, str]] = field(default_factory=list)
    settles_at: float = 0
    exchange_hosts: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, saved: dict[str, Any]) -> Self:
        """From the snapshot's JSON."""
        return cls(
            **{
                **saved,
                "people": {oid: Person(**row) for oid, row in saved["people"].items()},
                "mailboxes": {oid: Mailbox.load(row) for oid, row in saved["mailboxes"].items()},
                "policy": Policy(**saved["policy"]),
                "saml": SamlOptions(**saved["saml"]),
            }
        )

    def person(self, upn: str) -> Person | None:
        """The person with this user principal name, whatever its case."""
        wanted = upn.casefold()
        return next((person for person in self.people.values() if person.upn.casefold() == wanted), None)

    def granted(self, oid: str) -> set[str]:
        """Scopes in effect for a person: the tenant's and their own."""
        return {*self.tenant_wide, *self.personal.get(oid, [])}

    def honoured(self, oid: str, now: float) -> set[str]:
        """Of the scopes in effect those that /token knows of at this second since the epoch."""
        return self.granted(oid) if now >= self.settles_at else set(self.personal.get(oid, []))

    def grant_personal(self, oid: str, scopes: set[str]) -> None:
        """Adds to what a person consented to."""
        self.personal[oid] = sorted({*self.personal.get(oid, []), *scopes})

    def grant_tenant_wide(self, scopes: set[str]) -> None:
        """Consents for everyone. The new set replaces the old one of the same resource, as in Entra.

        https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent
        """
        resources = {scope.rpartition("/")[0] for scope in scopes}
        kept = {scope for scope in self.tenant_wide if scope.rpartition("/")[0] not in resources}
        self.tenant_wide = sorted(kept | scopes)

    def withdraw(self, oid: str | None = None, resource: str | None = None) -> None:
        """Takes back the grants of one person, or all of the tenant's; with `resource` only those on it.

        Graph's resource is the empty text, as its scopes are written short.
        """
        if oid is None:
            self.tenant_wide, self.settles_at = _others(self.tenant_wide, resource), 0
        for who in list(self.personal) if oid is None else [oid]:
            self.personal[who] = _others(self.personal.get(who, []), resource)
        self.personal = {who: scopes for who, scopes in self.personal.items() if scopes}


def _others(scopes: list[str], resource: str | None) -> list[str]:
    return [scope for scope in scopes if resource is not None and scope.rpartition("/")[0] != resource]
