"""Disconnecting people by the company's settings: marked at once, together; what is held is deleted by a worker."""

from collections.abc import Collection, Mapping

from django.db.models import Case, Q, Value, When
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, SettingValue, User
from accounts.tiered_settings.reading import effective_for_all
from calendar_integration import policy, queueing
from calendar_integration.authorized import permissions_by_person
from calendar_integration.models import AuthorizationAttempt, Connection, ConnectionState, Outcome
from calendar_integration.setting_definitions import INTEGRATION

WORDS = "Disconnected from Office 365, and what was synchronised is deleted"

# The columns of every connection that ends, whoever ends it; no worker may go on with it.
ENDED = {
    "connected_at": None,
    "to_forget": True,
    "lease_id": None,
    "lease_until": None,
    "next_attempt_at": None,
    "failures": 0,
    "failure_kind": "",
    "failing_since": None,
    "set_aside_at": None,
    "set_aside_because": "",
    "invalid_grant_at": None,
    "no_mailbox_at": None,
}


def enforce(account: Account, people: Collection[int] | None, *, actor: User | str, reason: str) -> dict[int, str]:
    """Disconnect those whose locked setting differs from what they authorized; a consequence of accounts.extensions.

    Call it in the transaction that changed a setting, a membership or a priority, under the account's lock, which
    whoever connects waits for. Nobody is disconnected twice, and unlocking connects nobody.
    """
    if not SettingValue.objects.filter(account=account, key=INTEGRATION.key, locked=True).exists():
        return {}
    going = _going(account, people)
    disconnect(account, going, actor=actor, reason=reason)
    return dict.fromkeys(going, WORDS)


def _going(account: Account, people: Collection[int] | None) -> dict[int, str]:
    """Who has to be disconnected, each with the words for them. Only people with a mailbox are looked at."""
    authorized = permissions_by_person(account, people)
    if not authorized:
        return {}
    answers = effective_for_all(account, [INTEGRATION.key], list(authorized))[INTEGRATION.key]
    going = {}
    for person, permissions in authorized.items():
        answer = answers.of(person)
        why = policy.must_disconnect(permissions, answer)
        if why is not None:
            going[person] = policy.why_disconnected(why, answer)
    return going


def person_deactivated(person: User, actor: User | str) -> None:
    """Disconnect somebody who was deactivated; a callback of accounts.extensions."""
    if Connection.objects.with_mailbox().filter(user=person).exists():
        disconnect(person.account, {person.pk: policy.DEACTIVATED}, actor=actor, reason="")


def disconnect(account: Account, because: Mapping[int, str], *, actor: User | str, reason: str) -> None:
    """Disconnect these people, each for the reason in words: audited, and what is held queued to be deleted.

    The number of queries does not depend on theirs. Call it in a transaction.
    """
    if not because:
        return
    now, people = timezone.now(), list(because)
    # In the order in which an attempt that ends takes its locks: itself first, then the connection.
    AuthorizationAttempt.objects.filter(user__in=people, outcome="").update(
        outcome=Outcome.SETTING_CHANGED, detail=_words(because, 300), flow="", ended_at=now
    )
    # Always in the same order, so that of two who lock many rows none waits for the other.
    held = Connection.objects.with_mailbox().select_for_update().filter(user__in=people)
    ids = list(held.order_by("pk").values_list("pk", flat=True))
    Connection.objects.filter(pk__in=ids).update(
        state=ConnectionState.DISCONNECTED_BY_POLICY,
        disconnected_because=_words(because, 700),
        disconnected_at=now,
        **ENDED,
    )
    entries = [
        _entry(person, because[person.pk], reason)
        for person in User.objects.filter(pk__in=people).only("name", "email")
    ]
    audit.record_many(entries, account=account, actor=actor)
    queueing.enqueue_forgetting(ids)


def _entry(person: User, words: str, reason: str) -> audit.Entry:
    after = {"state": ConnectionState.DISCONNECTED_BY_POLICY.value, "because": words}
    return audit.Entry(AuditAction.DISCONNECTED, person, after={**after, "reason": reason} if reason else after)


def _words(because: Mapping[int, str], longest: int) -> Case | Value:
    """The words for each person; one branch for all who share them, since few words go to many people."""
    people_by_words: dict[str, list[int]] = {}
    for person, words in because.items():
        people_by_words.setdefault(words[:longest], []).append(person)
    (usual, _most), *others = sorted(people_by_words.items(), key=lambda item: len(item[1]), reverse=True)
    branches = [When(Q(user__in=people), then=Value(words)) for words, people in others]
    return Case(*branches, default=Value(usual)) if branches else Value(usual)
