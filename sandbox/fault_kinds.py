"""Every kind of misbehaviour there is, with a sentence each: what the control page lists and the API takes."""

from dataclasses import dataclass
from typing import Literal

Option = Literal["retry_after", "seconds", "status"]


@dataclass(frozen=True)
class Kind:
    """`says` is for people; `options` are the numbers this kind looks at, besides how often it happens."""

    name: str
    says: str
    options: tuple[Option, ...] = ()


GROUPS: dict[str, tuple[Kind, ...]] = {
    "Identity: signing in": (
        Kind("identity.decline", "The browser returns as if the person had cancelled (65004, error_subcode=cancel)"),
        Kind("identity.consent_required", "The browser returns with consent_required (65001)"),
        Kind("identity.admin_approval_required", "The person is stranded on “Need admin approval” (90094)"),
        Kind("identity.approval_workflow", "The person is stranded on “Approval required”, where they may ask (90095)"),
        Kind("identity.not_assigned", "The person is not assigned to the application: a page (50105)"),
        Kind("identity.wrong_tenant", "The person does not exist in the tenant: a page (50020)"),
        Kind("identity.account_disabled", "The person’s account is disabled: a page (50057)"),
        Kind("identity.conditional_access", "Conditional Access blocks the person: a page (53003)"),
        Kind("identity.app_missing", "The application is not in the directory: a page (700016)"),
        Kind("identity.redirect_mismatch", "The redirect URI is not registered: a page (50011)"),
        Kind("identity.login_required", "A silent request, prompt=none, returns with login_required (50058)"),
        Kind(
            "identity.interaction_required", "A silent request, prompt=none, returns with interaction_required (50076)"
        ),
        Kind("identity.server_error", "The browser returns with server_error (90033)"),
        Kind("identity.temporarily_unavailable", "The browser returns with temporarily_unavailable (90006)"),
        Kind("identity.wrong_state", "The answer echoes another state than was sent, at admin consent too"),
        Kind("identity.no_state", "The answer has no state, at admin consent too"),
    ),
    "Identity: consent for the organisation": (
        Kind("admin_consent.decline", "The browser returns with an error, and with admin_consent=True (65004)"),
        Kind("admin_consent.not_admin", "An admin is told that they are none: a page (90093)"),
        Kind(
            "admin_consent.delayed", "Consent is reported at once, /token honours it after some seconds", ("seconds",)
        ),
        Kind("admin_consent.not_granted", "Consent is reported, but nothing is granted"),
        Kind("admin_consent.fewer_scopes", "Consent is reported, but one permission is not granted"),
        Kind("admin_consent.wrong_tenant", "The answer names another tenant"),
    ),
    "Identity: tokens refused": (
        Kind("token.refresh_revoked", "Refresh tokens are refused as revoked (50173, bad_token)"),
        Kind("token.refresh_expired", "Refresh tokens are refused as expired by inactivity (700082, bad_token)"),
        Kind("token.sign_in_frequency", "Refresh tokens are refused by sign-in frequency (70043, token_expired)"),
        Kind("token.mfa_required", "Refreshing answers interaction_required with claims (50076)"),
        Kind("token.mfa_step_up", "Refreshing answers invalid_grant, basic_action, with claims (50076)"),
        Kind("token.conditional_access", "Refreshing is blocked by Conditional Access (53003, message_only)"),
        Kind("token.consent_withdrawn", "Refreshing answers that consent is missing (65001, consent_required)"),
        Kind("token.consent_missing", "Codes and refresh tokens are refused: no consent (65001, consent_required)"),
        Kind("token.not_assigned", "The person is not assigned to the application any more (50105)"),
        Kind("token.account_disabled", "The person’s account is disabled (50057)"),
        Kind("token.code_reused", "Codes are refused as used already (54005)"),
        Kind("token.code_expired", "Codes are refused as expired (70008)"),
        Kind("token.invalid_client", "The client secret counts as expired (7000222)"),
        Kind("token.wrong_secret", "The client secret counts as wrong (7000215)"),
        Kind("token.app_missing", "The application is not in the directory (700016, unauthorized_client)"),
    ),
    "Identity: tokens that say something else": (
        Kind("token.wrong_nonce", "The id_token carries another nonce"),
        Kind("token.wrong_person", "The id_token names another person"),
        Kind("token.wrong_tenant", "The id_token names another tenant"),
        Kind("token.wrong_audience", "The id_token is for another application"),
        Kind("token.wrong_issuer", "The id_token comes from another issuer"),
        Kind("token.id_token_expired", "The id_token has expired"),
        Kind("token.fewer_scopes", "Fewer scopes are granted than were asked for"),
    ),
    "Identity: out of order": (
        Kind("token.unavailable", "The token endpoint answers 503", ("retry_after",)),
        Kind("token.throttled", "The token endpoint answers 429 with Retry-After", ("retry_after",)),
        Kind("token.slow", "The token endpoint answers after some seconds", ("seconds",)),
        Kind("token.reset", "The token endpoint resets the connection"),
        Kind("token.html", "The token endpoint answers 429 with an HTML page"),
        Kind("token.unreadable", "The token endpoint answers 200 with an empty object"),
        Kind("discovery.unavailable", "The discovery document is not to be had: 503"),
    ),
    "Exchange server on-premises": (
        Kind("exchange.leads_on", "The server redirects to another path of its own"),
        Kind("exchange.leads_to_microsoft", "The server redirects to Exchange Online"),
        Kind("exchange.windows_only", "The server takes Windows sign-ins and no tokens"),
        Kind("exchange.not_exchange", "Something else answers: a page, without asking who is there"),
        Kind("exchange.unavailable", "The server answers 503"),
    ),
    "SAML": (
        Kind("saml.expired", "The SAML assertion has expired"),
        Kind("saml.unsigned", "The SAML assertion is not signed"),
        Kind("saml.wrong_audience", "The SAML assertion is for someone else"),
        Kind("saml.garbage", "The SAML response is not XML"),
    ),
    "Notifications": (
        Kind("notification.validation_missing", "The handshake never arrives: no subscription is made", ("seconds",)),
        Kind("notification.validation_refused", "A right answer to the handshake counts as wrong: none is made"),
        Kind("notification.validation_skipped", "A subscription is made whatever the handshake is answered"),
        Kind("notification.lost", "Notifications are silently lost"),
        Kind("notification.duplicate", "Every notification is sent twice"),
        Kind("notification.out_of_order", "Each second notification overtakes the one before it", ("seconds",)),
        Kind("notification.batched", "Notifications are held back and come in one POST", ("seconds",)),
        Kind("notification.wrong_client_state", "Notifications carry another clientState"),
        Kind("notification.unknown_subscription", "Notifications name a subscription that never was"),
        Kind("notification.after_deletion", "Subscriptions that were deleted go on notifying"),
        Kind("subscription.not_found", "Renewing or reauthorizing answers 404, and the subscription is gone"),
        Kind("subscription.limit_reached", "The mailbox counts as having 1,000 subscriptions already: 403"),
    ),
    "Graph": (
        Kind("graph.throttled", "Graph answers 429 with Retry-After", ("retry_after",)),
        Kind("graph.throttled_bare", "Graph answers 429 without Retry-After"),
        Kind("graph.batch_throttled", "Every second request of a batch is answered 429", ("retry_after",)),
        Kind("graph.unavailable", "Graph answers 503", ("retry_after",)),
        Kind("graph.gateway_timeout", "Graph answers 504"),
        Kind("graph.server_error", "Graph answers 500"),
        Kind("graph.unauthorized", "Graph answers 401: the token is not accepted"),
        Kind("graph.claims_challenge", "Graph answers 401 with a claims challenge (continuous access evaluation)"),
        Kind("graph.access_denied", "Graph answers 403 ErrorAccessDenied"),
        Kind("graph.mailbox_not_enabled", "Graph answers 404 MailboxNotEnabledForRESTAPI"),
        Kind("graph.sync_state_not_found", "Graph answers 410: the delta token is gone"),
        Kind("graph.resync_required", "Graph answers 410 with the Location of a new round"),
        Kind("graph.keeps_declined", "Outlook is set to keep declined meetings in the calendar"),
        Kind("graph.html", "Graph answers an HTML page", ("status",)),
        Kind("graph.truncated", "Graph’s JSON breaks off in the middle"),
        Kind("graph.reset", "The connection is reset in the middle of the body"),
        Kind("graph.slow", "Graph answers after some seconds", ("seconds",)),
        Kind("graph.clock_ahead", "Graph’s clock is ahead: Date and lastModifiedDateTime", ("seconds",)),
        Kind("graph.clock_behind", "Graph’s clock is behind: Date and lastModifiedDateTime", ("seconds",)),
        Kind("graph.duplicates", "Rows of a delta round appear on two pages"),
        Kind("graph.empty_page", "A delta round has an empty page with a nextLink"),
        Kind("graph.foreign_next_link", "A delta round’s link points to a foreign host"),
        Kind("graph.bare_series_removal", "A deleted series is reported by its master only, not its occurrences"),
        Kind("graph.replayed", "A delta round tells again what earlier rounds have told"),
        Kind("graph.unknown_removals", "A delta round removes what was never there, and what is outside the window"),
        Kind("graph.masters_last", "A delta round has every master after its occurrences"),
        Kind("graph.masters_absent", "A delta round has occurrences without their master, which only GET gives"),
        Kind("graph.master_not_found", "A series is told by its occurrences, and its master answers 404"),
        Kind("graph.unreadable_item", "A page of a delta round has an item that nobody can read"),
        Kind("graph.unreadable_instance", "An event that is asked for, or the first of a series, cannot be read"),
        Kind("graph.other_ids", "Ids other than immutable ones are not what they were"),
    ),
    "Exchange": (
        Kind("ews.server_busy", "Exchange answers 500 ErrorServerBusy with BackOffMilliseconds", ("retry_after",)),
        Kind("ews.unavailable", "Exchange answers 503", ("retry_after",)),
        Kind("ews.unauthorized", "Exchange answers 401: the token is not accepted"),
        Kind("ews.blocked", "Exchange answers 403: EWS is blocked for the application"),
        Kind("ews.moved", "Exchange answers 302 to outlook.office365.com: the mailbox has moved"),
        Kind("ews.no_mailbox", "Exchange answers ErrorNonExistentMailbox"),
        Kind("ews.move_in_progress", "Exchange answers ErrorMailboxMoveInProgress"),
        Kind("ews.invalid_sync_state", "SyncFolderItems answers ErrorInvalidSyncStateData"),
        Kind("ews.view_range_too_big", "FindItem answers ErrorCalendarViewRangeTooBig"),
        Kind("ews.partial", "FindItem answers less than was asked for, and says that it is not the last"),
        Kind("ews.view_edges", "FindItem shows what ends as the view begins, and all-day events by their own zone"),
        Kind("ews.malformed", "Exchange’s XML breaks off in the middle"),
        Kind("ews.illegal_character", "Exchange’s XML quotes a character that XML cannot have, in subjects and names"),
        Kind("ews.unreadable_item", "GetItem answers ErrorCorruptData to an item, and good items to the rest"),
        Kind("ews.slow", "Exchange answers after some seconds", ("seconds",)),
    ),
}
KINDS: dict[str, Kind] = {kind.name: kind for kinds in GROUPS.values() for kind in kinds}
