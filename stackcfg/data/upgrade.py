"""The two sides of an upgrade: what a row rule knows apart from the row."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from stackcfg.data.locations import Folders, HomeFolder
from stackcfg.data.stored_json import JsonObject
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.paths import Path, list_at
from stackcfg.releases.model_names import served_name
from stackcfg.releases.resources import RESOURCES_SECTION, resource_lists
from stackcfg.releases.rows import ResourceType
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string


class MovedFolder(NamedTuple):
    """A folder that the new config has elsewhere; `old` is as it was written."""

    old: str
    new: str

    def follow(self, path: str) -> str:
        """Return where a path below the folder is; any other stays as it is."""
        for old in (self.old, os.path.abspath(self.old), os.path.realpath(self.old)):
            if path.startswith(old + os.sep):
                return self.new + path.removeprefix(old)
        return path


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The old and the new config, and facts that rules need.

    `moved_folders` are folders of uploads that are others in the new
    config. `registry_version` is the version of the keys of registered
    resources in the old store, `vector_stores` are the vector stores
    registered there, by id.
    """

    old: ConfigSide
    new: ConfigSide
    folders: Folders = field(default_factory=Folders)
    moved_folders: tuple[MovedFolder, ...] = ()
    registry_version: str = ""
    vector_stores: Mapping[str, JsonObject] = field(default_factory=dict)

    @property
    def home(self) -> HomeFolder | None:
        """Return the config folder if the upgrade renames it."""
        return self.folders.home

    @property
    def source(self) -> Release:
        """Return the earliest release that can have written the rows."""
        return self.old.releases[0]

    @property
    def target(self) -> Release:
        """Return the latest release that is to read the rows."""
        return self.new.last

    def provider_for(self, api: str, provider_id: str) -> str | None:
        """Return the new provider that takes the place of an old one, if any.

        A provider keeps its id. Otherwise it is the only new one of the
        old type, or the only new one.
        """
        new_types = self.new.provider_ids(api)
        if provider_id in new_types:
            return provider_id
        # it has its place, and is only off in this environment
        if self.new.switch_of(api, provider_id) is not None:
            return None
        old_types = self.old.provider_ids(api)
        old_type = old_types.get(provider_id)
        added = [each for each in new_types if each not in old_types]
        alike = [each for each in added if new_types[each] == old_type]
        if len(alike) == 1:
            return alike[0]
        if old_type is not None and len(added) == 1:
            return added[0]
        return None

    def explain_absence(self, api: str, provider_id: str) -> str:
        """Return why the new config has no provider of this id."""
        switch = self.new.switch_of(api, provider_id)
        if switch is None:
            return f"no '{provider_id}' in the new config"
        words = switch.explain("the new config")
        return f"{words}; set it as for the new server, and run this again"

    def is_registered_anew(self, kind: ResourceType, identifier: str) -> bool:
        """Return whether the new config registers a resource of this id."""
        return any(
            identifier in _registered_ids(self.new, kind, entry, self.target)
            for entry in _listed_resources(self.new, kind)
        )


def _listed_resources(side: ConfigSide, kind: ResourceType) -> Iterator[JsonObject]:
    paths: list[Path] = [(RESOURCES_SECTION, kind.list)]
    for each in resource_lists():
        if each.new == kind.list:
            paths.append((each.old,))
    for path in paths:
        for entry in list_at(side.data, path):
            if isinstance(entry, Mapping):
                yield entry


def _registered_ids(
    side: ConfigSide, kind: ResourceType, entry: JsonObject, version: Release
) -> list[str]:
    """Return the ids under which a server registers a listed resource."""
    if kind.type != "model":
        return [as_string(entry.get(kind.id))]
    provider = as_string(entry.get("provider_id"))
    # without a provider_id each provider of the API registers the model
    providers = [provider]
    if not provider:
        providers = [
            as_string(each.get("provider_id"))
            for api, _, each in provider_entries(side.data)
            if api == kind.api
        ]
    names = [served_name({**entry, "provider_id": each}, version) for each in providers]
    return [name for name in names if name is not None]
