"""A stand-in Microsoft 365 tenant and SAML identity provider, met over HTTP only."""
