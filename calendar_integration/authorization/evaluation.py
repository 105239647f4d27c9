"""Judging Microsoft's answer: what came back, whether it is for the right person, and the connection it makes."""

import json
import logging
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from calendar_integration import client_secret, scopes, tokens
from calendar_integration.authorization import connecting
from calendar_integration.authorization.attempts import Ending
from calendar_integration.authorization.connecting import MeanwhileForbiddenError
from calendar_integration.clients.graph import GraphClient
from calendar_integration.company_consent import consent_evidence
from calendar_integration.errors import CalendarError, InvalidClientError, UnavailableError
from calendar_integration.exchange_servers import ews_probe
from calendar_integration.integration_setting import Method
from calendar_integration.models import AuthorizationAttempt, CalendarService, Connection, Outcome
from calendar_integration.tokens import answers, id_token

logger = logging.getLogger(__name__)


class NoTenantError(Exception):
    """The account has no calendar service, or one without tenant."""


def tenant_of(user: User) -> uuid.UUID:
    """The tenant of the person's account. Raises NoTenantError."""
    service = CalendarService.objects.ready().filter(account=user.account).first()
    if service is None or service.tenant_id is None:
        raise NoTenantError
    return service.tenant_id


def evaluate(attempt: AuthorizationAttempt, query: Mapping[str, str]) -> Ending:
    """How the attempt ends with this answer. Where everything is right, the mailbox is connected."""
    if attempt.is_silent and (words := answers.would_have_asked(query)):
        return Ending(Outcome.ERROR, words)
    error_outcome = answers.outcome_of_error(query)
    if error_outcome:
        if error_outcome is Outcome.UNAVAILABLE:  # which the person reads
            return Ending(error_outcome, f"Microsoft's sign-in service answered: {query['error']}.")
        # Microsoft's words, shortened: they help the administrator who looks the reference up.
        return Ending(error_outcome, query.get("error_description", query.get("error", "")))
    try:
        grant = tokens.redeem(tenant_of(attempt.user), json.loads(attempt.flow), dict(query))
        return _accept(attempt, grant)
    except tokens.AuthorizationRefusedError as error:
        if error.claims:  # which the next try takes along
            Connection.objects.filter(user=attempt.user).update(claims_challenge=error.claims)
        outcome = answers.outcome_of_refusal(error.error, error.suberror)
        return Ending(outcome, error.help_words or str(error), refused_by_microsoft=True)
    except InvalidClientError as error:
        client_secret.note_refused(attempt.account)
        logger.warning("authorization %s: %s", attempt.reference, error)
        return Ending(Outcome.UNAVAILABLE, InvalidClientError.in_words)
    except (UnavailableError, ews_probe.UnfitServerError) as error:
        return Ending(Outcome.UNAVAILABLE, str(error))
    except (CalendarError, NoTenantError) as error:
        return Ending(Outcome.ERROR, str(error))
    except MeanwhileForbiddenError as forbidden:
        return Ending(forbidden.outcome, forbidden.words)


def _accept(attempt: AuthorizationAttempt, grant: tokens.Grant) -> Ending:
    """Connect the mailbox if the grant is for the right tenant, person and permissions."""
    tenant_id = tenant_of(attempt.user)
    flaw = id_token.find_flaw(
        grant.claims,
        client_id=settings.MS_CLIENT_ID,
        tenant_id=tenant_id,
        authority_host=settings.MS_AUTHORITY_HOST,
        now=timezone.now(),
    )
    if flaw:
        return Ending(
            Outcome.WRONG_TENANT if flaw is id_token.Flaw.TENANT else Outcome.INVALID_TOKEN,
            f"id token: {flaw}",
        )
    missing = scopes.missing(grant.granted_scopes, scopes.wanted(attempt.permissions))
    if missing:
        consent_evidence.note(attempt.account, grant.granted_scopes, attempt.permissions, attempt.user)
        return Ending(Outcome.FEWER_SCOPES, ", ".join(scopes.word_for(scope) for scope in missing))
    identity = id_token.identity(grant.claims)
    if not _is_mailbox_of(attempt, identity, grant):
        return Ending(Outcome.WRONG_MAILBOX, identity.user_principal_name)
    if attempt.permissions.method is Method.EWS:
        # Resolved and tried anew: it may have moved since it was saved.
        ews_probe.check(attempt.ews_url, places=ews_probe.FOR_CALLBACKS)
    connecting.connect(attempt, identity, grant)
    return Ending(Outcome.CONNECTED)


def _is_mailbox_of(attempt: AuthorizationAttempt, identity: id_token.Identity, grant: tokens.Grant) -> bool:
    """Whether the mailbox is the signed-in person's, by mail address or principal name.

    Graph is asked as well, with the token that will read the mailbox: the two have to be about the same person.
    """
    user = attempt.user
    if attempt.permissions.method is Method.EWS:
        # A token for an Exchange server must not be shown to Graph. What stands in for Graph's /me is the id token of
        # the same answer: MSAL has checked its nonce, id_token its tenant, and Exchange opens the mailbox of its oid.
        return user.email == identity.user_principal_name.lower()
    profile = GraphClient(grant.access_token).me()
    names = (profile.mail.lower(), profile.user_principal_name.lower())
    return user.email in names and profile.oid.lower() == str(identity.oid)
