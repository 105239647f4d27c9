"""What using a draft would change, and for whom, as its confirmation says it."""

from urllib.parse import urlsplit

from accounts.models import Domain, Role, User
from accounts.signing_in import password_policy
from sso.configuration import drafts, last_test
from sso.configuration.reach import reach_of
from sso.models import ProviderDraft, ProviderSettings, UnknownDomain

DOMAINS_NAMED = 4


def of_activating(actor: User, draft: ProviderDraft) -> dict[str, object]:
    """For whom, in numbers, and what the last test warns of."""
    account, provider = actor.account, drafts.provider_of(actor.account)
    return {
        "host": host_of(draft),
        "provider": provider,
        "is_other": provider is not None and provider.entity_id != draft.entity_id,
        "reach": reach_of(account, draft.entity_id),
        "domains": Domain.objects.filter(account=account, proven_at__isnull=False).order_by("name")[:DOMAINS_NAMED],
        "confirms": provider is not None and provider.unknown_domain == UnknownDomain.CONFIRM,
        "lets_owners_in": actor.role == Role.OWNER,
        "is_enforced": password_policy.is_enforced(account),
        "test": last_test.of_draft(draft, actor),
    }


def host_of(settings: ProviderSettings) -> str:
    """Where people's browsers go to sign in."""
    return urlsplit(settings.sso_url).hostname or settings.sso_url
