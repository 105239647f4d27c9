"""The guides: what has to be done at Microsoft or at the identity provider, and where to check it afterwards."""

from dataclasses import dataclass

from calendar_integration.setting_definitions import INTEGRATION
from portal.overview.rows import Link


@dataclass(frozen=True)
class Source:
    """A vendor's page that a guide follows; `dated` is the date that page bears, or when it was read."""

    title: str
    url: str
    dated: str


@dataclass(frozen=True)
class Guide:
    """`who` has to do it, `check` leads to the place that shows whether it worked."""

    slug: str
    title: str
    summary: str
    who: str
    check: Link
    sources: tuple[Source, ...]

    @property
    def template(self) -> str:
        """Its page."""
        return f"portal/guides/{self.slug.replace('-', '_')}.html"


AS_OF = "November 2026"  # when the steps were written after the makers' pages
LEARN = "https://learn.microsoft.com"
FEDERATION_API = Source(
    "Microsoft: create a federation configuration",
    f"{LEARN}/graph/api/domain-post-federationconfiguration",
    f"read in {AS_OF}",
)
CONSENT_POLICIES = Source(
    "Microsoft: app consent policies", f"{LEARN}/entra/identity/enterprise-apps/manage-app-consent-policies", "Jan 2026"
)
CHECK_FEDERATION = Link("Check again", "overview", fragment="federation")
CHECK_CONSENT = Link("Check again", "calendar_integration")

GUIDES = (
    Guide(
        "okta-federation",
        "Federate Okta with Microsoft Entra",
        "People who are signed in at Okta are then signed in at Microsoft too.",
        "A super admin of Okta and a Global Administrator of Microsoft Entra",
        CHECK_FEDERATION,
        (
            Source(
                "Okta: WS-Federation for Office 365",
                "https://help.okta.com/oie/en-us/Content/Topics/apps/apps_configuring_ws-federation.htm",
                f"read in {AS_OF}",
            ),
            Source(
                "Okta: from manual to automatic federation",
                "https://support.okta.com/help/s/article/update-office-365-federation-from-manual-to-automatic",
                f"read in {AS_OF}",
            ),
            FEDERATION_API,
        ),
    ),
    Guide(
        "ping-federation",
        "Federate Ping with Microsoft Entra",
        "People who are signed in at PingOne or PingFederate are then signed in at Microsoft too.",
        "An administrator of Ping, and a Hybrid Identity Administrator or Global Administrator of Microsoft Entra",
        CHECK_FEDERATION,
        (
            Source(
                "Ping: Microsoft 365 in PingOne",
                "https://docs.pingidentity.com/pingone/applications/p1_adding_microsoft_365.html",
                "May 2025",
            ),
            Source(
                "Ping: PingFederate and Office 365",
                "https://docs.pingidentity.com/r/en-us/pingfederate-azuread-office365-integration/"
                "pingfederate_azuread_office365_integration_creating_a_connection_to_azure_active_directory",
                f"read in {AS_OF}",
            ),
            FEDERATION_API,
        ),
    ),
    Guide(
        "consent-this-app",
        "Consent for Atrium only",
        "One Office 365 admin agrees once, and everybody can connect. This is what most companies do.",
        "A Cloud Application Administrator, Application Administrator or Global Administrator",
        CHECK_CONSENT,
        (
            Source(
                "Microsoft: grant tenant-wide admin consent",
                f"{LEARN}/entra/identity/enterprise-apps/grant-admin-consent",
                "Nov 2024",
            ),
            CONSENT_POLICIES,
        ),
    ),
    Guide(
        "consent-all-apps",
        "Let people consent for themselves, for all apps",
        "It opens more than Atrium needs, so many companies do not want it.",
        "A Global Administrator",
        CHECK_CONSENT,
        (
            Source(
                "Microsoft: how users consent to applications",
                f"{LEARN}/entra/identity/enterprise-apps/configure-user-consent",
                "Jun 2025",
            ),
            CONSENT_POLICIES,
        ),
    ),
    Guide(
        "exchange-hybrid",
        "Mailboxes on an Exchange server of your own",
        "What a hybrid organisation has to have in place before a mailbox there can be connected.",
        "An Exchange administrator and an administrator of Microsoft Entra",
        Link("Try the EWS URL", "account_settings", fragment=INTEGRATION.key),
        (
            Source(
                "Microsoft: hybrid modern authentication",
                f"{LEARN}/en-us/microsoft-365/enterprise/configure-exchange-server-for-hybrid-modern-authentication",
                f"read in {AS_OF}",
            ),
            Source("Microsoft: REST and hybrid deployments", f"{LEARN}/graph/hybrid-rest-support", f"read in {AS_OF}"),
        ),
    ),
)


def find(slug: str) -> Guide | None:
    """The guide of this name, if there is one."""
    return next((guide for guide in GUIDES if guide.slug == slug), None)
