"""What the checklist is decided from."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from calendar_integration.integration_setting import Integration, Method
from calendar_integration.models import AskMode, CalendarService, ConsentState
from sso.models import IdentityProvider, ProviderDraft

ENTRA_ISSUER = "sts.windows.net"  # the host of Entra ID's own entity ids, https://sts.windows.net/<tenant>/
CONSENT_SAID = (ConsentState.REPORTED, ConsentState.CONFIRMED, ConsentState.PARTIAL)


@dataclass(frozen=True)
class Facts:
    """How an account stands, for one of its owners or admins. Times are in UTC."""

    now: datetime
    role: str = "Owner"
    company: str = "Contoso"
    proven_domains: tuple[str, ...] = ()
    has_unproven_domains: bool = False
    provider: IdentityProvider | None = None
    draft: ProviderDraft | None = None
    service: CalendarService | None = None
    has_client: bool = True  # whether the operator has registered Atrium with Microsoft
    people_waiting: int = 0  # for an Office 365 admin
    integration: Integration = field(default_factory=Integration)
    ask: AskMode = AskMode.OFF
    groups_with_own_ask: int = 0
    people: int = 0
    connected: int = 0
    viewer_is_connected: bool = False

    @property
    def signs_on(self) -> bool:
        """Whether people can sign in with the identity provider."""
        return self.provider is not None and self.provider.is_enabled

    @property
    def wants_single_sign_on(self) -> bool:
        """Whether the company has begun with it. One where people use passwords for good is in order as well."""
        return self.provider is not None or self.draft is not None

    @property
    def has_tenant(self) -> bool:
        """Whether it is known to whom people are sent at Microsoft."""
        return self.service is not None and self.service.tenant_id is not None

    @property
    def consent(self) -> ConsentState:
        """What is known of the company's consent."""
        return ConsentState(self.service.consent_state) if self.service else ConsentState.UNKNOWN

    @property
    def uses_own_server(self) -> bool:
        """Whether mailboxes are on an Exchange server of the company's own."""
        return self.integration.method is Method.EWS

    @property
    def may_connect(self) -> bool:
        """Whether people can be sent to Microsoft at all."""
        is_on = self.service is not None and self.service.is_enabled
        return self.has_client and self.has_tenant and is_on and self.integration.on

    @property
    def may_check_silently(self) -> bool:
        """Whether an authorization that asks nothing has a chance: without consent Microsoft has to ask."""
        return self.may_connect and self.consent in CONSENT_SAID

    @property
    def entra_tenant(self) -> str:
        """The tenant that is the identity provider itself, or nothing where the provider is another product."""
        if self.provider is None:
            return ""
        parts = urlsplit(self.provider.entity_id.replace("[", "").replace("]", ""))
        return parts.path.strip("/").lower() if (parts.scheme, parts.hostname) == ("https", ENTRA_ISSUER) else ""
