"""How a message calls what stands at a place in a config."""

from __future__ import annotations

from typing import Any

from stackcfg.document import Path
from stackcfg.inline_stores import at
from stackcfg.placeholders import has_placeholder


def named(path: Path, data: Any) -> str:
    """A key by its name, a provider by its id, another entry of a list by its number and the list's name."""
    if not path:
        return "the config"
    last = path[-1]
    if not isinstance(last, int):
        return f"'{last}'"
    name = at(data, (*path, "provider_id")) if path[0] == "providers" and len(path) == 3 else None
    if isinstance(name, str) and name and not has_placeholder(name):
        return f"provider '{name}'"
    holder = next((str(part) for part in reversed(path) if not isinstance(part, int)), "")
    return f"item {last + 1} of '{holder}'"


def is_config(path: Path) -> bool:
    """Whether a path leads to the config of a provider."""
    return len(path) == 4 and path[0] == "providers" and path[3] == "config"
