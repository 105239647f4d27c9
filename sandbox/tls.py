"""The sandbox's own certificate authority and the certificate of its TLS listener."""

from pathlib import Path

import trustme

from sandbox.files import write_private
from sandbox.scenario import EXCHANGE_HOSTS


def ensure_certificates(data_dir: Path, public_host: str) -> Path:
    """Makes `ca.pem` and `tls.pem` (key and chain) unless both are there. Returns the path of the latter.

    The authority's private key is not kept: if one file is lost, both are made anew.
    """
    authority_path, tls_path = data_dir / "ca.pem", data_dir / "tls.pem"
    if authority_path.exists() and tls_path.exists():
        return tls_path
    authority = trustme.CA(organization_name="Atrium sandbox")
    leaf = authority.issue_cert(*sorted({"127.0.0.1", "localhost", public_host, *EXCHANGE_HOSTS}))
    write_private(tls_path, leaf.private_key_and_cert_chain_pem.bytes())
    write_private(authority_path, authority.cert_pem.bytes(), 0o644)
    return tls_path
