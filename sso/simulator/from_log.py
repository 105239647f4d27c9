"""A real attempt of the sign-in log as the simulator's form takes it."""

from collections.abc import Mapping, Sequence

from sso.models import IdentityProvider, NameIdFormat, SignInAttempt
from sso.sign_in_log.recording import MOST_ATTRIBUTES, MOST_VALUES
from sso.simulator import pasted

CUT = "…"


def filled_in(attempt: SignInAttempt) -> dict[str, str]:
    """The fields of the form: with the name id, or, where only its beginning is known, with the person's e-mail."""
    fields = {"attributes": pasted.written(attempt.attributes)}
    if _has_whole_name_id(attempt):
        is_email = attempt.name_id.strip().lower() == attempt.email
        name_id_format = NameIdFormat.EMAIL if is_email else NameIdFormat.PERSISTENT
        return {**fields, "name_id": attempt.name_id, "name_id_format": name_id_format.value}
    email = attempt.user.email if attempt.user and not attempt.is_test else attempt.email
    arrived = {value.strip().lower() for values in attempt.attributes.values() for value in values}
    return fields if email in arrived else {**fields, "email": email}


def _has_whole_name_id(attempt: SignInAttempt) -> bool:
    """Whether it is known, and means somebody at the provider in use."""
    if not attempt.name_id or attempt.name_id.endswith(CUT):
        return False
    return IdentityProvider.objects.filter(account=attempt.account_id, entity_id=attempt.issuer).exists()


def is_shortened(attributes: Mapping[str, Sequence[str]]) -> bool:
    """Whether the log may hold less than what arrived."""
    texts = [*attributes, *(value for values in attributes.values() for value in values)]
    is_full = len(attributes) >= MOST_ATTRIBUTES or any(len(values) >= MOST_VALUES for values in attributes.values())
    return is_full or any(text.endswith(CUT) for text in texts)
