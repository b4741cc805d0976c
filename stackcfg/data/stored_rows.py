"""Finds the stored rows of one side of an upgrade: which store keeps
rows where.

A file can be for several releases that keep rows in different places
(the inference table of 0.3.4 and 0.3.5); each of these places counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from stackcfg.data.environment import (
    MissingVariableError,
    Switch,
    find_switches,
    resolve_variables,
)
from stackcfg.data.locations import Folders, RowLocation, locate_rows
from stackcfg.data.stored_json import JsonObject
from stackcfg.loading.config_positions import position_of_offset, position_of_path
from stackcfg.loading.configs import (
    BOM,
    RunConfig,
    explain_no_run_config,
    find_run_configs,
    read_documents,
)
from stackcfg.loading.errors import InputError
from stackcfg.loading.release_fit import detect_releases
from stackcfg.paths import Path, as_mapping, mapping_at
from stackcfg.releases.families import DEFAULT_TARGET, Target
from stackcfg.releases.rows import RowKind, row_kind
from stackcfg.releases.stores import (
    LAST_INLINE,
    StoreField,
    StoreFields,
    location_facts,
)
from stackcfg.releases.versions import (
    Release,
    described_releases,
    last_release_of,
    parse_release,
)
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.values import as_string, with_string_keys
from stackcfg.stores import inline as inline_stores
from stackcfg.stores import prompts
from stackcfg.stores.default_files import locate_default_files
from stackcfg.stores.opened import add_default_backends, read_opened_stores
from stackcfg.stores.store_map import Store, store_label
from stackcfg.yamltext.lines import Position


@dataclass(frozen=True, slots=True)
class ConfigSide:
    """A resolved config, and the releases that it is for, oldest first."""

    name: str
    config: RunConfig
    data: JsonObject
    releases: tuple[Release, ...]
    variables: Mapping[str, str]

    @property
    def last(self) -> Release:
        """Return the latest of the releases."""
        return self.releases[-1]

    def position(self, path: Path) -> Position:
        """Return where the entry at a path is in the file."""
        return position_of_path(self.config, path)

    @property
    def switches(self) -> list[Switch]:
        """Return the providers that are off for want of a variable."""
        return list(find_switches(self.config.data, self.data))

    def switch_of(self, api: str, provider_id: str) -> Switch | None:
        """Return the switch of a provider that is off for want of a variable."""
        for each in self.switches:
            if (each.api, each.provider_id) == (api, provider_id):
                return each
        return None

    def provider_ids(self, api: str) -> Mapping[str, str]:
        """Return the types of the enabled providers of an API, by id."""
        return {
            as_string(each.get("provider_id")): as_string(each.get("provider_type"))
            for name, _, each in provider_entries(self.data)
            if name == api and not is_disabled(each)
        }

    def provider_config(self, api: str, provider_id: str) -> JsonObject:
        """Return the config of a provider; empty where there is none."""
        for name, _, each in provider_entries(self.data):
            if name == api and as_string(each.get("provider_id")) == provider_id:
                return as_mapping(each.get("config"))
        return {}


@dataclass(frozen=True, slots=True)
class StoredRows:
    """The rows of one store: `locations`, of the latest release first.

    `owner` is the id of the provider. `is_sure`: every release that the
    file can be for keeps them in the same family of stores.
    """

    store: str
    fact: StoreField
    owner: str
    provider_type: str
    kind: RowKind
    locations: tuple[RowLocation, ...]
    is_sure: bool = True

    @property
    def family(self) -> str:
        """Return the family of the store in the latest release."""
        return self.locations[0].family


def read_config_side(
    name: str,
    text: str,
    asked: Target | None,
    catalog: StoreFields,
    variables: Mapping[str, str],
) -> ConfigSide:
    """Read the run config of a file; it is for the releases `asked`, if given.

    Raises `InputError` where the file cannot be read, or has no or
    several run configs.
    """
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    found = list(find_run_configs(documents, lenient=True))
    if not found:
        raise explain_no_run_config(documents)
    if len(found) > 1:
        place = position_of_offset(found[1], found[1].document.root.start)
        hint = "the data commands take files with one run config each"
        raise InputError("a second run config", place, hint)
    config = found[0]
    if asked is None:
        releases = tuple(sorted(detect_releases(config, catalog).releases))
    else:
        releases = _releases_of(asked)
    data = resolve_variables(with_string_keys(config.data), releases, variables)
    return ConfigSide(name, config, data, releases, variables)


def _releases_of(target: Target) -> tuple[Release, ...]:
    found = [
        each for each in described_releases() if target.first <= each <= target.last
    ]
    return tuple(found) or (target.last,)


def find_stored_rows(
    side: ConfigSide, catalog: StoreFields, folders: Folders
) -> list[StoredRows]:
    """Return the rows of every store, in the order of the config.

    Raises `MissingVariableError` where a location needs a variable
    without a value.
    """
    found = _find_stores(side, catalog)
    # a provider that is off has no rows
    on = [each for each in found if not _is_off(side, each[0])]
    return [_locate_store(side, each, folders) for each in on]


def find_rows_off_here(
    side: ConfigSide, catalog: StoreFields, folders: Folders
) -> Iterator[tuple[Switch, StoredRows]]:
    """Yield the rows of providers that are off for want of a variable.

    The rows of a provider whose location needs another such variable
    are left out.
    """
    switches = {each.path: each for each in side.switches}
    if not switches:
        return
    for stores in _find_stores(side, catalog):
        switch = switches.get(stores[0].path[:3])
        if switch is None:
            continue
        with suppress(MissingVariableError):
            rows = _locate_store(side, stores, folders)
            name = f"{switch.api} {switch.provider_id}"
            yield switch, replace(rows, store=name, owner=switch.provider_id)


def _find_stores(side: ConfigSide, catalog: StoreFields) -> list[list[Store]]:
    """Return the stores of a config, each as its releases read it."""
    by_key: dict[str, list[Store]] = {}
    # the latest release comes first, since its location is the one that counts
    for version in reversed(side.releases):
        for store in _stores_in_release(side, catalog, version):
            if store.location is not None:
                by_key.setdefault(store.key, []).append(store)
    return list(by_key.values())


def _locate_store(
    side: ConfigSide, stores: list[Store], folders: Folders
) -> StoredRows:
    """Return the rows of a store, given as each release reads it."""
    store = stores[0]
    name = store_label(store)
    line = side.position(store.path).line
    needed_for = f"the location of '{name}' ({side.name}:{line})"
    locations = [
        locate_rows(each.location, each.family, side.variables, needed_for, folders)
        for each in stores
        if each.location is not None
    ]
    provider_type = as_string(_provider_of(side, store).get("provider_type"))
    return StoredRows(
        name,
        store.fact,
        store.owner,
        provider_type,
        row_kind(store.fact.use),
        tuple(dict.fromkeys(locations)),
        is_sure=len({each.family for each in stores}) == 1,
    )


def _provider_of(side: ConfigSide, store: Store) -> JsonObject:
    """Return the entry of the provider of a store; empty for the server's."""
    if store.path[:1] != ("providers",):
        return {}
    return mapping_at(side.data, store.path[:3])


