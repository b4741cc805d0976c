"""What a config keeps where: each consumer of a store with the places of its rows, in the releases it can be for.

One side of an upgrade. A file can be for several releases that keep rows in different places (the inference table of
0.3.4 and 0.3.5); each of these places counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stackcfg.data.environment import resolved
from stackcfg.data.locations import Home, Place, place_of
from stackcfg.loading.configs import BOM, Config, configs_in, not_a_config, position_in, position_of, read_documents
from stackcfg.loading.errors import InputError
from stackcfg.loading.release_fit import fit_of_config
from stackcfg.paths import Path, at
from stackcfg.releases.families import DEFAULT_TARGET, Target
from stackcfg.releases.models import described
from stackcfg.releases.rows import Kind, kind_of
from stackcfg.releases.stores import LAST_INLINE, Catalog, ConsumerField, location_facts
from stackcfg.releases.versions import Release, release
from stackcfg.runconfig.providers import is_off, providers
from stackcfg.runconfig.values import text_of, with_text_keys
from stackcfg.stores import catalog as storage_section
from stackcfg.stores import inline as inline_stores
from stackcfg.stores import prompts
from stackcfg.stores.store_map import StoreMap, Use, label
from stackcfg.yamltext.document import Position


@dataclass(frozen=True, slots=True)
class Side:
    """A config with its variables resolved, and the releases that it is for, oldest first."""

    name: str
    config: Config
    data: Mapping[str, Any]
    releases: tuple[Release, ...]
    variables: Mapping[str, str]

    @property
    def last(self) -> Release:
        """The latest of the releases; what it drops is dropped."""
        return self.releases[-1]

    def position(self, path: Path) -> Position:
        """Where the entry at a path stands in the file."""
        return position_of(self.config, path)

    def provider_ids(self, api: str) -> Mapping[str, str]:
        """The providers of an API that are on, by id, with their types."""
        return {
            text_of(each.get("provider_id")): text_of(each.get("provider_type"))
            for name, _, each in providers(self.data)
            if name == api and not is_off(each)
        }

    def provider_config(self, api: str, provider_id: str) -> Mapping[str, Any]:
        """The config of a provider."""
        for name, _, each in providers(self.data):
            if name == api and text_of(each.get("provider_id")) == provider_id:
                config = each.get("config")
                return config if isinstance(config, Mapping) else {}
        return {}


@dataclass(frozen=True, slots=True)
class Holding:
    """A consumer and where its rows are: `places` are distinct, that of the latest release first.

    `is_sure` says that all releases that the file can be for keep them in one family of stores.
    """

    consumer: str
    fact: ConsumerField
    owner: str
    provider_type: str
    path: Path
    kind: Kind
    family: str
    places: tuple[Place, ...]
    is_sure: bool = True


def read_side(name: str, text: str, asked: Target | None, catalog: Catalog, variables: Mapping[str, str]) -> Side:
    """The one run config of a text. Raises `InputError` when it cannot be read or holds none or several."""
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    found = list(configs_in(documents, lenient=True))
    if not found:
        raise not_a_config(documents)
    if len(found) > 1:
        place = position_in(found[1], found[1].document.root.start)
        raise InputError("a second run config", place, "the data commands take files with one run config each")
    config = found[0]
    if asked is not None:
        releases = tuple(each for each in described() if asked.first <= each <= asked.last) or (asked.last,)
    else:
        releases = tuple(sorted(fit_of_config(config, catalog).releases))
    return Side(name, config, resolved(with_text_keys(config.data), releases, variables), releases, variables)


def holdings(side: Side, catalog: Catalog, home: Home | None) -> list[Holding]:
    """Every consumer that keeps rows, in the order of the config.

    Raises `MissingVariableError` for a place that a variable without a value is part of.
    """
    uses: dict[str, list[Use]] = {}
    for use in _uses(side, catalog):
        uses.setdefault(use.key, []).append(use)
    return [_holding(side, each, home) for each in uses.values()]


def _holding(side: Side, uses: list[Use], home: Home | None) -> Holding:
    """One consumer. `uses` are what each release makes of it, the latest first."""
    use = uses[0]
    name = label(use)
    needed_for = f"the place of '{name}' ({side.name}:{side.position(use.path).line})"
    places = [
        place_of(each.location, each.family, side.variables, needed_for, home)
        for each in uses
        if each.location is not None
    ]
    kind = text_of(_entry(side.data, use.path).get("provider_type"))
    return Holding(
        name,
        use.fact,
        use.owner,
        kind,
        use.path,
        kind_of(use.fact.use),
        use.family,
        tuple(dict.fromkeys(places)),
        len({each.family for each in uses}) == 1,
    )


def _entry(data: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    entry = at(data, path[:3]) if path[:1] == ("providers",) else None
    return entry if isinstance(entry, Mapping) else {}


def _uses(side: Side, catalog: Catalog) -> Iterator[Use]:
    """The uses of stores, release by release, the latest first; those of providers that are off have no rows."""
    for version in reversed(side.releases):
        for use in _in_release(_with_backends(side, version), catalog, version):
            off = bool(_entry(side.data, use.path)) and is_off(_entry(side.data, use.path))
            if use.location is not None and not off:
                yield use


def _in_release(data: Mapping[str, Any], catalog: Catalog, version: Release) -> Iterable[Use]:
    if version <= LAST_INLINE:
        stores = inline_stores.read(data, catalog, LAST_INLINE, DEFAULT_TARGET.last)
        return [*stores.uses, *_given(prompts.in_file(data, version))]
    stores = storage_section.read(data, catalog, version)
    implied = list(storage_section.implied(data, catalog, version))
    known = StoreMap((*stores.uses, *implied), stores.backends).by_key()
    return [*known.values(), *_given(prompts.in_metadata(known.get("metadata"), version))]


def _with_backends(side: Side, version: Release) -> Mapping[str, Any]:
    """The config with the backends that a server makes up where there are none (0.5.1, upstream #4897)."""
    facts = location_facts()["default_backends"]
    if version < release(facts["since"]) or at(side.data, ("storage", "backends")):
        return side.data
    home = next(each for each in facts["homes"] if version <= release(each["until"]))
    folder = os.path.join(side.variables.get(home["variable"]) or home["folder"], "distributions")
    folder = os.path.expanduser(side.variables.get(facts["variable"]) or folder)
    given = facts["backends"].items()
    backends = {name: {**fields, "db_path": os.path.join(folder, fields["db_path"])} for name, fields in given}
    storage = at(side.data, ("storage",))
    known = storage if isinstance(storage, Mapping) else {}
    return {**side.data, "storage": {**known, "backends": backends}}


def _given(use: Use | None) -> list[Use]:
    return [] if use is None else [use]
