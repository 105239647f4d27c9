"""A whole sign-in, simulated: who, role, groups, settings, and where it would go on to. It writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from accounts import directory
from accounts.models import Account, Group, Membership, Role, User
from accounts.tiered_settings import registry
from accounts.tiered_settings.definitions import SettingDefinition
from accounts.tiered_settings.reading import effective, hypothetical
from accounts.tiered_settings.resolution import Answer as SettingAnswer
from calendar_integration import policy
from calendar_integration.authorization import prompt
from calendar_integration.authorization.prompt import Verdict
from calendar_integration.models import Connection
from calendar_integration.setting_definitions import INTEGRATION
from sso import mapping
from sso.entry import Kind
from sso.mapping import Finding, Placement, Rule, reading
from sso.models import IdentityProvider
from sso.who import Answer, Who, who_is


@dataclass(frozen=True)
class RoleChange:
    """The role now (None: there is no user yet) and then. `kept` says that the last owner stays one."""

    before: Role | None
    after: Role
    kept: bool = False


@dataclass(frozen=True)
class Groups:
    """The groups somebody would be in, and leave; those that are no rules' business stay."""

    joined: tuple[Group, ...]
    left: tuple[Group, ...]
    stayed: tuple[Group, ...]

    @property
    def after(self) -> list[int]:
        """The ids of the groups they would be in."""
        return [group.pk for group in (*self.stayed, *self.joined)]

    @property
    def differ(self) -> bool:
        """Whether anything changes."""
        return bool(self.joined or self.left)


@dataclass(frozen=True)
class Setting:
    """A setting as it would count; `before` is what counts now, None where there is no user yet."""

    definition: SettingDefinition
    before: SettingAnswer | None
    after: SettingAnswer


@dataclass(frozen=True)
class Result:
    """What would become of somebody who comes in."""

    role: RoleChange
    groups: Groups
    settings: tuple[Setting, ...]
    verdict: Verdict
    is_disconnected: bool


@dataclass(frozen=True)
class Simulation:
    """Who it would be, what each rule finds, and the result unless they are refused."""

    who: Who
    findings: tuple[tuple[Rule, Finding], ...]
    result: Result | None


def simulate(provider: IdentityProvider, answer: Answer) -> Simulation:
    """What a sign-in with this answer would do now. A constant number of queries, none of which writes."""
    account = provider.account
    rules = reading.rules_of(account)
    who = who_is(provider, answer, reading.names_of(account))
    findings = tuple((rule, rule.find(answer.attributes)) for rule in rules)
    if who.kind is Kind.REFUSED:
        return Simulation(who, findings, None)
    return Simulation(who, findings, _result(account, who.user, mapping.placement(answer.attributes, rules)))


def _result(account: Account, user: User | None, placed: Placement) -> Result:
    groups = _groups(account, user, placed)
    definitions = registry.all_definitions()
    keys = [definition.key for definition in definitions]
    before = effective(user, keys) if user else {}
    after = hypothetical(account, user, groups.after, keys)
    is_disconnected = groups.differ and _ends_connection(user, after[INTEGRATION.key])
    facts = prompt.facts(account, user, after)
    return Result(
        role=_role(user, placed),
        groups=groups,
        settings=_settings(definitions, before, after),
        verdict=prompt.decide(replace(facts, is_connected=facts.is_connected and not is_disconnected)),
        is_disconnected=is_disconnected,
    )


def _role(user: User | None, placed: Placement) -> RoleChange:
    if user is None:
        return RoleChange(None, Role(placed.role or Role.MEMBER))
    now = Role(user.role)
    if placed.role is None or placed.role == now:
        return RoleChange(now, now)
    is_kept = directory.is_last_owner(user)
    return RoleChange(now, now if is_kept else Role(placed.role), is_kept)


def _groups(account: Account, user: User | None, placed: Placement) -> Groups:
    ids = set(Membership.objects.filter(user=user).values_list("group_id", flat=True)) if user else set()
    joins, leaves = placed.joins(ids), placed.leaves(ids)
    concerned = Group.objects.filter(account=account, pk__in=ids | joins).order_by("priority")
    known = list(concerned)
    return Groups(
        joined=tuple(group for group in known if group.pk in joins),
        left=tuple(group for group in known if group.pk in leaves),
        stayed=tuple(group for group in known if group.pk in ids - leaves),
    )


def _settings(
    definitions: Sequence[SettingDefinition],
    before: Mapping[str, SettingAnswer],
    after: Mapping[str, SettingAnswer],
) -> tuple[Setting, ...]:
    return tuple(Setting(each, before.get(each.key), after[each.key]) for each in definitions)


def _ends_connection(user: User | None, integration: SettingAnswer) -> bool:
    """Whether another group's lock would end the person's connection to their mailbox."""
    connection = Connection.objects.with_mailbox().filter(user=user).first() if user else None
    return connection is not None and policy.must_disconnect(connection.permissions, integration) is not None
