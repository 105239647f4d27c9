"""An identity provider's metadata, as an administrator gives it to us."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sso.errors import Reason, SamlError
from sso.models import Binding
from sso.saml.names import METADATA
from sso.saml.no_metadata import NOBODYS_METADATA, what_it_is_instead, without_provider
from sso.saml.parsing import parse_document
from sso.saml.provider_parts import certificates, name_id_formats, service, why_no_address

LARGEST_DOCUMENT = 2 * 1024 * 1024  # bytes; ADFS writes 100,000
LONGEST_ENTITY_ID = 1024  # bytes


class SeveralProvidersError(SamlError):
    """The metadata describes several identity providers; `entity_ids` are theirs, each once."""

    def __init__(self, entity_ids: Sequence[str]) -> None:
        super().__init__(
            Reason.MALFORMED,
            f"this metadata describes {len(entity_ids)} identity providers. One is needed: choose yours, or take the "
            "metadata of yours alone",
        )
        self.entity_ids = tuple(entity_ids)


@dataclass(frozen=True)
class IdpMetadata:
    """What we need of an identity provider. Certificates are PEM bodies; `slo_url` is empty where there is none."""

    entity_id: str
    sso_url: str
    sso_binding: str = Binding.REDIRECT
    slo_url: str = ""
    slo_binding: str = Binding.REDIRECT
    certificates: tuple[str, ...] = ()
    name_id_formats: tuple[str, ...] = ()
    wants_signed_requests: bool = False


def parse_idp_metadata(xml: bytes, *, entity_id: str = "") -> IdpMetadata:
    """The metadata of the identity provider, or of the one with this entity id where there are several.

    Raises SamlError with a detail for the administrator, which lacks its full stop, and SeveralProvidersError.
    """
    entity, idp = _provider(_root(xml), entity_id)
    sso_binding, sso_url = service(idp, "SingleSignOnService")
    if not sso_url:
        raise SamlError(Reason.MALFORMED, why_no_address(idp))
    slo_binding, slo_url = service(idp, "SingleLogoutService")
    return IdpMetadata(
        entity_id=_checked_entity_id(entity),
        sso_url=sso_url,
        sso_binding=sso_binding,
        slo_url=slo_url,
        slo_binding=slo_binding,
        certificates=certificates(idp),
        name_id_formats=name_id_formats(idp),
        wants_signed_requests=idp.get("WantAuthnRequestsSigned", "").strip() in ("true", "1"),
    )


def why_no_entity_id(text: str) -> str:
    """What is wrong with an entity id, in words without a full stop; nothing where it can be one."""
    if len(text.encode()) > LONGEST_ENTITY_ID:
        return f"an entity ID has at most {LONGEST_ENTITY_ID} characters, and this one is longer"
    if any(character.isspace() for character in text):
        return "an entity ID has no spaces and no line breaks in it. Copy it once more, all in one line"
    return "" if text.isprintable() else "this entity ID has characters that cannot be seen. Copy it once more"


def _root(xml: bytes) -> Any:
    if len(xml) > LARGEST_DOCUMENT:
        raise SamlError(Reason.TOO_LARGE, "the metadata is larger than 2 MB")
    instead = what_it_is_instead(xml)
    if instead:
        raise SamlError(Reason.MALFORMED, instead)
    try:
        return parse_document(xml)
    except SamlError as error:
        raise SamlError(error.reason, NOBODYS_METADATA.get(error.detail, error.detail)) from error


def _provider(root: Any, wanted: str) -> tuple[Any, Any]:
    """The entity, and its part as an identity provider."""
    entities = [node for node in root.iter(f"{{{METADATA}}}EntityDescriptor") if _idp(node) is not None]
    if not entities:
        raise SamlError(Reason.MALFORMED, without_provider(root))
    if wanted:
        entities = [node for node in entities if _entity_id(node) == wanted]
        if len(entities) != 1:
            raise SamlError(Reason.MALFORMED, f"the metadata does not describe {wanted[:100]} exactly once")
    if len(entities) > 1:
        raise SeveralProvidersError(list(dict.fromkeys(_entity_id(node) for node in entities)))
    return entities[0], _idp(entities[0])


def _idp(entity: Any) -> Any:
    return entity.find(f"{{{METADATA}}}IDPSSODescriptor")


def _entity_id(entity: Any) -> str:
    return str(entity.get("entityID", "")).strip()


def _checked_entity_id(entity: Any) -> str:
    entity_id = _entity_id(entity)
    if not entity_id:
        raise SamlError(Reason.MALFORMED, "the metadata has no entity ID. Download it once more")
    problem = why_no_entity_id(entity_id)
    if problem:
        raise SamlError(Reason.MALFORMED, f"the entity ID in the metadata cannot be used: {problem}")
    return entity_id
