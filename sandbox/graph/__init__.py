"""Microsoft Graph v1.0, as far as a calendar and contacts sync calls it."""

from sandbox.graph.dispatch import routes

__all__ = ["routes"]
