"""The log of sign-ins: every answer of an identity provider and what came of it, redacted, for 30 days."""

from sso.sign_in_log.recording import email_of, forget_old, record, redacted

__all__ = ["email_of", "forget_old", "record", "redacted"]
