"""An account's domains: added, proven, removed. Every change is audited in its own transaction."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import Account, AuditAction, Domain, User
from accounts.signing_in import password_policy
from sso.domains import names, proof
from sso.models import DomainProof

MOST = 500  # of one account
PAUSE = timedelta(seconds=5)  # between two checks of one domain: they knock at other people's servers


class DomainError(Exception):
    """It cannot be done; the words say why."""


@transaction.atomic
def add(account: Account, typed: str, *, actor: User, request: HttpRequest) -> Domain:
    """A domain that is still to be proven. Raises DomainError, or DomainNameError for something that is none."""
    name = names.domain_name(typed)
    Account.objects.select_for_update().get(pk=account.pk)
    domains = Domain.objects.filter(account=account)
    if domains.filter(name=name).exists():
        raise DomainError(f"{name} is in the list already.")
    if domains.count() >= MOST:
        raise DomainError(f"An account has at most {MOST} domains. Remove one first.")
    domain = Domain.objects.create(account=account, name=name)
    DomainProof.objects.create(domain=domain, token=proof.new_token())
    _record(AuditAction.DOMAIN_ADDED, domain, actor, request)
    return domain


def check(domain: Domain, *, actor: User, request: HttpRequest) -> proof.Outcome:
    """Look for the proof now; the domain counts from then on. Raises DomainError where there is no need to.

    Nothing is locked while the network is waited for.
    """
    if domain.proven_at is not None:
        raise DomainError(f"{domain.name} is proven already.")
    known = proof_of(domain)
    now = timezone.now()
    due = Q(checked_at=None) | Q(checked_at__lt=now - PAUSE)
    if not DomainProof.objects.filter(due, pk=known.pk).update(checked_at=now):
        raise DomainError("It was checked a moment ago. Wait a few seconds.")
    outcome = proof.look_for(domain.name, known.token)
    if outcome.method:
        outcome = _prove(domain, outcome, actor, request)
    DomainProof.objects.filter(pk=known.pk).update(last_problem=outcome.problem)
    return outcome


def proof_of(domain: Domain) -> DomainProof:
    """What the account is to publish; made here for domains from before there were proofs."""
    return DomainProof.objects.get_or_create(domain=domain, defaults={"token": proof.new_token()})[0]


@transaction.atomic
def remove(domain: Domain, *, actor: User, request: HttpRequest) -> None:
    """Take it off the list. Raises DomainError where single sign-on is enforced and would be left without any."""
    Account.objects.select_for_update().get(pk=domain.account_id)
    refuse_last(domain)
    _record(AuditAction.DOMAIN_REMOVED, domain, actor, request)
    domain.delete()


def refuse_last(domain: Domain) -> None:
    """Raises DomainError where the domain is the last proven one while single sign-on is enforced."""
    if domain.proven_at is None or not password_policy.is_enforced(domain.account):
        return
    others = Domain.objects.filter(account=domain.account, proven_at__isnull=False).exclude(pk=domain.pk)
    if not others.exists():
        raise DomainError(
            f"{domain.name} is the last proven domain, and single sign-on is enforced: without it nobody new could "
            "come in. Stop enforcing single sign-on first, or prove another domain."
        )


def _prove(domain: Domain, outcome: proof.Outcome, actor: User, request: HttpRequest) -> proof.Outcome:
    try:
        with transaction.atomic():
            if not Domain.objects.filter(pk=domain.pk, proven_at=None).update(proven_at=timezone.now()):
                return outcome  # proven in another tab, or removed meanwhile
            _record(AuditAction.DOMAIN_PROVEN, domain, actor, request, {"method": outcome.method})
    except IntegrityError:
        return proof.Outcome(
            problem="The proof was found, but another account has proven this domain already. If that should not be, "
            "ask its administrator to remove the domain there, or your support."
        )
    return outcome


def _record(
    action: AuditAction, domain: Domain, actor: User, request: HttpRequest, after: dict[str, str] | None = None
) -> None:
    audit.record(action, account=domain.account, actor=actor, target=domain, after=after, request=request)
