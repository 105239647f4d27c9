"""How far single sign-on of an account is, and the one thing to do next."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.models import User
from accounts.signing_in import password_policy
from sso.configuration import drafts, last_test
from sso.configuration.last_test import LastTest, Verdict
from sso.models import IdentityProvider, ProviderDraft


class State(StrEnum):
    """From nothing to enforced."""

    NOT_SET_UP = "not_set_up"
    DRAFT = "draft"
    SWITCHED_OFF = "switched_off"
    IN_USE = "in_use"
    ENFORCED = "enforced"


LABELS = {
    State.NOT_SET_UP: ("Not set up", ""),
    State.SWITCHED_OFF: ("Switched off", "waiting"),
    State.IN_USE: ("In use", "good"),
    State.ENFORCED: ("In use and enforced", "good"),
}
LABELS_OF_DRAFT = {
    Verdict.NEVER: ("Draft, not tested", "waiting"),
    Verdict.CHANGED: ("Draft, changed since the last test", "waiting"),
    Verdict.REFUSED: ("Draft, last test refused", "wrong"),
    Verdict.PASSED: ("Tested, not in use", "waiting"),
}


@dataclass(frozen=True)
class Standing:
    """What is in use, the draft beside it, the last test of each, and whether passwords are out of use."""

    provider: IdentityProvider | None
    draft: ProviderDraft | None
    is_enforced: bool
    test_of_draft: LastTest | None = None
    test_in_use: LastTest | None = None

    @property
    def state(self) -> State:
        """How far it is; what is or was in use counts for more than a draft."""
        if self.provider is not None:
            if not self.provider.is_enabled:
                return State.SWITCHED_OFF
            return State.ENFORCED if self.is_enforced else State.IN_USE
        return State.NOT_SET_UP if self.draft is None else State.DRAFT

    @property
    def is_off(self) -> bool:
        """Whether there is a provider that nobody can sign in with."""
        return self.state is State.SWITCHED_OFF

    @property
    def verdict(self) -> Verdict:
        """What the last test says of the draft as it stands."""
        return self.test_of_draft.verdict if self.test_of_draft else Verdict.NEVER

    @property
    def label(self) -> str:
        """The state in words."""
        return self._shown[0]

    @property
    def tone(self) -> str:
        """How it is coloured."""
        return self._shown[1]

    @property
    def next_step(self) -> str:
        """What to do next: take, test, activate, on, enforce, or nothing."""
        if self.draft is not None:
            return "activate" if self.draft.is_tested and self.verdict is not Verdict.REFUSED else "test"
        if self.provider is None:
            return "take"
        if not self.provider.is_enabled:
            return "on"
        return "" if self.is_enforced else "enforce"

    @property
    def _shown(self) -> tuple[str, str]:
        return LABELS_OF_DRAFT[self.verdict] if self.state is State.DRAFT else LABELS[self.state]


def standing_of(viewer: User) -> Standing:
    """How it stands now with the account of this person."""
    account = viewer.account
    provider, draft = drafts.provider_of(account), drafts.draft_of(account)
    return Standing(
        provider,
        draft,
        password_policy.is_enforced(account),
        test_of_draft=last_test.of_draft(draft, viewer) if draft else None,
        test_in_use=last_test.of_provider(provider) if provider else None,
    )
