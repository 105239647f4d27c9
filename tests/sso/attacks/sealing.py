"""Encrypted assertions written out by hand, in any shape."""

import base64
import os
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils import timezone
from lxml import etree

from accounts.models import Account
from sso.models import KeyState, ServiceProviderKey
from sso.saml import KeyPair, generate_key_pair
from tests.sso.attacks.forging import ASSERTION, assertion_of
from tests.sso.attacks.signing import DSIG, HASHES, SHA256

ENC = "http://www.w3.org/2001/04/xmlenc#"
ENC_11 = "http://www.w3.org/2009/xmlenc11#"
GCM = f"{ENC_11}aes256-gcm"
CBC = f"{ENC}aes256-cbc"
OAEP = f"{ENC}rsa-oaep-mgf1p"
OAEP_11 = f"{ENC_11}rsa-oaep"
DIGESTS = {"sha1": f"{DSIG}sha1", "sha256": SHA256, "sha512": f"{ENC}sha512"}


@lru_cache
def make_key_pair(name: str = "contoso") -> KeyPair:
    """A key pair of ours, always the same one within a run."""
    return generate_key_pair(name)[0]


def keep_key(account: Account, pair: KeyPair, state: KeyState = KeyState.CURRENT) -> ServiceProviderKey:
    """The account has this key pair."""
    return ServiceProviderKey.objects.create(
        account=account,
        state=state,
        private_key=pair.private_key,
        certificate=pair.certificate,
        not_after=timezone.now() + timedelta(days=90),
    )


@dataclass
class Seal:
    """How something is encrypted; what differs from the usual is the attack."""

    pair: KeyPair
    cipher: str = GCM
    transport: str = OAEP
    beside: bool = False
    digest: str = "sha1"
    mask: str = ""

    def encrypted(self, text: bytes) -> Any:
        """An EncryptedAssertion over this text."""
        key = os.urandom(32)
        whole = etree.Element(f"{{{ASSERTION}}}EncryptedAssertion", nsmap={"saml": ASSERTION})
        data = etree.SubElement(whole, f"{{{ENC}}}EncryptedData", Type=f"{ENC}Element", nsmap={"xenc": ENC, "ds": DSIG})
        etree.SubElement(data, f"{{{ENC}}}EncryptionMethod", Algorithm=self.cipher)
        key_info = etree.SubElement(data, f"{{{DSIG}}}KeyInfo")
        add_cipher(data, self._text(key, text))
        wrapped = etree.SubElement(whole if self.beside else key_info, f"{{{ENC}}}EncryptedKey", Id="_key")
        method = etree.SubElement(wrapped, f"{{{ENC}}}EncryptionMethod", Algorithm=self.transport)
        if self.transport in (OAEP, OAEP_11):
            etree.SubElement(method, f"{{{DSIG}}}DigestMethod", Algorithm=DIGESTS[self.digest])
        if self.mask:
            etree.SubElement(method, f"{{{ENC_11}}}MGF", Algorithm=f"{ENC_11}mgf1{self.mask}", nsmap={"xenc11": ENC_11})
        add_cipher(wrapped, self._wrapped(key))
        if self.beside:
            etree.SubElement(key_info, f"{{{DSIG}}}RetrievalMethod", URI="#_key", Type=f"{ENC}EncryptedKey")
        return whole

    def _text(self, key: bytes, text: bytes) -> bytes:
        if self.cipher == GCM:
            nonce = os.urandom(12)
            return nonce + AESGCM(key).encrypt(nonce, text, None)
        start = os.urandom(16)
        missing = 16 - len(text) % 16
        encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
        return start + encryptor.update(text + bytes(missing - 1) + bytes([missing])) + encryptor.finalize()

    def _wrapped(self, key: bytes) -> bytes:
        public = x509.load_der_x509_certificate(base64.b64decode(self.pair.certificate)).public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        if self.transport.endswith("rsa-1_5"):
            return public.encrypt(key, padding.PKCS1v15())
        mask = padding.MGF1(HASHES[self.mask or "sha1"])
        return public.encrypt(key, padding.OAEP(mask, HASHES[self.digest], None))


def add_cipher(parent: Any, content: bytes) -> None:
    data = etree.SubElement(parent, f"{{{ENC}}}CipherData")
    etree.SubElement(data, f"{{{ENC}}}CipherValue").text = base64.b64encode(content).decode()


def seal_assertion(root: Any, seal: Seal, text: bytes | None = None) -> Any:
    """The response with its assertion encrypted, or this text in its place."""
    assertion = assertion_of(root)
    plain = etree.tostring(assertion, method="c14n", exclusive=True) if text is None else text
    root.replace(assertion, seal.encrypted(plain))
    return root


def change_cipher(root: Any, number: int, at: int, by: int = 1) -> None:
    """Flip bits of a cipher value: 0 is the text's, 1 the key's."""
    node = list(root.iter(f"{{{ENC}}}CipherValue"))[number]
    content = bytearray(base64.b64decode(node.text))
    content[at] ^= by
    node.text = base64.b64encode(bytes(content)).decode()
