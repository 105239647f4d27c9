"""The Microsoft identity platform, v2.0 endpoints."""

from sandbox.identity.routes import routes

__all__ = ["routes"]
