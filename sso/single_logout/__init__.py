"""Single logout: leaving the identity provider too, and being signed out by it.

https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf (4.4)
"""

from sso.single_logout.remembering import forget_gone, remember

__all__ = ["forget_gone", "remember"]
