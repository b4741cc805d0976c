"""How messages name an entry of a config and the condition of a fault."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.paths import Path, value_at
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.validation.inspection import Inspection


def describe_entry(path: Path, inspection: Inspection) -> str:
    """Describe an entry: 'KEY', provider 'ID', item 2 of 'LIST', or the config."""
    if not path:
        return "the config"
    last = path[-1]
    is_item = isinstance(value_at(inspection.data, path[:-1]), list)
    if not is_item or not isinstance(last, int):
        return f"'{raw_key(path, inspection)}'"
    name = _provider_id(path, inspection)
    if name:
        return f"provider '{name}'"
    keys = [part for part in path if not isinstance(part, int)]
    return f"item {last + 1} of '{keys[-1]}'"


def _provider_id(path: Path, inspection: Inspection) -> str:
    """Return the literal id of a provider entry; empty for any other entry."""
    if path[0] != "providers" or len(path) != 3:
        return ""
    name = value_at(inspection.data, (*path, "provider_id"))
    if not isinstance(name, str) or has_placeholder(name):
        return ""
    return name


def raw_key(path: Path, inspection: Inspection) -> str:
    """Return the last key of a path as the file writes it, where YAML reads no string."""
    if isinstance(path[-1], str):
        return path[-1]
    holder = inspection.document.root.at(path[:-1])
    entry = holder.entry_of(path[-1]) if holder is not None else None
    if entry:
        return entry[0].text
    return str(path[-1])


def when_failing(failing: Sequence[bool], whose: str = "a") -> str:
    """Return in which readings a fault exists, for the middle of a message.

    `failing` has one boolean for each of `Inspection.readings`, where the first one
    is without switches. The result is empty if all readings have the fault.
    """
    if all(failing):
        return ""
    if failing[0]:
        return f" while {whose} variable is unset"
    return f" once {whose} variable is set"


def shorten(text: str) -> str:
    """Return a text of at most 40 characters for a message; dots stand for the rest."""
    if len(text) < 40:
        return text
    return text[:37] + "..."
