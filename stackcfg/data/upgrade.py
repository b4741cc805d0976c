"""What a rule must know of an upgrade beside the row that it looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stackcfg.data.locations import HomeFolder
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.paths import value_at
from stackcfg.releases.resources import (
    RESOURCES_SECTION,
    resource_lists,
    served_model_id,
)
from stackcfg.releases.rows import ResourceType
from stackcfg.releases.versions import Release
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string

OWN_IDS_SINCE: Final[Release] = (0, 3, 0)
"""Since then a model of a config is registered below its provider, `PROVIDER/MODEL`, whatever it is called there."""

TENANTS_SINCE: Final[Release] = (1, 2, 0)
"""Since then `server.tenancy.mode` says whether a row of a SQL table is one tenant's only, by its `tenant_id`."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Both sides, and what follows from them.

    `home` is the config folder where it is renamed on the way, `registry_version` the version of the keys of registered
    resources in the old store, `vector_stores` are the registered vector stores there, by id.
    """

    old: ConfigSide
    new: ConfigSide
    home: HomeFolder | None = None
    registry_version: str = ""
    vector_stores: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def source(self) -> Release:
        """The earliest release that can have written the rows."""
        return self.old.releases[0]

    @property
    def target(self) -> Release:
        """The latest release that is to read them."""
        return self.new.last

    @property
    def lacks_tenants(self) -> bool:
        """Whether rows of SQL tables have no tenant and the new server shows no row without one.

        In the mode `single` a server gives rows without a tenant its default one when it starts; in `multi` it cannot
        know whose they are (read in 1.2.0 to 1.5.0).
        """
        return (
            self.target >= TENANTS_SINCE
            and _tenancy(self.new) == "multi"
            and _tenancy(self.old) == "disabled"
        )

    def provider_for(self, api: str, provider_id: str) -> str | None:
        """The provider of the new config that stands for one of the old; None where there is none."""
        now = self.new.provider_ids(api)
        if provider_id in now:
            return provider_id
        before = self.old.provider_ids(api)
        kind = before.get(provider_id)
        heirs = [each for each in now if each not in before]
        same = [each for each in heirs if now[each] == kind]
        if len(same) == 1 or (kind is not None and len(heirs) == 1):
            return (same or heirs)[0]
        return None

    def is_registered_anew(self, kind: ResourceType, identifier: str) -> bool:
        """Whether the new server registers a resource of this id from its config, and stops at one that differs."""
        return identifier in set(_registered(self.new, kind, self.target))


def _tenancy(side: ConfigSide) -> str:
    return as_string(value_at(side.data, ("server", "tenancy", "mode"))) or "disabled"


def _registered(
    side: ConfigSide, kind: ResourceType, version: Release
) -> Iterator[str]:
    """The ids under which a server registers what the config lists of a type."""
    lists = [value_at(side.data, (RESOURCES_SECTION, kind.list))]
    lists += [
        value_at(side.data, (each.old,))
        for each in resource_lists()
        if each.new == kind.list
    ]
    for entries in lists:
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping):
                yield from _ids(side, kind, entry, version)


def _ids(
    side: ConfigSide, kind: ResourceType, entry: Mapping[str, Any], version: Release
) -> Iterator[str]:
    name = as_string(entry.get(kind.id))
    if kind.type != "model" or version < OWN_IDS_SINCE:
        yield name
        return
    own = as_string(served_model_id(entry, version))
    given = as_string(entry.get("provider_id"))
    known = [
        as_string(each.get("provider_id"))
        for api, _, each in provider_entries(side.data)
        if api == kind.api
    ]
    for provider in [given] if given else known:
        yield own if own.startswith(f"{provider}/") else f"{provider}/{own}"
