"""The APIs and provider types of each release.

The facts are in `providers.json` and `releases.json`, made from the
released packages by `.ci/facts/describe_release.py`;
`broken_providers.json` has what no class tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.releases.models import config_model
from stackcfg.releases.versions import (
    Release,
    Row,
    Span,
    find_row,
    names_at,
    read_facts,
    span_of,
)

API_NAMES_NORMALIZED_SINCE: Release = (0, 2, 16)


class ProviderSpec(NamedTuple):
    """A provider type in one release: its config model and upstream's warning.

    `requires` are the APIs that must have a provider.
    """

    config: str
    requires: tuple[str, ...]
    deprecated: str = ""


FILES: Final = "files"
LOCAL_FILES: Final = "inline::localfs"
"""The provider of files that upstream's own configs have."""

FILE_READER = {"provider_id": "pypdf", "provider_type": "inline::pypdf"}
"""The provider of `file_processors` in upstream's own configs of 0.8: it reads files as
the server itself did until 0.7.3 (`_legacy_chunk_file`)."""


def _provider_rows(api: str, provider_type: str) -> Sequence[Row]:
    providers = read_facts("providers.json")["providers"]
    rows: Sequence[Row] = providers.get(f"{api} {provider_type}", ())
    return rows


@cache
def provider_spec(
    api: str, provider_type: str, version: Release
) -> ProviderSpec | None:
    """Return a provider type of a release, or None if the release has none."""
    row = find_row(_provider_rows(api, provider_type), version)
    if row is None:
        return None
    return ProviderSpec(
        row["config"], tuple(row["requires"]), row.get("deprecated", "")
    )


@cache
def provider_types(api: str, version: Release) -> tuple[str, ...]:
    """Return the provider types that a release has for an API."""
    start = f"{api} "
    keys = names_at(read_facts("providers.json")["providers"], version)
    return tuple(key.removeprefix(start) for key in keys if key.startswith(start))


def provider_spans(api: str, provider_type: str) -> list[Span]:
    """Return the runs of releases that have a provider type."""
    return [span_of(row) for row in _provider_rows(api, provider_type)]


def provider_models(api: str, provider_type: str) -> list[tuple[Release, Release, str]]:
    """Return a provider type's config models by first and last release."""
    rows = _provider_rows(api, provider_type)
    return [(*span_of(row), row["config"]) for row in rows]


# its keys come out of files, as those of all bounded caches here
@lru_cache(4096)
def provider_requirements(api: str, provider_type: str) -> Mapping[str, list[Span]]:
    """Return the runs of releases in which a provider type requires each API.

    Left out are APIs that no provider serves: the server has them
    itself.
    """
    found: dict[str, list[Span]] = {}
    for row in _provider_rows(api, provider_type):
        for required in row["requires"]:
            if required in _served_apis():
                found.setdefault(required, []).append(span_of(row))
    return found


@cache
def _served_apis() -> frozenset[str]:
    """Return the APIs that providers of any release serve."""
    keys = read_facts("providers.json")["providers"]
    return frozenset(key.partition(" ")[0] for key in keys)


class BrokenProvider(NamedTuple):
    """A provider type that no config lets start: why, and what to do.

    Its code lacks a method that the server calls, or reads a setting
    that its config model does not have. Measured with the code of the
    releases.
    """

    reason: str
    help: str


@cache
def broken_provider(
    api: str, provider_type: str, version: Release
) -> BrokenProvider | None:
    """Return why a provider type cannot start in a release; None if it can."""
    broken = read_facts("broken_providers.json")["broken"]
    row = find_row(broken.get(f"{api} {provider_type}", ()), version)
    if row is None:
        return None
    return BrokenProvider(row["reason"], row["help"])


@lru_cache(4096)
def is_provider_known(api: str, provider_type: str, version: Release) -> bool | None:
    """Return whether a release has a provider type; None if no release has it."""
    rows = _provider_rows(api, provider_type)
    if not rows:
        return None
    return find_row(rows, version) is not None


def has_provider_key(api: str, provider_type: str, key: str, version: Release) -> bool:
    """Return whether a provider's config model has a key or an alias."""
    spec = provider_spec(api, provider_type, version)
    return spec is not None and key in config_model(spec.config, version).fields


@cache
def apis(version: Release) -> frozenset[str]:
    """Return the APIs of a release."""
    return frozenset(names_at(read_facts("releases.json")["apis"], version))


def api_spans(api: str) -> list[Span]:
    """Return the runs of releases that have an API; empty if none has it."""
    rows = read_facts("releases.json")["apis"].get(api, ())
    return [span_of(row) for row in rows]


@cache
def routers(version: Release) -> Mapping[str, str]:
    """Return the API of the providers behind each routing table."""
    routed = read_facts("releases.json")["routed"].items()
    rows = {name: find_row(rows, version) for name, rows in routed}
    return {name: row["router"] for name, row in rows.items() if row is not None}


def resolve_api_name(name: str, version: Release) -> str:
    """Return the API that a release understands a word as.

    From 0.2.16 case and hyphens do not matter, except for APIs behind a
    router (measured).
    """
    known = apis(version)
    if version < API_NAMES_NORMALIZED_SINCE or name in known:
        return name
    normalized = name.lower().replace("-", "_")
    if normalized in known and normalized not in routers(version).values():
        return normalized
    return name
