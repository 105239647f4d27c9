"""Every setting of the product; each app registers its own when it is ready."""

from accounts.tiered_settings.definitions import SettingDefinition

_definitions: dict[str, SettingDefinition] = {}


class UnknownSettingError(LookupError):
    """No app has registered a setting with this key."""


def register(definition: SettingDefinition) -> None:
    """Make a setting known. Raises ValueError where another one has its key already."""
    if _definitions.setdefault(definition.key, definition) != definition:
        raise ValueError(f"two settings are called {definition.key}")


def get(key: str) -> SettingDefinition:
    """The setting with this key. Raises UnknownSettingError."""
    try:
        return _definitions[key]
    except KeyError as error:
        raise UnknownSettingError(key) from error


def all_definitions() -> tuple[SettingDefinition, ...]:
    """All of them, in the order they were registered."""
    return tuple(_definitions.values())
