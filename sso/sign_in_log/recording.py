"""One row for each answer of an identity provider, with what it may keep of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Account, User
from accounts.prepared import insert
from sso.mapping import EMAIL_FORMAT, EMAIL_NAMES
from sso.models import SignInAttempt
from sso.saml import Assertion

KEPT_FOR = timedelta(days=30)
REFUSED_PER_MINUTE = 60
# Of what identity providers send: enough to see what is wrong and to try it in the simulator, no more.
LONGEST_NAME, LONGEST_VALUE, MOST_VALUES, MOST_ATTRIBUTES = 300, 200, 100, 60
SHOWN_OF_NAME_ID = 12


def record(
    account: Account,
    *,
    reference: str,
    reason: str = "",
    detail: str = "",
    user: User | None = None,
    assertion: Assertion | None = None,
    is_test: bool = False,
    request: HttpRequest | None = None,
) -> None:
    """Keep an attempt, redacted. `reason` is empty where it succeeded; `assertion` only where it was verified.

    `user` is who signed in; of a test, which signs nobody in, it is who tested.
    Of a message that was not verified nothing is kept but the reason and its detail, and where very many are
    refused within a minute nothing at all: strangers can send them.
    """
    if reason and is_flooded(account):
        return
    known = _of_assertion(assertion) if assertion else {}
    if user is not None and not is_test:
        known["email"] = user.email
    attempt = SignInAttempt(
        account=account,
        reference=reference[:20],
        is_test=is_test,
        reason=reason[:40],
        detail=_one_line(detail)[:300],
        user=user,
        address=request.META.get("REMOTE_ADDR") or None if request else None,
        **known,
    )
    insert(attempt)


def is_flooded(account: Account) -> bool:
    """Whether so many were refused within a minute that further ones are not kept."""
    lately = SignInAttempt.objects.filter(account=account, at__gt=timezone.now() - timedelta(minutes=1))
    return lately.exclude(reason="")[REFUSED_PER_MINUTE - 1 : REFUSED_PER_MINUTE].exists()


def forget_old() -> int:
    """Delete attempts that have been kept for long enough; answers how many."""
    return SignInAttempt.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]


def redacted(attributes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Attributes with their names and values shortened, and not too many of either."""
    kept = list(attributes.items())[:MOST_ATTRIBUTES]
    return {
        _cut(name, LONGEST_NAME): [_cut(value, LONGEST_VALUE) for value in values[:MOST_VALUES]]
        for name, values in kept
    }


def _of_assertion(assertion: Assertion) -> dict[str, object]:
    return {
        "email": email_of(assertion)[:254],
        "name_id": _cut(assertion.name_id, SHOWN_OF_NAME_ID),
        "issuer": assertion.issuer[:1024],
        "attributes": redacted(assertion.attributes),
    }


def email_of(assertion: Assertion) -> str:
    """Whom the identity provider means, as it says; empty where it does not say it in a usual way."""
    if assertion.name_id_format == EMAIL_FORMAT:
        return assertion.name_id.strip().lower()
    values = (value.strip().lower() for name in EMAIL_NAMES for value in assertion.attributes.get(name, ()))
    return next((value for value in values if value), "")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())
