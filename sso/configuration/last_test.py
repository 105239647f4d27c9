"""The last test of the draft, or of the settings in use: what came of it, and whether it still counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts.models import User
from sso.configuration.prospects import Prospect, prospect_of, provider_to_be
from sso.models import IdentityProvider, ProviderDraft, ProviderTest
from sso.sign_in_log import words


class Verdict(StrEnum):
    """What is to be said of settings and their last test."""

    NEVER = "Not tested"
    CHANGED = "Changed since the last test"
    REFUSED = "Last test was refused"
    PASSED = "Tested"


TONES = {Verdict.NEVER: "waiting", Verdict.CHANGED: "waiting", Verdict.REFUSED: "wrong", Verdict.PASSED: "good"}


@dataclass(frozen=True)
class LastTest:
    """`title` and `advice` are of the refusal; `is_current` where the settings are still those that were tested.

    `counts` says that the settings as they stand have passed a test, if not the last one. `prospect` is what would
    become of the person of the test now, where it passed.
    """

    verdict: Verdict
    result: Mapping[str, Any]
    at: datetime
    is_current: bool
    counts: bool
    title: str
    advice: str
    prospect: Prospect | None

    @property
    def tone(self) -> str:
        """How the verdict is coloured."""
        return "waiting" if self.warning else TONES[self.verdict]

    @property
    def warning(self) -> Prospect | None:
        """That the person of a test that passed would not come in."""
        return self.prospect if self.prospect is not None and not self.prospect.comes_in else None

    @property
    def refusal(self) -> str:
        """The title inside a sentence."""
        return self.title[:1].lower() + self.title[1:]

    @property
    def is_explained(self) -> bool:
        """Whether what arrived differs visibly from what was expected."""
        return any(row["fits"] is False for row in self.result.get("rows", ()))

    @property
    def label(self) -> str:
        """The verdict in a few words."""
        return "Tested, with a warning" if self.warning and self.verdict is Verdict.PASSED else str(self.verdict)


def of_draft(draft: ProviderDraft, viewer: User) -> LastTest | None:
    """Of a draft, if it was tested; whether the person would come in depends on who would put it into use."""
    if not draft.test_result:
        return None
    return _told(draft.test_result, draft.settings_digest(), provider_to_be(draft, viewer), counts=draft.is_tested)


def of_provider(provider: IdentityProvider) -> LastTest | None:
    """Of what is in use, where the test of exactly these settings was kept."""
    kept, digest = ProviderTest.objects.filter(provider=provider).first(), provider.settings_digest()
    if kept is None or kept.result.get("digest") != digest:
        return None
    return _told(kept.result, digest, provider, counts=True)


def _told(result: Mapping[str, Any], digest: str, provider: IdentityProvider, *, counts: bool) -> LastTest:
    reason, is_current = str(result.get("reason", "")), result.get("digest") == digest
    return LastTest(
        verdict=_verdict(is_current=is_current, counts=counts, reason=reason),
        result=result,
        at=datetime.fromisoformat(result["at"]),
        is_current=is_current,
        counts=counts,
        title=words.title(reason) if reason else "",
        advice=words.advice(reason),
        prospect=None if reason else prospect_of(result, provider),
    )


def _verdict(*, is_current: bool, counts: bool, reason: str) -> Verdict:
    if is_current and reason:
        return Verdict.REFUSED
    return Verdict.PASSED if counts else Verdict.CHANGED
