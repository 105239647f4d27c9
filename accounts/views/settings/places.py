"""Whose settings a page is about, and where its addresses are."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Group, User
from accounts.permissions import may_edit_settings, person_of_account, require_admin, require_group_manager
from accounts.requests import signed_in_user
from accounts.tiered_settings.definitions import SettingDefinition, Tier
from accounts.tiered_settings.targets import Target, tier_of


@dataclass(frozen=True)
class Place:
    """The settings of an account, a group or a person, as `viewer` sees them."""

    viewer: User
    target: Target
    route: str  # the first part of its route names: account, group, user or my
    may_edit: bool

    @property
    def tier(self) -> Tier:
        """Which tier is set here."""
        return tier_of(self.target)

    @property
    def is_own(self) -> bool:
        """Whether it is one's own page."""
        return self.route == "my"

    @property
    def home(self) -> str:
        """The page's address."""
        return self.address("settings")

    def address(self, page: str, *arguments: str) -> str:
        """The address of one of this place's pages."""
        target = [self.target.pk] if isinstance(self.target, Group) or self.route == "user" else []
        return reverse(f"{self.route}_{page}", args=[*target, *arguments])

    def may_change(self, definition: SettingDefinition) -> bool:
        """Whether this person may change this setting here."""
        return self.may_edit and (self.viewer.is_account_admin or not definition.for_account_admins)


def place_of(request: HttpRequest, route: str, target_id: int | None = None) -> Place:
    """The place of an address.

    Raises Http404 where the account has no such group or person, and PermissionDenied where they are not this
    person's to see.
    """
    if route == "my":
        user = signed_in_user(request)
        return Place(user, user, route, may_edit=True)
    if route == "group" and target_id is not None:
        user, group = require_group_manager(request, target_id)
        return Place(user, group, route, may_edit=True)
    admin = require_admin(request)
    if route == "account":
        return Place(admin, admin.account, route, may_edit=True)
    person = person_of_account(admin, target_id or 0)
    return Place(admin, person, route, may_edit=may_edit_settings(admin, person))


def require_changing(place: Place, definition: SettingDefinition) -> None:
    """Raises PermissionDenied where this person may look and no more."""
    if not place.may_change(definition):
        raise PermissionDenied
