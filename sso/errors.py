"""Why a sign-in is refused."""

from enum import StrEnum


class Reason(StrEnum):
    """Every reason."""

    NOT_CONFIGURED = "not_configured"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    IDP_REFUSED = "idp_refused"
    UNSOLICITED = "unsolicited"
    UNKNOWN_REQUEST = "unknown_request"
    UNSIGNED = "unsigned"
    WEAK_ALGORITHM = "weak_algorithm"
    BAD_SIGNATURE = "bad_signature"
    NOT_ENCRYPTED = "not_encrypted"
    UNDECRYPTABLE = "undecryptable"
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_RECIPIENT = "wrong_recipient"
    NOT_IN_TIME = "not_in_time"
    REPLAYED = "replayed"
    NO_NAME_ID = "no_name_id"
    TRANSIENT_NAME_ID = "transient_name_id"
    WRONG_BROWSER = "wrong_browser"
    EXPIRED = "expired"
    NO_EMAIL = "no_email"
    SEVERAL_EMAILS = "several_emails"
    FOREIGN_DOMAIN = "foreign_domain"
    CONFIRM_ADDRESS = "confirm_address"
    OTHER_IDENTITY = "other_identity"
    DEACTIVATED = "deactivated"
    OWNER_NOT_VOUCHED = "owner_not_vouched"


class SamlError(Exception):
    """A sign-in that is refused, for this reason; `detail` is for the log and holds nothing secret."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        # In one line: parts of it were written by whoever sent the message.
        self.detail = " ".join(detail.split())
        super().__init__(f"{reason}: {self.detail}" if self.detail else str(reason))
        self.reason = reason
