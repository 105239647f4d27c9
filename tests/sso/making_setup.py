"""An administrator who sets single sign-on up, step by step."""

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account, Role, User
from sso.models import Binding, NameIdFormat, ProviderDraft
from sso.saml import generate_key_pair
from tests.makers import make_user
from tests.pages import Page
from tests.sandbox.running import Sandbox
from tests.sso.making import Answer, answer_to, deliver

SETUP = "/account/sso/"
DRAFT = f"{SETUP}draft/"
METADATA = f"{DRAFT}metadata/"
RESULT = f"{SETUP}test/result/"
CERTIFICATE = generate_key_pair("idp")[0].certificate
OTHER_CERTIFICATE = generate_key_pair("idp")[0].certificate


@dataclass
class Admin:
    """Somebody at their browser."""

    user: User
    client: Client

    def page(self, path: str = SETUP) -> str:
        """The text of a page."""
        return self.client.get(path).content.decode()

    def post(self, path: str, **fields: Any) -> Page:
        """A form is sent, as the page that was seen last would."""
        draft = ProviderDraft.objects.filter(account=self.user.account).first()
        return self.client.post(path, {"seen": draft.settings_digest() if draft else "", **fields})

    def confirm(self, change: str) -> Page:
        """The confirmation is opened and its button pressed."""
        path = f"{SETUP}{change}/"
        shown = self.client.get(path)
        assert shown.status_code == 200, shown.content
        seen = shown.context["impact"].revision if "impact" in shown.context else shown.context.get("seen", "")
        return self.client.post(path, {"seen": seen})

    def take(self, microsoft: Sandbox, **changes: Any) -> ProviderDraft:
        """The sandbox's metadata becomes the draft, with some settings changed."""
        content = microsoft.client.get(f"{microsoft.http}/saml/contoso.example/metadata").content
        file = SimpleUploadedFile("metadata.xml", content)
        assert self.client.post(METADATA, {"way": "file", "file": file}).status_code == 302
        if changes:
            ProviderDraft.objects.filter(account=self.user.account).update(**changes)
        return ProviderDraft.objects.get(account=self.user.account)

    def begin_test(self, microsoft: Sandbox, name: str = "Ana Lima") -> Answer:
        """The identity provider's answer to a test."""
        left = self.client.get(f"{SETUP}test/")
        assert left.status_code == 302, left.content
        return answer_to(microsoft, left["Location"], name)

    def test(self, microsoft: Sandbox, name: str = "Ana Lima") -> Page:
        """All of a test."""
        return deliver(self.client, self.begin_test(microsoft, name))


def make_admin(account: Account, first_name: str = "dana", role: Role = Role.OWNER) -> Admin:
    """An owner or admin, signed in."""
    user, client = make_user(account, first_name, role=role), Client()
    client.force_login(user)
    return Admin(user, client)


def typed(**changes: Any) -> dict[str, Any]:
    """What somebody types into the form of every setting."""
    return {
        "entity_id": "https://idp.example/",
        "sso_url": "https://idp.example/sso",
        "sso_binding": Binding.REDIRECT.value,
        "slo_url": "",
        "slo_binding": Binding.REDIRECT.value,
        "certificate": CERTIFICATE,
        "next_certificate": "",
        "name_id_format": NameIdFormat.UNSPECIFIED.value,
        **changes,
    }
