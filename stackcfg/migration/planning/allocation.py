"""The backends of a catalog while it is planned, and the stores that
use them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stackcfg.light_typing import Any, NamedTuple
from stackcfg.migration.planning.grouping import Group, share_rows
from stackcfg.paths import Path
from stackcfg.releases.stores import KV, StoreField
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import (
    Backend,
    Location,
    Store,
    StoreMap,
    connection_of,
    file_identity,
    kv_table,
)


class PlannedBackend(NamedTuple):
    """A backend to be written: its fields, and the inline stores that
    it replaces.

    The first of the `sources` lends its text; `own` names the fields
    whose value is not the one in that text.
    """

    name: str
    family: str
    type: str
    fields: tuple[tuple[str, Any], ...]
    sources: tuple[Path, ...] = ()
    own: frozenset[str] = frozenset()

    def as_backend(self) -> Backend:
        """Return the backend as an entry of the catalog."""
        return Backend(self.name, self.type, dict(self.fields))


class BackendAllocator:
    """The backends known so far, and the stores that use each of them.

    `fields` are the fields of the target by the key of the store. Only
    `add` and `assign` change anything.
    """

    def __init__(
        self,
        groups: list[Group],
        written: StoreMap,
        fields: Mapping[str, StoreField],
        layout: str,
        image_name: str,
    ) -> None:
        self.groups = groups
        self.written = written
        self.fields = fields
        self.layout = layout
        self.image_name = image_name
        self.planned: list[PlannedBackend] = []
        self._backends = dict(written.backends)
        self._numbers: dict[str, int] = {}
        self._files: dict[str, set[str]] = {}
        self._file_numbers: dict[str, int] = {}
        self._users: dict[str, list[StoreField]] = {}
        for store in written.stores:
            if store.reference is not None:
                self._users.setdefault(store.reference.backend, []).append(store.fact)

    def add(self, backend: PlannedBackend) -> None:
        """Add a backend to the catalog."""
        self.planned.append(backend)
        added = backend.as_backend()
        self._backends[backend.name] = added
        if added.family in self._files and added.can_be_named:
            path = as_string(added.fields.get("db_path"))
            self._files[added.family].add(file_identity(path))

    def assign(self, name: str, stores: Iterable[Store]) -> None:
        """Let stores use a backend."""
        users = self._users.setdefault(name, [])
        users += [self.fields[store.key] for store in stores]

    def backends(self) -> list[Backend]:
        """Return the backends of the file and those that are planned."""
        return list(self._backends.values())

    def backends_of(self, family: str) -> list[Backend]:
        """Return the backends of a family that a reference can name."""
        return [
            backend
            for backend in self.backends()
            if backend.family == family and backend.can_be_named
        ]

    def has_backend(self, name: str) -> bool:
        """Return whether a name is taken."""
        return name in self._backends

    def metadata_group(self) -> Group | None:
        """Return the group of the registry."""
        for group in self.groups:
            if group.has_metadata:
                return group
        return None

    def would_mix(self, name: str, stores: Iterable[Store]) -> bool:
        """Return whether rows of stores would mix with others in a backend."""
        users = self._users.get(name, [])
        mine = [self.fields[store.key] for store in stores]
        return any(share_rows(field, user) for field in mine for user in users)

    def is_apart(self, name: str) -> bool:
        """Return whether only stores of providers outside the tree use a backend."""
        users = self._users.get(name, [])
        return bool(users) and not any(field.known for field in users)

    def unique_name(self, wanted: str) -> str:
        """Return a backend name that is not taken, the wanted one if
        possible.
        """
        name, number = wanted, self._numbers.get(wanted, 2)
        while self.has_backend(name):
            name, number = f"{wanted}_{number}", number + 1
        self._numbers[wanted] = max(number - 1, 2)
        return name

    def unused_file(self, path: str, family: str) -> str:
        """Return an unused sqlite path for a family, the given one if
        possible.
        """
        taken = self._files_of(family)
        stem, dot, suffix = path.rpartition(".")
        result, number = path, self._file_numbers.get(path, 2)
        while file_identity(result) in taken:
            result, number = f"{stem}_{number}{dot}{suffix}", number + 1
        self._file_numbers[path] = max(number - 1, 2)
        return result

    def _files_of(self, family: str) -> set[str]:
        """Return the sqlite files of a family that are taken."""
        if family not in self._files:
            backends = self.backends_of(family)
            taken = [as_string(each.fields.get("db_path")) for each in backends]
            for group in self.groups:
                if group.isolated and group.family == family:
                    taken.append(str(group.location.file))
            self._files[family] = set(map(file_identity, taken))
        return self._files[family]

    def place_of(self, name: str) -> tuple[object, ...]:
        """Return what identifies the place of a backend, its name if
        undefined.
        """
        backend = self._backends.get(name)
        if backend is None:
            return (name,)
        engine, family = backend.engine, backend.family
        connection = connection_of(engine, family, backend.fields)
        table = ""
        if family == KV:
            table = kv_table(engine, backend.fields)
        return family, *Location(engine, connection, table).place
