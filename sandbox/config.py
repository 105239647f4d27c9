"""What one run of the sandbox is told: addresses, where it keeps its state, and the portal it serves."""

from dataclasses import dataclass
from pathlib import Path

_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, never bound to by default


@dataclass(frozen=True)
class Config:
    """Addresses are without a trailing slash; `client_secret` is the app registration's secret."""

    host: str
    port: int
    portal_url: str
    data_dir: Path
    client_secret: str

    @property
    def tls_port(self) -> int:
        """The TLS listener sits one above the plain one."""
        return self.port + 1

    @property
    def public_host(self) -> str:
        """The host other processes call: a wildcard address is reached through loopback."""
        return "127.0.0.1" if self.host in _EVERYWHERE else self.host

    @property
    def http_base(self) -> str:
        """Base of everything a browser opens; plain http, since its certificate would be unknown to it."""
        return f"http://{self.public_host}:{self.port}"

    @property
    def https_base(self) -> str:
        """Base of what clients call; MSAL refuses an authority that is not https."""
        return f"https://{self.public_host}:{self.tls_port}"
