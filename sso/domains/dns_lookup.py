"""Looking TXT records up: the only module that imports dnspython."""

from urllib.parse import urlsplit

import dns.exception
import dns.resolver
from django.conf import settings

PATIENCE_SECONDS = 6.0
PORT = 53


class LookUpError(Exception):
    """There was no answer to work with; the words say what is the matter."""


def txt_values(name: str) -> list[str]:
    """Every TXT record under a name, its parts joined; empty where there is none. Raises LookUpError."""
    try:
        answer = _resolver().resolve(name, "TXT", lifetime=PATIENCE_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.resolver.NoNameservers as error:
        raise LookUpError(f"The name servers of {name} answered with an error. Try again later.") from error
    except dns.resolver.LifetimeTimeout as error:
        raise LookUpError("The name servers did not answer in time. Try again in a few minutes.") from error
    except dns.exception.DNSException as error:
        raise LookUpError(f"The name {name} could not be looked up.") from error
    except OSError as error:
        raise LookUpError("No name server could be reached. Try again in a few minutes.") from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _resolver() -> dns.resolver.Resolver:
    """The system's, unless the environment names another one."""
    if not settings.DNS_RESOLVER:
        return dns.resolver.Resolver()
    named = urlsplit(f"//{settings.DNS_RESOLVER}")
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [str(named.hostname)]
    resolver.port = named.port or PORT
    return resolver
