"""python3-saml as the verifier: it reads the very tree whose shape was checked, and no other reading of the bytes."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

import xmlsec
from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from sso.errors import Reason, SamlError
from sso.saml import schema
from sso.saml.keys import certificate_pem
from sso.saml.names import ASSERTION
from sso.saml.party import Party
from sso.saml.toolkit import acs_url, settings_of

# What python3-saml stumbles over in messages that are odd in ways it does not name.
STUMBLES = (ValueError, TypeError, AttributeError, KeyError, IndexError)

Error = OneLogin_Saml2_ValidationError
REASONS = {
    Error.STATUS_CODE_IS_NOT_SUCCESS: Reason.IDP_REFUSED,
    Error.WRONG_INRESPONSETO: Reason.UNKNOWN_REQUEST,
    Error.ASSERTION_TOO_EARLY: Reason.NOT_IN_TIME,
    Error.ASSERTION_EXPIRED: Reason.NOT_IN_TIME,
    Error.WRONG_SUBJECTCONFIRMATION: Reason.WRONG_RECIPIENT,
    Error.WRONG_DESTINATION: Reason.WRONG_RECIPIENT,
    Error.EMPTY_DESTINATION: Reason.WRONG_RECIPIENT,
    Error.WRONG_AUDIENCE: Reason.WRONG_AUDIENCE,
    Error.WRONG_ISSUER: Reason.WRONG_ISSUER,
    Error.ISSUER_MULTIPLE_IN_RESPONSE: Reason.WRONG_ISSUER,
    Error.ISSUER_NOT_FOUND_IN_ASSERTION: Reason.WRONG_ISSUER,
    Error.NO_SIGNATURE_FOUND: Reason.UNSIGNED,
    Error.NO_SIGNED_MESSAGE: Reason.UNSIGNED,
    Error.NO_SIGNED_ASSERTION: Reason.UNSIGNED,
    Error.INVALID_SIGNATURE: Reason.BAD_SIGNATURE,
    Error.DEPRECATED_SIGNATURE_METHOD: Reason.WEAK_ALGORITHM,
    Error.DEPRECATED_DIGEST_METHOD: Reason.WEAK_ALGORITHM,
    Error.NO_NAMEID: Reason.NO_NAME_ID,
    Error.EMPTY_NAMEID: Reason.NO_NAME_ID,
}

RESPONSE_SIGNATURE = OneLogin_Saml2_Utils.RESPONSE_SIGNATURE_XPATH
ASSERTION_SIGNATURE = OneLogin_Saml2_Utils.ASSERTION_SIGNATURE_XPATH

schema.remember()


class Response(OneLogin_Saml2_Response):  # type: ignore[misc]  # python3-saml has no types
    """python3-saml's, given a tree instead of bytes, and without its time checks that grant no skew.

    conditions.check grants it, and is stricter than python3-saml where that grants more. `decrypted` is the same tree
    with its assertion opened, where that was encrypted.
    """

    def __init__(self, settings: Any, document: Any, decrypted: Any = None) -> None:
        self._settings = settings
        self._error = None
        self.response = b""
        self.document = document
        self.decrypted_document = decrypted
        self.encrypted = True if decrypted is not None else None
        self.valid_scd_not_on_or_after = None

    def get_session_not_on_or_after(self) -> None:
        """Nothing: the end of the session is checked with skew, by us."""

    def _query_assertion(self, xpath_expr: str) -> list[Any]:
        nodes: list[Any] = super()._query_assertion(xpath_expr)
        if not xpath_expr.endswith("/saml:SubjectConfirmation"):
            return nodes
        timeless = deepcopy(nodes)  # never the document itself: its signature covers the times
        for node in timeless:
            for data in node.iter(f"{{{ASSERTION}}}SubjectConfirmationData"):
                data.attrib.pop("NotBefore", None)
                data.attrib.pop("NotOnOrAfter", None)
        return timeless


def verify(party: Party, document: Any, decrypted: Any, request_id: str) -> None:
    """Let python3-saml find what is wrong with a response, strictly. Raises SamlError.

    `decrypted` is the same tree with its assertion opened, or None; the request's id may be "".
    """

    def ask() -> None:
        response = Response(settings_of(party), document, decrypted)
        response.is_valid(_request_data(party.vanity), request_id or None, raise_exceptions=True)

    _asked(ask)


def verify_signature(party: Party, document: Any, xpath: str) -> None:
    """Raise SamlError unless the one signature at this place is of one of the provider's certificates."""
    certificates = [certificate_pem(body) for body in party.settings.certificates]
    _asked(
        lambda: OneLogin_Saml2_Utils.validate_sign(
            document, xpath=xpath, multicerts=certificates, raise_exceptions=True
        )
    )


def _asked(question: Callable[[], object]) -> None:
    """Whatever python3-saml and the libraries beneath it raise, as a SamlError."""
    try:
        question()
    except OneLogin_Saml2_ValidationError as error:
        raise SamlError(REASONS.get(error.code, Reason.MALFORMED), str(error)[:200]) from error
    except (OneLogin_Saml2_Error, etree.LxmlError, xmlsec.Error) as error:
        raise SamlError(Reason.MALFORMED, type(error).__name__) from error
    except STUMBLES as error:
        raise SamlError(Reason.MALFORMED, type(error).__name__) from error


def _request_data(vanity: str) -> dict[str, str]:
    """Our own address as python3-saml wants it, from our configuration and never from the request."""
    url = urlsplit(acs_url(vanity))
    return {
        "https": "on" if url.scheme == "https" else "off",
        "http_host": url.netloc,
        "script_name": url.path,
    }