def _is_off(side: ConfigSide, store: Store) -> bool:
    provider = _provider_of(side, store)
    return bool(provider) and is_disabled(provider)


def _stores_in_release(
    side: ConfigSide, catalog: StoreFields, version: Release
) -> Iterator[Store]:
    data = _with_default_backends(side, version)
    if version > LAST_INLINE:
        yield from read_opened_stores(data, catalog, version).stores
        return
    inline = inline_stores.read_inline_stores(
        data, catalog, LAST_INLINE, DEFAULT_TARGET.last
    )
    yield from locate_default_files(inline, version).stores
    # the prompts are in no field of the config
    prompt_store = prompts.find_prompts_file(data, version)
    if prompt_store is not None:
        yield prompt_store


def _with_default_backends(side: ConfigSide, version: Release) -> JsonObject:
    """Return the config with the backends that a server adds where it
    has none.

    Servers do so since 0.5.1 (upstream #4897).
    """
    facts = location_facts()["default_backends"]
    if version < parse_release(facts["since"]):
        return side.data
    home = next(each for each in facts["homes"] if version <= last_release_of(each))
    folder = side.variables.get(facts["variable"])
    if not folder:
        base = side.variables.get(home["variable"]) or home["folder"]
        folder = os.path.join(base, "distributions")
    return add_default_backends(side.data, os.path.expanduser(folder))
