"""Faults that follow the schema of the run config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackcfg.paths import as_mapping, value_at
from tests.conformance.agreement.draft import Draft, Fault
from tests.conformance.mutations.language import below, put

MACHINE: Final = ("external_providers_dir", "external_apis_dir", "module", "tls_cafile")
"""Keys that name files or packages: whether they exist is no matter of the config."""

ELSEWHERE: Final = ("providers", "registered_resources")
"""Sections that have faults of their own."""


def section_faults() -> Iterator[Fault]:
    """Yield the faults, the frequent ones more than once."""
    yield from (_replace, _replace, _replace, _break, _break, _break)


def _make(draft: Draft, is_server: bool) -> tuple[list[str], Any] | None:
    """Return the path of a field of the run config, and a value that fits it."""
    fields = as_mapping(draft.root.get("properties"))
    names = [name for name in fields if name not in (*ELSEWHERE, *MACHINE)]
    name = draft.rng.choice(names)
    if is_server and "server" in fields:
        name = "server"
    maker = draft.maker(draft.root)
    path, schema = [name], as_mapping(fields[name])
    while draft.rng.random() < 0.75:
        schema = maker.resolve(schema)
        inner = _fields_of(schema)
        if not inner:
            break
        name = draft.rng.choice(list(inner))
        if name in MACHINE:
            return None
        path.append(name)
        schema = as_mapping(inner[name])
    return path, maker.make(schema, path[-1])


def _fields_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return as_mapping(schema.get("properties"))


def _replace(draft: Draft) -> str | None:
    made = _make(draft, draft.rng.random() < 0.5)
    if made is None:
        return None
    path, value = made
    if not _has_place(draft, path):
        return None
    put(draft.config, tuple(path), value)
    return f"{path[0]} made"


def _break(draft: Draft) -> str | None:
    made = _make(draft, draft.rng.random() < 0.5)
    if made is None:
        return None
    path, value = made
    if not _has_place(draft, path):
        return None
    put(draft.config, tuple(path), value)
    inner = [(*path, *rest) for rest in below(value)]
    put(draft.config, draft.rng.choice([tuple(path), *inner]), draft.odd())
    return f"{path[0]} made and broken"


def _has_place(draft: Draft, path: list[str]) -> bool:
    for length in range(1, len(path)):
        found = value_at(draft.config, tuple(path[:length]))
        if found is not None and not isinstance(found, dict):
            return False
    return True
