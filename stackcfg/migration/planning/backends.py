"""The backends of a new catalog: which ones are there to be used, which are made, what they are called.

Names are stable and speak: `kv_default` holds the metadata, `sql_default` the inference history, the others are called
after their first consumer (`kv_faiss`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from stackcfg.migration.planning.grouping import Group, named_first, same_rows
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.paths import Path
from stackcfg.releases.stores import (
    DEFAULT_BACKENDS,
    KV,
    SQL,
    StoreField,
    find_engine,
    location_facts,
)
from stackcfg.runconfig.placeholders import (
    add_default,
    fill_defaults,
    may_be_empty,
    remove_conditions,
    split_directory,
)
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

FILES: Final = {KV: "kvstore.db", SQL: "sql_store.db"}
OPTIONAL_FIELDS: Final = frozenset({"password", "ssl_mode", "ca_cert_path"})
PLACEHOLDER_USER: Final = "llamastack"
"""The user that upstream's own samples name; a Postgres backend without any is refused."""


class PlannedBackend(NamedTuple):
    """A backend to be written: its fields as data, and the snippets it stands for (the first one lends its text)."""

    name: str
    family: str
    type: str
    fields: tuple[tuple[str, Any], ...]
    sources: tuple[Path, ...] = ()
    own: frozenset[str] = frozenset()
    """Fields whose value is ours, not the snippet's."""

    def as_backend(self) -> Backend:
        """The same as an entry of the catalog."""
        return Backend(self.name, self.type, dict(self.fields))


class BackendAllocator:
    """What is known while backends are chosen: who stands where, which names and files are taken."""

    def __init__(
        self,
        groups: list[Group],
        written: StoreMap,
        facts: Mapping[str, StoreField],
        layout: str,
        image_name: str,
    ) -> None:
        self.groups = groups
        self.written = written
        self.facts = facts
        self.layout = layout
        self.image_name = image_name
        self.names = set(written.backends)
        self.made: list[PlannedBackend] = []
        self.tenants: dict[str, list[StoreField]] = {}
        for use in written.stores:
            if use.reference is not None:
                self.tenants.setdefault(use.reference.backend, []).append(use.fact)

    def settle(self, backend: Backend | PlannedBackend, uses: Iterable[Store]) -> None:
        """Consumers move into a backend."""
        if isinstance(backend, PlannedBackend):
            self.made.append(backend)
        self.tenants.setdefault(backend.name, []).extend(
            self.facts[use.key] for use in uses
        )

    def claim(self, wanted: str) -> str:
        """A backend name that nothing has yet."""
        name, count = wanted, 2
        while name in self.names:
            name, count = f"{wanted}_{count}", count + 1
        self.names.add(name)
        return name

    def backends(self, family: str) -> list[Backend]:
        """All backends of a family so far."""
        known = [
            *self.written.backends.values(),
            *(each.as_backend() for each in self.made),
        ]
        return [each for each in known if each.family == family]

    def place_of(self, name: str) -> tuple[object, ...]:
        """The database and, for KV, the table behind a backend's name; the name itself where nobody defines it."""
        for each in (
            *self.written.backends.values(),
            *(made.as_backend() for made in self.made),
        ):
            if each.name == name:
                connection = connection_of(each.engine, each.family, each.fields)
                table = kv_table(each.engine, each.fields) if each.family == KV else ""
                return each.family, *Location(each.engine, connection, table).place
        return (name,)

    def free_file(self, path: str, family: str) -> str:
        """The path, or one like it that no store of the family has."""
        taken = {
            file_identity(as_string(each.fields.get("db_path")))
            for each in self.backends(family)
        }
        taken |= {
            file_identity(str(each.location.file))
            for each in self.groups
            if each.apart and each.family == family
        }
        stem, dot, suffix = path.rpartition(".")
        result, count = path, 2
        while file_identity(result) in taken:
            result, count = f"{stem}_{count}{dot}{suffix}", count + 1
        return result


