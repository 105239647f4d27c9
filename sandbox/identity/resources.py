"""Which resources a tenant knows: Graph, and the Exchange servers whose host names are registered with it.

On-premises servers are registered as service principal names of Exchange Online.
https://learn.microsoft.com/microsoft-365/enterprise/configure-exchange-server-for-hybrid-modern-authentication
"""

from urllib.parse import urlsplit

from sandbox.config import Config
from sandbox.identity.scopes import GRAPH, Scopes
from sandbox.tenant.model import Tenant


def exchange_hosts(config: Config, tenant: Tenant) -> set[str]:
    """Host names, without ports: the sandbox's own on its TLS listener, and what the tenant registered."""
    return {"127.0.0.1", "localhost", config.public_host, *tenant.exchange_hosts}


def unknown_resource(config: Config, tenant: Tenant, scopes: Scopes) -> tuple[str, int, str] | None:
    """Error, number and text if a permission is of a resource that the tenant does not know."""
    hosts = exchange_hosts(config, tenant)
    for resource in sorted(scopes.resources - {GRAPH}):
        if urlsplit(resource).hostname not in hosts:
            message = f"The resource principal named {resource} was not found in the tenant named {tenant.name}."
            return "invalid_resource", 500011, message
    return None
