"""Everything the sandbox knows at one moment, and the one door through which handlers reach it."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from starlette.requests import HTTPConnection

from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.keys import Keys
from sandbox.notifications.outbox import Outbox
from sandbox.request_log import RequestLog
from sandbox.tenant.model import Person, Tenant
from sandbox.tenant.subscription import Subscription

DEFAULT_TOKEN_LIFETIME = 3600
_KEPT_PER_PERSON = 100


@dataclass
class Session:
    """Somebody signed in at a tenant's identity provider. `at` is seconds since the epoch."""

    oid: str
    at: float


@dataclass
class RefreshToken:
    """What a refresh token stands for; it is kept under its hash."""

    tenant_id: str
    oid: str
    scopes: list[str]
    revoked: bool = False
    claims: str = ""


@dataclass
class State:
    """What survives a restart. `generation` counts the resets, `txt_records` are texts by name in small letters.

    `subscriptions` are those to change notifications, by their id.
    """

    generation: int
    tenants: list[Tenant]
    token_lifetime: int = DEFAULT_TOKEN_LIFETIME
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    txt_records: dict[str, list[str]] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    @classmethod
    def load(cls, saved: dict[str, Any]) -> Self:
        """From the snapshot's JSON."""
        return cls(
            generation=saved["generation"],
            tenants=[Tenant.load(row) for row in saved["tenants"]],
            token_lifetime=saved["token_lifetime"],
            refresh_tokens={key: RefreshToken(**row) for key, row in saved["refresh_tokens"].items()},
            sessions={key: Session(**row) for key, row in saved["sessions"].items()},
            txt_records=saved.get("txt_records", {}),
            subscriptions={key: Subscription(**row) for key, row in saved.get("subscriptions", {}).items()},
        )


@dataclass
class World:
    """The state, what is kept in memory only, and whom to tell when the state changed.

    Answers of Graph and Exchange come `latency` seconds later. `codes` belongs to the identity platform, `pending` and
    `participants` (by the person's oid) to the SAML identity provider, `pull_subscriptions` to Exchange.
    """

    config: Config
    keys: Keys
    state: State
    seed: Callable[[int], State]
    changed: Callable[[], None] = lambda: None
    faults: Faults = field(default_factory=Faults)
    calls: RequestLog = field(default_factory=RequestLog)
    latency: float = 0
    outbox: Outbox = field(default_factory=Outbox)
    codes: dict[str, Any] = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)
    participants: dict[str, list[Any]] = field(default_factory=dict)
    pull_subscriptions: dict[str, Any] = field(default_factory=dict)

    def reset(self) -> None:
        """Back to the seed, one generation on. Keys and certificates stay."""
        self.state = self.seed(self.state.generation + 1)
        self.faults, self.calls = Faults(), RequestLog()
        self.codes, self.pending, self.participants = {}, {}, {}
        self.pull_subscriptions = {}
        self.latency = 0
        self.outbox.clear()
        self.changed()

    def tenant(self, name: str) -> Tenant | None:
        """By GUID or domain."""
        wanted = name.casefold()
        return next((tenant for tenant in self.state.tenants if wanted in (tenant.id, tenant.domain)), None)

    def other_tenant(self, tenant: Tenant) -> Tenant:
        """One that is not this."""
        return next(other for other in self.state.tenants if other.id != tenant.id)

    def find_person(self, upn: str) -> tuple[Tenant, Person] | None:
        """The person with this user principal name in any tenant."""
        tenant = self.tenant(upn.rpartition("@")[2])
        person = tenant.person(upn) if tenant else None
        return (tenant, person) if tenant and person else None

    def sign_in(self, oid: str) -> str:
        """Starts a session at the identity provider and returns the cookie's value."""
        cookie = secrets.token_urlsafe(32)
        sessions = self.state.sessions
        sessions[_digest(cookie)] = Session(oid, datetime.now(UTC).timestamp())
        for oldest in [key for key, row in sessions.items() if row.oid == oid][:-_KEPT_PER_PERSON]:
            del sessions[oldest]
        self.changed()
        return cookie

    def session(self, cookie: str | None) -> Session | None:
        """The session behind a cookie's value."""
        return self.state.sessions.get(_digest(cookie)) if cookie else None

    def sign_out(self, cookie: str | None) -> None:
        """Ends the session behind a cookie's value."""
        if cookie and self.state.sessions.pop(_digest(cookie), None):
            self.changed()

    def keep_refresh_token(self, grant: RefreshToken) -> str:
        """Hands out a new refresh token."""
        token = f"1.{secrets.token_urlsafe(64)}"
        tokens = self.state.refresh_tokens
        tokens[_digest(token)] = grant
        for oldest in [key for key, row in tokens.items() if row.oid == grant.oid][:-_KEPT_PER_PERSON]:
            del tokens[oldest]
        self.changed()
        return token

    def refresh_token(self, token: str) -> RefreshToken | None:
        """What a refresh token stands for."""
        return self.state.refresh_tokens.get(_digest(token))

    def revoke(self, oid: str) -> int:
        """Kills every refresh token of a person; returns how many were alive."""
        alive = [row for row in self.state.refresh_tokens.values() if row.oid == oid and not row.revoked]
        for row in alive:
            row.revoked = True
        self.changed()
        return len(alive)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def world_of(connection: HTTPConnection) -> World:
    """The world of the application that serves this request."""
    world: World = connection.app.state.world
    return world