def existing_backend(group: Group, site: BackendAllocator) -> Backend | None:
    """The backend already in the file that this group can use."""
    place = group.location
    for backend in site.written.backends.values():
        if (
            backend.family != group.family
            or backend.engine != place.engine
            or _crowded(backend, group, site)
        ):
            continue
        database = (
            backend.engine,
            connection_of(backend.engine, backend.family, backend.fields),
        )
        same_table = (
            group.family == SQL
            or kv_table(backend.engine, backend.fields) == place.table
        )
        if database == place.database and (same_table or site.layout == CONSOLIDATE):
            return backend
        if (
            site.layout == CONSOLIDATE
            and place.engine == "sqlite"
            and not group.apart
            and place.file != ":memory:"
        ):
            return backend
    return None


def _crowded(backend: Backend, group: Group, site: BackendAllocator) -> bool:
    """Whether rows would mix in a backend that others use already."""
    tenants = site.tenants.get(backend.name, [])
    return any(
        same_rows(site.facts[use.key], other) for use in group.uses for other in tenants
    )


def new_backend(group: Group, site: BackendAllocator) -> PlannedBackend:
    """The new backend of a group."""
    first = group.uses[0]
    place = group.location
    fields: dict[str, Any] = {}
    if first.inline is not None:
        hidden = {"namespace"} | ({"table_name"} if group.family == SQL else set())
        fields = {
            name: value for name, value in first.inline.fields if name not in hidden
        }
    own: set[str] = set()
    if place.engine == "sqlite":
        merged = (
            site.layout == CONSOLIDATE
            and not group.apart
            and place.file != ":memory:"
            and _gains(group, site)
        )
        path = _merged_file(group, site) if merged else place.file
        if path != fields.get("db_path"):
            fields["db_path"] = path
            own.add("db_path")
    if all(use.is_optional for use in group.uses):
        filled = _filled(group, fields)
        own |= filled.keys()
        fields |= filled
    name = site.claim(_wanted_name(group, site))
    sources = tuple(use.inline.path for use in group.uses if use.inline is not None)
    return PlannedBackend(
        name,
        group.family,
        f"{group.family}_{place.engine}",
        tuple(fields.items()),
        sources,
        frozenset(own),
    )


def _filled(group: Group, fields: Mapping[str, Any]) -> dict[str, str]:
    """Defaults for fields that may be empty: 0.3 checks every backend, even one whose provider is off.

    0.2.x refused the empty field as soon as the provider was on, so no working setting changes.
    """
    kind = fill_defaults(group.engine)
    known = find_engine(group.family, kind)
    filled: dict[str, str] = {}
    for name, default in known.defaults().items() if known else ():
        written = as_string(fields.get(name))
        if may_be_empty(written) and name not in OPTIONAL_FIELDS:
            filled[name] = add_default(
                written, fill_defaults(default) or PLACEHOLDER_USER
            )
    return filled


def _gains(group: Group, site: BackendAllocator) -> bool:
    """Whether a sqlite group has anything to merge, or old metadata to stand beside."""
    files = {use.location.file for use in group.uses if use.location}
    metadata = next(
        (
            each
            for each in site.groups
            if any(use.fact.use == "metadata" for use in each.uses)
        ),
        None,
    )
    return len(files) > 1 or (metadata is not None and metadata.engine == "sqlite")


def _wanted_name(group: Group, site: BackendAllocator) -> str:
    """`kv_default` is where the metadata is, `sql_default` where the inference history is; the others are named."""
    default = DEFAULT_BACKENDS[group.family]
    metadata = next(
        (
            each
            for each in site.groups
            if any(use.fact.use == "metadata" for use in each.uses)
        ),
        group,
    )
    main = group.family == SQL or group is metadata
    if (
        site.layout == CONSOLIDATE
        and main
        and default not in site.names
        and not group.apart
    ):
        return default
    first = group.uses[0]
    return f"{group.family}_{role(site.facts[first.key], first)}"


def _merged_file(group: Group, site: BackendAllocator) -> str:
    """The file that a merged sqlite group is written to, beside the old metadata file.

    Where a variable holds a whole path there is no directory to write down: then another store's directory is
    taken, and at last the first store's own file.
    """
    metadata = [
        use for each in site.groups for use in each.uses if use.fact.use == "metadata"
    ]
    for use in (*metadata, *group.uses):
        if use.location is not None and use.location.file not in (None, ":memory:"):
            parts = split_directory(str(use.location.file))
            if parts is not None:
                return site.free_file(parts[0] + FILES[group.family], group.family)
    return str(group.location.file)


