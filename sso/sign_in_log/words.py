"""What came of a sign-in, in words that help an administrator to put it right."""

from sso.errors import Reason

# What a filter asks for, apart from single reasons.
SIGNED_IN, TEST_SUCCEEDED, TESTS, REFUSED = "succeeded", "test_succeeded", "tests", "refused"
OUTCOMES = {
    SIGNED_IN: "Signed in",
    TEST_SUCCEEDED: "Test succeeded",
    TESTS: "All tests",
    REFUSED: "Refused",
}
NOT_OURS = (
    "The answer was not what an identity provider sends. If it keeps happening, send the reference to your support."
)

WORDS = {
    Reason.NOT_CONFIGURED: ("Not switched on", "Single sign-on is not switched on. Set it up and switch it on."),
    Reason.TOO_LARGE: (
        "Answer too large",
        "The answer was larger than any sign-in needs. Send fewer group values with it, "
        "for instance only the groups assigned to the application.",
    ),
    Reason.MALFORMED: ("Answer not readable", NOT_OURS),
    Reason.IDP_REFUSED: (
        "Refused by the identity provider",
        "Your identity provider did not sign this person in. Check that they are assigned to the application there.",
    ),
    Reason.UNSOLICITED: (
        "Begun at the identity provider",
        "The sign-in was not begun here. Let people start here, or allow sign-ins that begin at the identity "
        "provider under Setup.",
    ),
    Reason.UNKNOWN_REQUEST: (
        "Not asked for here",
        "The answer belongs to no sign-in that is under way here. Usually somebody opened an old page; "
        "starting again helps.",
    ),
    Reason.UNSIGNED: (
        "Not signed",
        "Nothing in the answer was signed. Let your identity provider sign the assertion or the response.",
    ),
    Reason.WEAK_ALGORITHM: (
        "Signed with an outdated method",
        "Set your identity provider to sign with SHA-256 or better; SHA-1 is not accepted.",
    ),
    Reason.BAD_SIGNATURE: (
        "Signature does not fit",
        "The answer was not signed with a certificate that is known here. If your identity provider has a new "
        "certificate, add it under Setup.",
    ),
    Reason.NOT_ENCRYPTED: (
        "Not encrypted",
        "Setup asks for encrypted answers, and this one was not. Switch encryption on at your identity provider, with "
        "our certificate from Certificates.",
    ),
    Reason.UNDECRYPTABLE: (
        "Encrypted for another key",
        "The answer could not be opened. Give your identity provider our current certificate, which is under "
        "Certificates.",
    ),
    Reason.WRONG_ISSUER: (
        "Another identity provider",
        "The answer names another issuer than the entity ID under Setup. Compare the two.",
    ),
    Reason.WRONG_AUDIENCE: (
        "Meant for another application",
        "The audience of the answer is not our entity ID. Enter our entity ID at your identity provider exactly as "
        "Setup shows it.",
    ),
    Reason.WRONG_RECIPIENT: (
        "Meant for another address",
        "The answer was made for another address. Enter our reply address (ACS URL) at your identity provider exactly "
        "as Setup shows it.",
    ),
    Reason.NOT_IN_TIME: (
        "Too early or too late",
        "The answer was not valid at that moment. Check your identity provider's clock; three minutes are allowed.",
    ),
    Reason.REPLAYED: (
        "Used before",
        "The answer had been used already. Usually somebody pressed the Back button; starting again helps.",
    ),
    Reason.NO_NAME_ID: (
        "No name ID",
        "The answer says of nobody who they are. Let your identity provider send a name ID.",
    ),
    Reason.TRANSIENT_NAME_ID: (
        "Name ID that changes",
        "The name ID is a transient one, which changes at every sign-in. Choose the persistent or the e-mail format "
        "at your identity provider.",
    ),
    Reason.WRONG_BROWSER: (
        "Another browser",
        "The sign-in ended in another browser than the one it began in, or cookies are blocked. Starting again helps.",
    ),
    Reason.EXPIRED: ("Took too long", "The sign-in was not finished within 15 minutes. Starting again helps."),
    Reason.NO_EMAIL: (
        "No e-mail address",
        "No attribute held an e-mail address. Let your identity provider send one, or name it under Mapping.",
    ),
    Reason.SEVERAL_EMAILS: (
        "Several e-mail addresses",
        "The attribute for the e-mail address had several values. Let your identity provider send exactly one.",
    ),
    Reason.FOREIGN_DOMAIN: (
        "Unknown domain",
        "The e-mail address is in none of your proven domains. Add the domain under Domains, or let people confirm "
        "their address by mail.",
    ),
    Reason.CONFIRM_ADDRESS: (
        "Mail sent to confirm the address",
        "The e-mail address is in none of your proven domains. A mail asked the person to confirm it; afterwards they "
        "can sign in. Each address gets a few mails an hour at most.",
    ),
    Reason.OTHER_IDENTITY: (
        "Another name ID than before",
        "This address is known by another name ID. Let your identity provider send the one that it sent before, "
        "or check that both are the same person.",
    ),
    Reason.OWNER_NOT_VOUCHED: (
        "An owner, before an owner agreed",
        "An admin put this provider into use, or named the attribute of the e-mail. Owners sign in with it once an "
        "owner has agreed on the Setup page.",
    ),
    Reason.DEACTIVATED: (
        "Deactivated here",
        "The user is deactivated. Reactivate them under Users if they should come in.",
    ),
}


def title(reason: str, *, is_test: bool = False) -> str:
    """The outcome in a few words; `reason` is empty where it succeeded."""
    if not reason:
        return OUTCOMES[TEST_SUCCEEDED if is_test else SIGNED_IN]
    return WORDS[Reason(reason)][0] if reason in WORDS else OUTCOMES[REFUSED]


def advice(reason: str) -> str:
    """What to do about it; nothing where it succeeded."""
    if not reason:
        return ""
    return WORDS[Reason(reason)][1] if reason in WORDS else NOT_OURS


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a filter offers, by heading: the outcomes, and every reason with its title."""
    reasons = sorted(((str(reason), said[0]) for reason, said in WORDS.items()), key=lambda choice: choice[1])
    return [("", list(OUTCOMES.items())), ("Refused because", reasons)]
