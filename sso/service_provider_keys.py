"""Our key pairs towards an account's identity provider: the current one, the next beside it, the previous one.

    nothing --generate--> current --generate--> current + next --promote--> current + previous --roll back--> ...

The next certificate is published beside the current one, so that the identity provider knows it before it counts.
"""

from collections.abc import Callable, Mapping

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Account, AuditAction, User
from sso import saml
from sso.certificate_facts import facts_of
from sso.models import KeyState, ProviderSettings, ServiceProviderKey

Keys = Mapping[str, ServiceProviderKey]
# Nobody's: a pair on its way from one state to another, while both are taken.
ON_ITS_WAY = "moving"


class KeyChangeError(Exception):
    """It cannot be done; the words say why."""


class StaleKeysError(Exception):
    """Somebody has changed the key pairs since the page was made."""


def of_account(account: Account) -> dict[str, ServiceProviderKey]:
    """The key pairs by their state: one query."""
    return {key.state: key for key in ServiceProviderKey.objects.filter(account=account)}


def uses(settings: ProviderSettings | None) -> list[str]:
    """What these settings need a key pair for, in words; nothing where they need none."""
    if settings is None:
        return []
    needs = {
        "signing requests": settings.sign_requests,
        "opening encrypted answers": settings.wants_encryption,
        "single logout": bool(settings.slo_url),
    }
    return [use for use, is_needed in needs.items() if is_needed]


def version(keys: Keys) -> str:
    """Changes whenever a pair comes, goes or moves."""
    return " ".join(f"{state}:{keys[state].pk}" for state in sorted(keys)) or "none"


def generate(
    account: Account, *, actor: User | str, seen: str, request: HttpRequest | None = None
) -> ServiceProviderKey:
    """The first pair, which is in use at once, or the next one. Raises KeyChangeError, StaleKeysError."""
    refuse_generate(of_account(account))
    # Making a pair takes a moment, so that it happens before anything is locked.
    pair, not_after = saml.generate_key_pair(account.vanity)
    with transaction.atomic():
        keys = _locked(account, seen)
        refuse_generate(keys)
        state = KeyState.NEXT if KeyState.CURRENT in keys else KeyState.CURRENT
        key = ServiceProviderKey.objects.create(
            account=account,
            state=state,
            private_key=pair.private_key,
            certificate=pair.certificate,
            not_after=not_after,
        )
        _record(AuditAction.KEY_CREATED, key, actor, request)
    return key


def provide(account: Account, *, actor: User | str, request: HttpRequest | None = None) -> bool:
    """Generate the first pair where there is none yet; whether it did."""
    keys = of_account(account)
    if KeyState.CURRENT in keys:
        return False
    try:
        generate(account, actor=actor, seen=version(keys), request=request)
    except (KeyChangeError, StaleKeysError):  # somebody else generates it at the same moment
        return False
    return True


@transaction.atomic
def promote(account: Account, *, actor: User, seen: str, request: HttpRequest) -> ServiceProviderKey:
    """The next pair becomes the current one, and the current one the previous. Raises as generate does."""
    keys = _locked(account, seen)
    refuse_promote(keys)
    if KeyState.PREVIOUS in keys:
        keys[KeyState.PREVIOUS].delete()
    _move(keys[KeyState.CURRENT], KeyState.PREVIOUS)
    _move(keys[KeyState.NEXT], KeyState.CURRENT)
    _record(AuditAction.KEY_PROMOTED, keys[KeyState.NEXT], actor, request)
    return keys[KeyState.NEXT]


@transaction.atomic
def roll_back(account: Account, *, actor: User, seen: str, request: HttpRequest) -> ServiceProviderKey:
    """The previous pair is the current one again. Raises as generate does.

    The one that was current waits as the next one again; where there is a next one already, it becomes the previous.
    """
    keys = _locked(account, seen)
    refuse_roll_back(keys)
    previous, current = keys[KeyState.PREVIOUS], keys[KeyState.CURRENT]
    _move(previous, ON_ITS_WAY)
    _move(current, KeyState.PREVIOUS if KeyState.NEXT in keys else KeyState.NEXT)
    _move(previous, KeyState.CURRENT)
    _record(AuditAction.KEY_ROLLED_BACK, previous, actor, request)
    return previous


def refuse_generate(keys: Keys) -> None:
    """Raises KeyChangeError where a next pair waits already."""
    if KeyState.NEXT in keys:
        raise KeyChangeError("There is a next certificate already. Promote it first.")


def refuse_promote(keys: Keys) -> None:
    """Raises KeyChangeError where there is nothing to promote."""
    if KeyState.NEXT not in keys:
        raise KeyChangeError("There is no next certificate. Generate one first.")


def refuse_roll_back(keys: Keys) -> None:
    """Raises KeyChangeError where there is nothing to go back to."""
    if KeyState.PREVIOUS not in keys:
        raise KeyChangeError("There is no previous certificate to go back to.")


CHANGES: dict[str, tuple[Callable[..., ServiceProviderKey], Callable[[Keys], None]]] = {
    "generate": (generate, refuse_generate),
    "promote": (promote, refuse_promote),
    "roll-back": (roll_back, refuse_roll_back),
}


def _locked(account: Account, seen: str) -> dict[str, ServiceProviderKey]:
    """The pairs as they are until the transaction ends. Raises StaleKeysError where they are not those seen."""
    Account.objects.select_for_update().get(pk=account.pk)
    keys = of_account(account)
    if version(keys) != seen:
        raise StaleKeysError
    return keys


def _move(key: ServiceProviderKey, state: str) -> None:
    key.state = state
    key.save(update_fields=["state"])


def _record(action: AuditAction, key: ServiceProviderKey, actor: User | str, request: HttpRequest | None) -> None:
    facts = facts_of(key.certificate)
    after = {"state": str(key.state), "fingerprint": facts.fingerprint if facts else ""}
    audit.record(action, account=key.account, actor=actor, target=key, after=after, request=request)