def role(fact: StoreField, use: Store) -> str:
    """What a consumer's backend is called after, such as `faiss`, `agents`, `inference` or `s3_files`."""
    word = (
        remove_conditions(use.owner) if not use.fact.known else fact.default
    ).rpartition("::")[2] or fact.use
    word = re.sub(r"(?<=.)_(store|metadata)$", "", word)
    word = word.removeprefix("openai_") if fact.use == "conversations" else word
    return re.sub(r"[^A-Za-z0-9]+", "_", word).strip("_").lower() or "store"


def fresh_backend(use: Store, site: BackendAllocator) -> str:
    """The backend of a store that the old file did not have: a default one, unless its rows would mix there."""
    fact = site.facts[use.key]
    default = DEFAULT_BACKENDS[use.family]
    known = site.backends(use.family)
    home: Backend | PlannedBackend | None = next(
        (each for each in known if each.name == default), None
    )
    if home is None and known and site.layout == CONSOLIDATE:
        home = known[0]
    if home is None:
        home = _default_backend(use.family, site)
    if any(
        same_rows(fact, other) for other in site.tenants.get(home.name, ())
    ) and _cannot_part(home, fact):
        word = role(fact, use)
        folder = _folder(site)
        path = site.free_file(f"{folder}{word}.db", use.family)
        home = _sqlite(site.claim(f"{use.family}_{word}"), use.family, path)
    is_new = isinstance(home, PlannedBackend) and home not in site.made
    site.settle(home if is_new else Backend(home.name, home.type, {}), [use])
    return home.name


def _cannot_part(home: Backend | PlannedBackend, fact: StoreField) -> bool:
    """Whether a name cannot keep rows apart there: sqlite ignores namespaces until ogx 1.0, table names are fixed."""
    return fact.family == SQL or home.type == "kv_sqlite"


def _default_backend(family: str, site: BackendAllocator) -> Backend | PlannedBackend:
    """A default backend: on the server that holds the metadata if that is Postgres, else a file beside the others."""
    groups = named_first(site.groups)
    metadata = next(
        (
            each
            for each in groups
            if any(use.fact.use == "metadata" for use in each.uses)
        ),
        None,
    )
    server = next((each for each in groups if each.engine == "postgres"), None)
    has_files = any(each.location.file for each in groups)
    if server is not None and (not has_files or metadata is server):
        wanted = find_engine(family, "postgres")
        snippet = server.uses[0].inline
        assert wanted is not None
        assert snippet is not None
        fields = tuple(pair for pair in snippet.fields if pair[0] in wanted.fields)
        connection = connection_of("postgres", family, dict(fields))
        for each in site.backends(family):
            if (
                each.engine == "postgres"
                and connection_of("postgres", family, each.fields) == connection
            ):
                return each
        return PlannedBackend(
            site.claim(DEFAULT_BACKENDS[family]),
            family,
            f"{family}_postgres",
            fields,
            (snippet.path,),
        )
    path = f"{_folder(site)}{FILES[family]}"
    for each in site.backends(family):
        if as_string(each.fields.get("db_path")) == path:
            return each
    return _sqlite(site.claim(DEFAULT_BACKENDS[family]), family, path)


def _folder(site: BackendAllocator) -> str:
    """The folder of new sqlite files, with its separator: beside the metadata, else beside any other store."""
    files = [each.location.file for each in named_first(site.groups)]
    files += [
        as_string(each.fields.get("db_path"))
        for each in site.written.backends.values()
        if "sqlite" in each.type
    ]
    for path in files:
        parts = split_directory(path) if path and path != ":memory:" else None
        if parts is not None:
            return parts[0]
    folder = str(location_facts()["default_metadata"]).rpartition("/")[0]
    return folder.replace("IMAGE_NAME", site.image_name or "stack") + "/"


def _sqlite(name: str, family: str, path: str) -> PlannedBackend:
    return PlannedBackend(
        name,
        family,
        f"{family}_sqlite",
        (("db_path", path),),
        (),
        frozenset({"db_path"}),
    )
