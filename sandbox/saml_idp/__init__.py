"""The SAML 2.0 identity provider of each tenant.

https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf (Web Browser SSO)
"""

from sandbox.saml_idp.routes import routes

__all__ = ["routes"]
