"""Nothing that opens a door leaves it: a whole life with Office 365, and then everything that came out is searched."""

import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from accounts.models import AuditEvent, Role
from calendar_integration import tasks
from calendar_integration.clients.graph import GraphClient
from calendar_integration.models import AuthorizationAttempt, Connection
from calendar_integration.sync import back_off
from calendar_integration.sync.engine import sync_connection
from calendar_integration.tokens import redeem
from sso.models import ServiceProviderKey
from sso.saml import party_of
from tests.accounts.access import PRIVATE
from tests.calendar_integration.journey import Traveller
from tests.calendar_integration.refreshing import let_expire
from tests.calendar_integration.watching import (
    Watched,
    WatchedClient,
    running_queue,
    watch_database,
    watch_mails,
    watch_names,
    watch_queue,
    watched_log,
)
from tests.makers import CONTOSO_TENANT, make_account, make_service, make_user
from tests.sandbox.running import SECRET, Sandbox
from tests.sso.making import make_provider
from tests.sso.making_keys import make_key

pytestmark = pytest.mark.django_db(transaction=True)

# By Django's design a session is found by its key, and called by it.
KNOW_SESSION_KEYS = ("the table django_session", "the table accounts_signinsession", "a name of sessions.Session")
TOKEN_FAULTS = ["refresh_revoked", "mfa_required", "consent_withdrawn", "invalid_client", "app_missing", "html"]


class Life:
    """Ana's life with Office 365, and the secrets that came up in it."""

    def __init__(self, microsoft: Sandbox) -> None:
        self.microsoft, self.watched = microsoft, Watched()
        account = make_account()
        make_service(account)
        self.key = make_key(account)
        self.provider = make_provider(account)
        self.client = WatchedClient(self.watched)
        ana = make_user(account, role=Role.OWNER)
        self.ana = Traveller(ana, microsoft, client=self.client)
        self.secrets = {
            "the client secret": SECRET,
            "the encryption key": django_settings.FIELD_ENCRYPTION_KEYS[0],
            "Django's secret key": django_settings.SECRET_KEY,
            "a private key": ServiceProviderKey.objects.get().private_key.splitlines()[3],
            "the session key": self.client.cookies["sessionid"].value,
        }

    def authorize(self) -> str:
        """To Microsoft and back; answers the address that came back, with its code."""
        address = self.ana.answer()
        flow = json.loads(AuthorizationAttempt.objects.latest("pk").flow)
        count = len(self.secrets)
        self.secrets |= {
            f"code {count}": parse_qs(urlsplit(address).query)["code"][0],
            f"PKCE verifier {count}": flow["code_verifier"],
            f"nonce {count}": flow["nonce"],
        }
        self.ana.come_back(address)
        return address

    def learn_tokens(self) -> Connection:
        """Note the tokens that are held now."""
        connection = Connection.objects.get()
        cache = json.loads(connection.token_cache or "{}")
        for kind in ("AccessToken", "RefreshToken", "IdToken"):
            for held in cache.get(kind, {}).values():
                self.secrets[f"{kind} {held['secret'][-6:]}"] = held["secret"]
        return connection

    def leaks(self) -> list[str]:
        """Which secrets came out where, as they are or as a part of an address."""
        quoted = {f"{name}, quoted": quote(secret, safe="") for name, secret in self.secrets.items()}
        quoted = {name: text for name, text in quoted.items() if text not in self.secrets.values()}
        found = self.watched.leaks(self.secrets | quoted)
        return [leak for leak in found if not ("session key" in leak and leak.endswith(KNOW_SESSION_KEYS))]


def live(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that can happen to an authorization, the bad things above all."""
    life.microsoft.fault("token.unreadable", count=1)
    life.authorize()
    life.microsoft.fault("token.wrong_secret", count=1)
    life.authorize()
    with monkeypatch.context() as broken:
        broken.setattr(GraphClient, "me", lambda _client: 1 / 0)
        life.authorize()  # an error page of ours, with a traceback in the log
    used = life.authorize()
    life.learn_tokens()
    life.ana.come_back(used)  # the same code once more
    life.client.get("/office365/callback/", {"error": "access_denied", "state": "nonsense", "code": "x"})
    refuse_and_refresh(life)
    look_around(life)
    life.client.post("/profile/office365/disconnect/")
    tasks.forget_left_over()


def refuse_and_refresh(life: Life) -> None:
    """Syncs and refreshes, good ones and refused ones, until the authorization is lost."""
    connection = life.learn_tokens()
    sync_connection(connection.pk)
    let_expire(connection)
    sync_connection(connection.pk)
    life.learn_tokens()
    life.microsoft.fault("graph.unauthorized", count=1)
    sync_connection(connection.pk)
    for fault in TOKEN_FAULTS:
        let_expire(life.learn_tokens())
        life.microsoft.fault(f"token.{fault}", count=1)
        sync_connection(connection.pk)
    life.microsoft.fault("token.refresh_revoked")
    let_expire(life.learn_tokens())
    Connection.objects.update(invalid_grant_at=timezone.now() - back_off.GRANT_GRACE)
    sync_connection(connection.pk)
    tasks.tell_to_reauthorize(connection.pk)
    tasks.tell_secret_refused(connection.account_id)


def look_around(life: Life) -> None:
    """Every page that an owner can open without more, and every file."""
    for path in PRIVATE:
        if "<" not in path and not path.endswith(".csv"):
            life.client.get(f"/{path}")
    life.client.get(f"/users/{life.ana.user.pk}/")
    for attempt in AuthorizationAttempt.objects.all():
        life.client.get(f"/office365/outcome/{attempt.reference}/")
    assert "calendar.connected" in life.client.download("/account/audit.csv")
    assert "ana@contoso.example" in life.client.download("/users/export.csv")


def test_no_secret_comes_out_anywhere_in_a_whole_life(microsoft: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    life = Life(microsoft)
    with running_queue() as queue, watched_log(life.watched):
        live(life, monkeypatch)
        watch_database(life.watched)
        names = watch_queue(life.watched, queue)
    watch_names(life.watched)
    watch_mails(life.watched)
    life.watched.add("a name of a party", repr(party_of(life.provider.account, life.provider)))
    assert {task.rpartition(".")[2] for task in names} >= {"sync_connection", "tell_secret_refused"}
    assert AuditEvent.objects.filter(action="calendar.connection_lost").exists(), "it went through everything"
    assert any(name.startswith("RefreshToken") for name in life.secrets)
    assert any("ZeroDivisionError" in line for line in life.watched.out["the log of django.request"])
    assert life.leaks() == []


def test_the_search_would_find_one(microsoft: Sandbox) -> None:
    life = Life(microsoft)
    with watched_log(life.watched):
        life.authorize()
    connection = life.learn_tokens()
    life.watched.add("a log that somebody wrote", connection.token_cache)
    watch_database(life.watched)
    assert {leak.partition(" in ")[2] for leak in life.leaks()} == {"a log that somebody wrote"}
    assert len(life.leaks()) == 3, "each kind of token"


def test_what_redeeming_a_code_brings_names_no_secret(microsoft: Sandbox) -> None:
    life = Life(microsoft)
    address = life.ana.answer()
    flow = json.loads(AuthorizationAttempt.objects.get().flow)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    grant = redeem(CONTOSO_TENANT, flow, answer)
    assert grant.access_token not in repr(grant)
    assert grant.cache not in repr(grant)
    assert "secret" not in repr(grant)
