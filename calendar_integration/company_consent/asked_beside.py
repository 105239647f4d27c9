"""What the company agrees to, beside what the account's setting has people asked for. Pure decisions."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from calendar_integration import scopes
from calendar_integration.integration_setting import Integration, Method, Permissions


class Relation(StrEnum):
    """How the two stand to each other."""

    SAME = "same"
    OFF = "off"
    OTHER_METHOD = "other_method"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True)
class Comparison:
    """The service's permissions and the account's setting. `typed_url` is an EWS URL that the setting lacks so far."""

    agreed: Permissions
    setting: Integration
    typed_url: str = ""

    @property
    def relation(self) -> Relation:
        """Whether people are asked for the same, by another way, for more, or only for less."""
        asked = self.setting.permissions
        if not self.setting.on:
            return Relation.OFF
        if asked.method is not self.agreed.method:
            return Relation.OTHER_METHOD
        if asked.method is Method.EWS:
            return Relation.OTHER_METHOD if self._has_other_url else Relation.SAME
        if asked == self.agreed:
            return Relation.SAME
        agreed = " ".join(scopes.wanted(self.agreed))
        return Relation.MORE if scopes.missing(agreed, scopes.wanted(asked)) else Relation.LESS

    @property
    def can_take_over(self) -> bool:
        """Whether the setting could be given what the service has: EWS needs a URL for that."""
        return self.agreed.method is Method.GRAPH or bool(self.typed_url or self.setting.ews_url)

    @property
    def query(self) -> str:
        """The service's choices as the settings page takes them."""
        if self.agreed.method is Method.EWS:
            return urlencode({"method": Method.EWS.value, "ews_url": self.typed_url or self.setting.ews_url})
        chosen = {"calendars": self.agreed.calendars.value, "contacts": self.agreed.contacts.value}
        return urlencode({"method": Method.GRAPH.value, **chosen})

    @property
    def _has_other_url(self) -> bool:
        return bool(self.typed_url) and self.typed_url != self.setting.ews_url
