"""The control room: what is in the tenants and what goes wrong on purpose, as pages and as a JSON API."""

from sandbox.control.routes import routes

__all__ = ["routes"]
