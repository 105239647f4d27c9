"""Errors of two kinds: of one answer among several, which comes with HTTP 200, and of the whole call.

https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
https://learn.microsoft.com/exchange/client-developer/exchange-web-services/handling-errors-related-to-ews
"""

from collections.abc import Mapping


class EwsError(Exception):
    """One answer is an error: its ResponseCode and MessageText."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class SoapFault(Exception):  # noqa: N818 - SOAP's own word
    """The whole call failed: HTTP 500 and a fault. `values` stand in the fault's MessageXml."""

    def __init__(self, code: str, message: str, values: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.values = code, message, dict(values or {})


def malformed_id() -> EwsError:
    """Not an id of this server."""
    return EwsError("ErrorInvalidIdMalformed", "Id is malformed.")


def corrupt_data() -> EwsError:
    """An item that the server itself cannot read."""
    return EwsError("ErrorCorruptData", "Corrupt data.")


def item_not_found() -> EwsError:
    """No such item, or no longer."""
    return EwsError("ErrorItemNotFound", "The specified object was not found in the store.")


def folder_not_found() -> EwsError:
    """No such folder."""
    return EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.")


def access_denied() -> EwsError:
    """Somebody else's."""
    return EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")


def no_mailbox() -> EwsError:
    """An address without a mailbox on this server."""
    return EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")


def invalid_request(message: str) -> EwsError:
    """The schema allows it, the operation does not."""
    return EwsError("ErrorInvalidRequest", message)
