"""Exchange Web Services of a server on-premises."""

from sandbox.ews.endpoint import routes

__all__ = ["routes"]
