"""What a config keeps where: each consumer of a store with the places of its rows, in the releases it can be for.

One side of an upgrade. A file can be for several releases that keep rows in different places (the inference table of
0.3.4 and 0.3.5); each of these places counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stackcfg.data.environment import resolve_variables
from stackcfg.data.locations import HomeFolder, RowLocation, locate_rows
from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    position_of_offset,
    position_of_path,
    read_documents,
)
from stackcfg.loading.errors import InputError
from stackcfg.loading.release_fit import detect_releases
from stackcfg.paths import Path, value_at
from stackcfg.releases.families import DEFAULT_TARGET, Target
from stackcfg.releases.rows import RowKind, row_kind
from stackcfg.releases.stores import (
    LAST_INLINE,
    StoreField,
    StoreFields,
    location_facts,
)
from stackcfg.releases.versions import Release, described_releases, parse_release
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string, with_string_keys
from stackcfg.stores import catalog as storage_section
from stackcfg.stores import inline as inline_stores
from stackcfg.stores import prompts
from stackcfg.stores.store_map import Store, StoreMap, store_label
from stackcfg.yamltext.lines import Position


@dataclass(frozen=True, slots=True)
class ConfigSide:
    """A config with its variables resolved, and the releases that it is for, oldest first."""

    name: str
    config: RunConfig
    data: Mapping[str, Any]
    releases: tuple[Release, ...]
    variables: Mapping[str, str]

    @property
    def last(self) -> Release:
        """The latest of the releases; what it drops is dropped."""
        return self.releases[-1]

    def position(self, path: Path) -> Position:
        """Where the entry at a path stands in the file."""
        return position_of_path(self.config, path)

    def provider_ids(self, api: str) -> Mapping[str, str]:
        """The providers of an API that are on, by id, with their types."""
        return {
            as_string(each.get("provider_id")): as_string(each.get("provider_type"))
            for name, _, each in provider_entries(self.data)
            if name == api and not is_disabled(each)
        }

    def provider_config(self, api: str, provider_id: str) -> Mapping[str, Any]:
        """The config of a provider."""
        for name, _, each in provider_entries(self.data):
            if name == api and as_string(each.get("provider_id")) == provider_id:
                config = each.get("config")
                return config if isinstance(config, Mapping) else {}
        return {}


@dataclass(frozen=True, slots=True)
class StoredRows:
    """A consumer and where its rows are: `locations` are distinct, that of the latest release first.

    `is_sure` says that all releases that the file can be for keep them in one family of stores.
    """

    consumer: str
    fact: StoreField
    owner: str
    provider_type: str
    path: Path
    kind: RowKind
    family: str
    locations: tuple[RowLocation, ...]
    is_sure: bool = True


def read_config_side(
    name: str,
    text: str,
    asked: Target | None,
    catalog: StoreFields,
    variables: Mapping[str, str],
) -> ConfigSide:
    """The one run config of a text. Raises `InputError` when it cannot be read or holds none or several."""
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    found = list(find_run_configs(documents, lenient=True))
    if not found:
        raise explain_no_run_config(documents)
    if len(found) > 1:
        place = position_of_offset(found[1], found[1].document.root.start)
        raise InputError(
            "a second run config",
            place,
            "the data commands take files with one run config each",
        )
    config = found[0]
    if asked is not None:
        releases = tuple(
            each for each in described_releases() if asked.first <= each <= asked.last
        ) or (asked.last,)
    else:
        releases = tuple(sorted(detect_releases(config, catalog).releases))
    return ConfigSide(
        name,
        config,
        resolve_variables(with_string_keys(config.data), releases, variables),
        releases,
        variables,
    )


def find_stored_rows(
    side: ConfigSide, catalog: StoreFields, home: HomeFolder | None
) -> list[StoredRows]:
    """Every consumer that keeps rows, in the order of the config.

    Raises `MissingVariableError` for a place that a variable without a value is part of.
    """
    uses: dict[str, list[Store]] = {}
    for use in _uses(side, catalog):
        uses.setdefault(use.key, []).append(use)
    return [_holding(side, each, home) for each in uses.values()]


def _holding(
    side: ConfigSide, uses: list[Store], home: HomeFolder | None
) -> StoredRows:
    """One consumer. `uses` are what each release makes of it, the latest first."""
    use = uses[0]
    name = store_label(use)
    needed_for = f"the place of '{name}' ({side.name}:{side.position(use.path).line})"
    places = [
        locate_rows(each.location, each.family, side.variables, needed_for, home)
        for each in uses
        if each.location is not None
    ]
    kind = as_string(_entry(side.data, use.path).get("provider_type"))
    return StoredRows(
        name,
        use.fact,
        use.owner,
        kind,
        use.path,
        row_kind(use.fact.use),
        use.family,
        tuple(dict.fromkeys(places)),
        len({each.family for each in uses}) == 1,
    )


def _entry(data: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    entry = value_at(data, path[:3]) if path[:1] == ("providers",) else None
    return entry if isinstance(entry, Mapping) else {}


def _uses(side: ConfigSide, catalog: StoreFields) -> Iterator[Store]:
    """The uses of stores, release by release, the latest first; those of providers that are off have no rows."""
    for version in reversed(side.releases):
        for use in _in_release(_with_backends(side, version), catalog, version):
            off = bool(_entry(side.data, use.path)) and is_disabled(
                _entry(side.data, use.path)
            )
            if use.location is not None and not off:
                yield use


def _in_release(
    data: Mapping[str, Any], catalog: StoreFields, version: Release
) -> Iterable[Store]:
    if version <= LAST_INLINE:
        stores = inline_stores.read_inline_stores(
            data, catalog, LAST_INLINE, DEFAULT_TARGET.last
        )
        return [*stores.stores, *_given(prompts.find_prompts_file(data, version))]
    stores = storage_section.read_catalog(data, catalog, version)
    implied = list(storage_section.read_implied_stores(data, catalog, version))
    known = StoreMap((*stores.stores, *implied), stores.backends).by_key()
    return [
        *known.values(),
        *_given(prompts.find_prompts_in_registry(known.get("metadata"), version)),
    ]


def _with_backends(side: ConfigSide, version: Release) -> Mapping[str, Any]:
    """The config with the backends that a server makes up where there are none (0.5.1, upstream #4897)."""
    facts = location_facts()["default_backends"]
    if version < parse_release(facts["since"]) or value_at(
        side.data, ("storage", "backends")
    ):
        return side.data
    home = next(
        each for each in facts["homes"] if version <= parse_release(each["until"])
    )
    folder = os.path.join(
        side.variables.get(home["variable"]) or home["folder"], "distributions"
    )
    folder = os.path.expanduser(side.variables.get(facts["variable"]) or folder)
    given = facts["backends"].items()
    backends = {
        name: {**fields, "db_path": os.path.join(folder, fields["db_path"])}
        for name, fields in given
    }
    storage = value_at(side.data, ("storage",))
    known = storage if isinstance(storage, Mapping) else {}
    return {**side.data, "storage": {**known, "backends": backends}}


def _given(use: Store | None) -> list[Store]:
    return [] if use is None else [use]
