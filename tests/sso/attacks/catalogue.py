"""The list of attacks: what each does to a message that is accepted, by which mechanism, and why it is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sso.errors import Reason
from tests.sso.attacks.forging import Scene, encoded
from tests.sso.attacks.signing import Signer, make_signer

Build = Callable[[Scene], Any]


@dataclass(frozen=True)
class Attack:
    """`build` makes what is posted instead of the honest message: a tree, bytes, or the text of the field."""

    name: str
    mechanism: str
    reason: Reason
    build: Build
    signed: tuple[str, ...] = ("Assertion",)
    signer: Signer | None = None
    provider: tuple[tuple[str, Any], ...] = ()
    encrypted: bool = False


ATTACKS: list[Attack] = []
STORIES: list[tuple[str, str]] = []

Function = Callable[..., Any]


def _add(function: Function, build: Build, mechanism: str, reason: Reason, options: dict[str, Any]) -> Function:
    name = function.__name__.strip("_").replace("_", " ")
    ATTACKS.append(Attack(name, mechanism, reason, build, **options))
    return function


def on_its_way(mechanism: str, reason: Reason, **options: Any) -> Callable[[Function], Function]:
    """The function changes the signed tree, or answers what to post instead of it."""

    def decorate(function: Function) -> Function:
        def build(scene: Scene) -> Any:
            root = scene.honest()
            answer = function(root)
            return root if answer is None else answer

        return _add(function, build, mechanism, reason, options)

    return decorate


def as_said(mechanism: str, reason: Reason, **options: Any) -> Callable[[Function], Function]:
    """The function changes what the identity provider says before it signs."""

    def decorate(function: Function) -> Function:
        def build(scene: Scene) -> Any:
            root = scene.unsigned()
            function(root)
            return scene.sign(root)

        return _add(function, build, mechanism, reason, options)

    return decorate


def as_signed(mechanism: str, reason: Reason, **options: Any) -> Callable[[Function], Function]:
    """The function is given the scene and signs in its own way."""

    def decorate(function: Function) -> Function:
        return _add(function, function, mechanism, reason, options)

    return decorate


def as_posted(mechanism: str, reason: Reason, **options: Any) -> Callable[[Function], Function]:
    """The function is given the text of the field, and answers another."""

    def decorate(function: Function) -> Function:
        return _add(function, lambda scene: function(encoded(scene.honest())), mechanism, reason, options)

    return decorate


def story(mechanism: str) -> Callable[[Function], Function]:
    """A test of its own, since it takes more than one message."""

    def decorate(function: Function) -> Function:
        STORIES.append((function.__name__, mechanism))
        return function

    return decorate


ELLIPTIC = make_signer("contoso of curves", "ec")
