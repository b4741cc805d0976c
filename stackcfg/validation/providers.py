"""The provider entries of a run config, as one release sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.paths import Data, Path
from stackcfg.releases.providers import ProviderSpec, provider_spec, resolve_api_name
from stackcfg.releases.stores import StoreField
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string


class Provider(NamedTuple):
    """A provider entry: its path, type and id, and whether it is switched on.

    `entries` is the entry as the server sees it, reading by reading;
    `ever_on` and `always_on` say whether it is on in one or in all of
    them. `spec` is None for a type that the release does not have.
    `outside` marks a provider of an external module or of the project's
    settings, which the facts do not know.
    """

    path: Path
    api: str
    kind: str
    id: str
    config: Any
    entries: tuple[Data, ...]
    spec: ProviderSpec | None
    ever_on: bool
    always_on: bool
    outside: bool = False


def read_providers(
    data: Data,
    readings: Sequence[Any],
    declared: Sequence[StoreField],
    version: Release,
) -> Iterator[Provider]:
    """Yield every provider entry of a config; `readings` is what the
    server sees.
    """
    of_project = {(field.api, field.provider_type) for field in declared}
    for word, index, written in provider_entries(data):
        entries = tuple(reading["providers"][word][index] for reading in readings)
        enabled = [entry for entry in entries if not is_disabled(entry)]
        api = resolve_api_name(word, version)
        kind = _string_of(entries[0], written, "provider_type")
        # a `module` in every reading that enables the provider brings its own
        # type
        external = bool(enabled) and all(entry.get("module") for entry in enabled)
        yield Provider(
            ("providers", word, index),
            api,
            kind,
            _string_of(entries[-1], written, "provider_id"),
            written.get("config"),
            entries,
            provider_spec(api, kind, version),
            bool(enabled),
            len(enabled) == len(entries),
            external or (api, kind) in of_project,
        )


def _string_of(entry: Data, written: Data, key: str) -> str:
    """Return what the server sees under a key; if no string, what is written."""
    seen = entry.get(key)
    if isinstance(seen, str):
        return seen
    return as_string(written.get(key))
