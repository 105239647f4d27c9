"""Setting up an account's identity provider: a draft is saved, tested and then put into use."""

from sso.configuration.operator import configure

__all__ = ["configure"]
