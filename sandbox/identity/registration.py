"""The app registration of the portal.

https://learn.microsoft.com/entra/identity-platform/quickstart-register-app
"""

from sandbox.config import Config

CLIENT_ID = "5b8a1f60-3c1e-4d0a-9f57-a7d0c0ffee01"
NAME = "Atrium"

# requiredResourceAccess: what `.default` stands for.
REGISTERED_SCOPES = ("Calendars.Read", "Contacts.Read", "User.Read")


def redirect_uris(config: Config) -> tuple[str, str]:
    """Addresses an answer may be sent to; compared literally."""
    return (f"{config.portal_url}/office365/callback/", f"{config.portal_url}/office365/admin-consent/")
