"""Plans the backends of a new catalog and who refers to which.

Two layouts. *consolidate* is the form that upstream documents (#3697): one `kv_default`, one `sql_default`, sqlite
files merged beside the old metadata file; different servers or credentials stay apart. *preserve* keeps every store
on the database, table and key prefix that it used.

Pure: from a store map and the catalog to a plan; nothing here knows text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stackcfg.catalog import (
    KV,
    REFERENCE,
    SQL,
    Catalog,
    ConsumerField,
    Target,
    engine,
    location_facts,
)
from stackcfg.placeholders import (
    default_value,
    may_be_empty,
    names_only,
    plain_name,
    split_directory,
    with_default,
)
from stackcfg.storage import Backend, Location, Path, Reference, StoreMap, Use, connection_of, kv_table, text_of

CONSOLIDATE: Final = "consolidate"
PRESERVE: Final = "preserve"
LAYOUTS: Final = (CONSOLIDATE, PRESERVE)

FILES: Final = {KV: "kvstore.db", SQL: "sql_store.db"}
DEFAULTS: Final = {KV: "kv_default", SQL: "sql_default"}
OPTIONAL_FIELDS: Final = frozenset({"password", "ssl_mode", "ca_cert_path"})
PLACEHOLDER_USER: Final = "llamastack"
"""The user that upstream's own samples name; a Postgres backend without any is refused."""

SQL_PRECEDENCE: Final = ("inference", "conversations", "responses")


@dataclass(frozen=True, slots=True)
class PlannedBackend:
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


@dataclass(frozen=True, slots=True)
class Plan:
    """New backends in the order in which they are written, a reference per consumer, probable drift in words."""

    backends: tuple[PlannedBackend, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    facts: Mapping[str, ConsumerField] = field(default_factory=dict)
    drift: tuple[tuple[Path, Path, str], ...] = ()


@dataclass(slots=True)
class _Group:
    """Uses that are to share one backend."""

    family: str
    engine: str
    uses: list[Use]
    apart: bool = False
    """Kept on its own database because its rows would mix with those of another consumer."""

    @property
    def location(self) -> Location:
        place = self.uses[0].location
        assert place is not None
        return place


def plan(
    stores: StoreMap, written: StoreMap, catalog: Catalog, target: Target, layout: str, image_name: str = ""
) -> Plan:
    """Decide which backends a config needs and what each consumer refers to.

    `stores` is the map of the inline stores, `written` that of the references and backends the file already has.
    """
    uses = [use for use in stores.uses if not use.superseded]
    facts = {use.key: _target_fact(use, catalog, target) for use in stores.uses}
    placed = [use for use in uses if use.location is not None]
    groups = _preserved(placed) if layout == PRESERVE else _consolidated(placed, facts)
    site = _Site(groups, written, facts, layout, image_name)
    chosen: dict[str, str] = {}
    for group in _named_first(groups):
        backend = _existing(group, site) or _backend(group, site)
        site.settle(backend, group.uses)
        chosen |= {use.key: backend.name for use in group.uses}
    for use in uses:
        if use.reference is not None:
            chosen[use.key] = use.reference.backend
        elif use.location is None:
            chosen[use.key] = _fresh(use, site)
    references = _references(uses, chosen, facts, catalog, layout)
    ordered = sorted(site.made, key=lambda each: (each.family != KV, each.name != DEFAULTS[each.family]))
    return Plan(tuple(ordered), references, facts, tuple(_drift(placed)))


class _Site:
    """What is known while backends are chosen: who stands where, which names and files are taken."""

    def __init__(
        self,
        groups: list[_Group],
        written: StoreMap,
        facts: Mapping[str, ConsumerField],
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
        self.tenants: dict[str, list[ConsumerField]] = {}
        for use in written.uses:
            if use.reference is not None:
                self.tenants.setdefault(use.reference.backend, []).append(use.fact)

    def settle(self, backend: Backend | PlannedBackend, uses: Iterable[Use]) -> None:
        """Consumers move into a backend."""
        if isinstance(backend, PlannedBackend):
            self.made.append(backend)
        self.tenants.setdefault(backend.name, []).extend(self.facts[use.key] for use in uses)

    def claim(self, wanted: str) -> str:
        """A backend name that nothing has yet."""
        name, count = wanted, 2
        while name in self.names:
            name, count = f"{wanted}_{count}", count + 1
        self.names.add(name)
        return name

    def backends(self, family: str) -> list[Backend]:
        """All backends of a family so far."""
        known = [*self.written.backends.values(), *(each.as_backend() for each in self.made)]
        return [each for each in known if each.family == family]

    def free_file(self, path: str, family: str) -> str:
        """The path, or one like it that no store of the family has."""
        taken = {text_of(each.fields.get("db_path")) for each in self.backends(family)}
        taken |= {str(each.location.file) for each in self.groups if each.apart and each.family == family}
        stem, dot, suffix = path.rpartition(".")
        result, count = path, 2
        while result in taken:
            result, count = f"{stem}_{count}{dot}{suffix}", count + 1
        return result


def _fresh(use: Use, site: _Site) -> str:
    """The backend of a store that the old file did not have: a default one, unless its rows would mix there."""
    fact = site.facts[use.key]
    default = DEFAULTS[use.family]
    known = site.backends(use.family)
    home: Backend | PlannedBackend | None = next((each for each in known if each.name == default), None)
    if home is None and known and site.layout == CONSOLIDATE:
        home = known[0]
    if home is None:
        home = _default_backend(use.family, site)
    if any(_same_rows(fact, other) for other in site.tenants.get(home.name, ())) and _cannot_part(home, fact):
        word = role(fact, use)
        folder = _folder(site)
        path = site.free_file(f"{folder}{word}.db", use.family)
        home = _sqlite(site.claim(f"{use.family}_{word}"), use.family, path)
    is_new = isinstance(home, PlannedBackend) and home not in site.made
    site.settle(home if is_new else Backend(home.name, home.type, {}), [use])
    return home.name


def _cannot_part(home: Backend | PlannedBackend, fact: ConsumerField) -> bool:
    """Whether a name cannot keep rows apart there: sqlite ignores namespaces until ogx 1.0, table names are fixed."""
    return fact.family == SQL or home.type == "kv_sqlite"


def _same_rows(one: ConsumerField, other: ConsumerField) -> bool:
    """Whether two consumers would write into one key space or one table of fixed name."""
    if one.family != other.family:
        return False
    return bool((one.keys and one.keys == other.keys) or (one.table and one.table == other.table))


def _default_backend(family: str, site: _Site) -> Backend | PlannedBackend:
    """A default backend: on the server that holds the metadata if that is Postgres, else a file beside the others."""
    groups = _named_first(site.groups)
    metadata = next((each for each in groups if any(use.fact.use == "metadata" for use in each.uses)), None)
    server = next((each for each in groups if each.engine == "postgres"), None)
    has_files = any(each.location.file for each in groups)
    if server is not None and (not has_files or metadata is server):
        wanted = engine(family, "postgres")
        snippet = server.uses[0].snippet
        assert wanted is not None
        assert snippet is not None
        fields = tuple(pair for pair in snippet.fields if pair[0] in wanted.connection)
        connection = connection_of("postgres", family, dict(fields))
        for each in site.backends(family):
            if each.engine == "postgres" and connection_of("postgres", family, each.fields) == connection:
                return each
        return PlannedBackend(site.claim(DEFAULTS[family]), family, f"{family}_postgres", fields, (snippet.path,))
    path = f"{_folder(site)}{FILES[family]}"
    for each in site.backends(family):
        if text_of(each.fields.get("db_path")) == path:
            return each
    return _sqlite(site.claim(DEFAULTS[family]), family, path)


def _folder(site: _Site) -> str:
    """The folder of new sqlite files, with its separator: beside the metadata, else beside any other store."""
    files = [each.location.file for each in _named_first(site.groups)]
    files += [text_of(each.fields.get("db_path")) for each in site.written.backends.values() if "sqlite" in each.type]
    for path in files:
        parts = split_directory(path) if path and path != ":memory:" else None
        if parts is not None:
            return parts[0]
    folder = str(location_facts()["default_metadata"]).rpartition("/")[0]
    return folder.replace("IMAGE_NAME", site.image_name or "stack") + "/"


def _target_fact(use: Use, catalog: Catalog, target: Target) -> ConsumerField:
    """The field that the target release has for this use; a guessed provider keeps its own."""
    if use.guess:
        return use.fact
    api, kind = use.fact.api, use.fact.provider_type
    known = catalog.provider_fields(api, kind, target.last, REFERENCE)
    return next(each for each in known if each.use == use.fact.use)


def _consolidated(uses: Iterable[Use], facts: Mapping[str, ConsumerField]) -> list[_Group]:
    """One group per family and server; all sqlite files of a family together, unless rows would mix."""
    groups: list[_Group] = []
    for use in uses:
        place = use.location
        assert place is not None
        group = next((each for each in groups if _same_server(each, use) and not _mixes(each, use, facts)), None)
        if group is None and (home := _at_home(groups, use)) is not None:
            groups += _evicted(home, use, facts)
        elif group is None:
            apart = use.guess or any(_same_server(each, use) for each in groups)
            groups.append(_Group(use.family, place.engine, [use], apart))
        else:
            group.uses.append(use)
    return groups


def _at_home(groups: list[_Group], use: Use) -> _Group | None:
    """The group whose own place this use has; it belongs there more than any use that was merged in."""
    return next((each for each in groups if not each.apart and each.location == use.location), None)


def _evicted(home: _Group, use: Use, facts: Mapping[str, ConsumerField]) -> list[_Group]:
    """Let a use into a group and keep those apart whose rows would mix with its own."""
    mixing = [
        each for each in home.uses if _same_rows(facts[each.key], facts[use.key]) and each.location != use.location
    ]
    home.uses = [each for each in home.uses if each not in mixing] + [use]
    return [_Group(each.family, home.engine, [each], apart=True) for each in mixing]


def _same_server(group: _Group, use: Use) -> bool:
    """Whether a use may join a group: the same engine and, but for sqlite files, the same server and credentials."""
    place = use.location
    assert place is not None
    if group.family != use.family or group.engine != place.engine:
        return False
    if group.apart or use.guess or group.uses[0].guess:  # nobody knows a guessed store's key space
        return group.location == place
    if engine(use.family, place.engine) is None:  # a type that a variable decides: only its twin can share it
        return group.location.database == place.database
    if place.engine == "sqlite":
        return _without_file(group.location) == _without_file(place) and not _unmergeable(group.location, place)
    return group.location.database == place.database


def _without_file(place: Location) -> list[tuple[str, str]]:
    return [pair for pair in place.connection if pair[0] != "db_path"]


def _unmergeable(one: Location, other: Location) -> bool:
    """A database in memory is private to its store."""
    return one.database != other.database and ":memory:" in (one.file, other.file)


def _mixes(group: _Group, use: Use, facts: Mapping[str, ConsumerField]) -> bool:
    """Whether a use would meet another consumer's rows: the same key space or fixed table, held apart until now.

    sqlite ignores namespaces until ogx 1.0 and most table names are fixed, so names cannot keep them apart.
    """
    mine = facts[use.key]
    for other in group.uses:
        theirs = facts[other.key]
        if _same_rows(mine, theirs) and other.location != use.location:
            return True
    return False


def _preserved(uses: Iterable[Use]) -> list[_Group]:
    """One group per database and, for KV, table."""
    groups: list[_Group] = []
    for use in uses:
        place = use.location
        assert place is not None
        for group in groups:
            same_table = use.family == SQL or group.location.table == place.table
            if group.family == use.family and group.location.database == place.database and same_table:
                group.uses.append(use)
                break
        else:
            groups.append(_Group(use.family, place.engine, [use], apart=True))
    return groups


def _named_first(groups: list[_Group]) -> list[_Group]:
    """Groups in the order in which they choose names: those that become the defaults first."""

    def rank(group: _Group) -> int:
        uses = {use.fact.use for use in group.uses}
        if "metadata" in uses:
            return 0
        return next((1 + place for place, use in enumerate(SQL_PRECEDENCE) if use in uses), 9)

    return sorted(groups, key=rank)


def role(fact: ConsumerField, use: Use) -> str:
    """What a consumer's backend is called after, such as `faiss`, `agents`, `inference` or `s3_files`."""
    word = (plain_name(use.owner) if use.guess else fact.default).rpartition("::")[2] or fact.use
    word = re.sub(r"(?<=.)_(store|metadata)$", "", word)
    word = word.removeprefix("openai_") if fact.use == "conversations" else word
    return re.sub(r"[^A-Za-z0-9]+", "_", word).strip("_").lower() or "store"


def _existing(group: _Group, site: _Site) -> Backend | None:
    """The backend already in the file that this group can use."""
    place = group.location
    for backend in site.written.backends.values():
        if backend.family != group.family or backend.engine != place.engine or _crowded(backend, group, site):
            continue
        database = (backend.engine, connection_of(backend.engine, backend.family, backend.fields))
        same_table = group.family == SQL or kv_table(backend.engine, backend.fields) == place.table
        if database == place.database and (same_table or site.layout == CONSOLIDATE):
            return backend
        if site.layout == CONSOLIDATE and place.engine == "sqlite" and not group.apart and place.file != ":memory:":
            return backend
    return None


def _crowded(backend: Backend, group: _Group, site: _Site) -> bool:
    """Whether rows would mix in a backend that others use already."""
    tenants = site.tenants.get(backend.name, [])
    return any(_same_rows(site.facts[use.key], other) for use in group.uses for other in tenants)


def _backend(group: _Group, site: _Site) -> PlannedBackend:
    """The new backend of a group."""
    first = group.uses[0]
    place = group.location
    fields: dict[str, Any] = {}
    if first.snippet is not None:
        hidden = {"namespace"} | ({"table_name"} if group.family == SQL else set())
        fields = {name: value for name, value in first.snippet.fields if name not in hidden}
    own: set[str] = set()
    if place.engine == "sqlite":
        merged = site.layout == CONSOLIDATE and not group.apart and place.file != ":memory:" and _gains(group, site)
        path = _merged_file(group, site) if merged else place.file
        if path != fields.get("db_path"):
            fields["db_path"] = path
            own.add("db_path")
    if all(use.optional for use in group.uses):
        filled = _filled(group, fields)
        own |= filled.keys()
        fields |= filled
    name = site.claim(_wanted_name(group, site))
    sources = tuple(use.snippet.path for use in group.uses if use.snippet is not None)
    return PlannedBackend(
        name, group.family, f"{group.family}_{place.engine}", tuple(fields.items()), sources, frozenset(own)
    )


def _filled(group: _Group, fields: Mapping[str, Any]) -> dict[str, str]:
    """Defaults for fields that may be empty: 0.3 checks every backend, even one whose provider is off.

    0.2.x refused the empty field as soon as the provider was on, so no working setting changes.
    """
    kind = default_value(group.engine)
    known = engine(group.family, kind)
    filled: dict[str, str] = {}
    for name, default in known.connection.items() if known else ():
        written = text_of(fields.get(name))
        if may_be_empty(written) and name not in OPTIONAL_FIELDS:
            filled[name] = with_default(written, default_value(default) or PLACEHOLDER_USER)
    return filled


def _gains(group: _Group, site: _Site) -> bool:
    """Whether a sqlite group has anything to merge, or old metadata to stand beside."""
    files = {use.location.file for use in group.uses if use.location}
    metadata = next((each for each in site.groups if any(use.fact.use == "metadata" for use in each.uses)), None)
    return len(files) > 1 or (metadata is not None and metadata.engine == "sqlite")


def _wanted_name(group: _Group, site: _Site) -> str:
    """`kv_default` is where the metadata is, `sql_default` where the inference history is; the others are named."""
    default = DEFAULTS[group.family]
    metadata = next((each for each in site.groups if any(use.fact.use == "metadata" for use in each.uses)), group)
    main = group.family == SQL or group is metadata
    if site.layout == CONSOLIDATE and main and default not in site.names and not group.apart:
        return default
    first = group.uses[0]
    return f"{group.family}_{role(site.facts[first.key], first)}"


def _merged_file(group: _Group, site: _Site) -> str:
    """The file that a merged sqlite group is written to, beside the old metadata file.

    Where a variable holds a whole path there is no directory to write down: then another store's directory is
    taken, and at last the first store's own file.
    """
    metadata = [use for each in site.groups for use in each.uses if use.fact.use == "metadata"]
    for use in (*metadata, *group.uses):
        if use.location is not None and use.location.file not in (None, ":memory:"):
            parts = split_directory(str(use.location.file))
            if parts is not None:
                return site.free_file(parts[0] + FILES[group.family], group.family)
    return str(group.location.file)


def _sqlite(name: str, family: str, path: str) -> PlannedBackend:
    return PlannedBackend(name, family, f"{family}_sqlite", (("db_path", path),), (), frozenset({"db_path"}))


def _references(
    uses: list[Use], chosen: Mapping[str, str], facts: Mapping[str, ConsumerField], catalog: Catalog, layout: str
) -> dict[str, Reference]:
    """What each consumer refers to. No two that were apart get the same name on one backend."""
    result: dict[str, Reference] = {}
    taken: dict[tuple[str, str], Use] = {}
    for use in uses:
        fact = facts[use.key]
        if use.reference is not None:
            result[use.key] = use.reference
            continue
        for name in _names_for(use, fact, catalog, layout):
            other = taken.get((chosen[use.key], name))
            if other is None or layout == PRESERVE or (other.location == use.location and use.location is not None):
                break
        taken.setdefault((chosen[use.key], name), use)
        extra: tuple[tuple[str, Any], ...] = ()
        if fact.queue:
            extra = tuple({"max_write_queue_size": 10000, "num_writers": 4, **dict(use.queue)}.items())
        result[use.key] = Reference(chosen[use.key], name, extra)
    return result


def _names_for(use: Use, fact: ConsumerField, catalog: Catalog, layout: str) -> Iterator[str]:
    """Namespaces or table names for a consumer, the wanted one first."""
    default = fact.default or f"{fact.api}::{use.owner}"
    written = text_of(use.snippet.field("namespace" if use.family == KV else "table_name")) if use.snippet else ""
    if layout == PRESERVE and use.location is not None:
        if use.family == KV:
            yield use.location.prefix
        else:
            yield use.location.table if use.location.table and _honoured(use, catalog) else default
        return
    if written:
        yield with_default(written, default) if may_be_empty(written) else written
    yield default
    yield f"{default}_{re.sub(r'[^A-Za-z0-9]+', '_', plain_name(use.owner)).strip('_')}"


def _honoured(use: Use, catalog: Catalog) -> bool:
    """Whether some release takes this consumer's table name from the reference, so that it must be the old one."""
    return any(
        each.use == use.fact.use and each.family == SQL and each.style == REFERENCE and not each.table
        for each in catalog.fields
    )


def _drift(uses: list[Use]) -> Iterator[tuple[Path, Path, str]]:
    """Pairs of stores that were probably meant to be one database and are not."""
    seen: list[Use] = []
    for use in uses:
        for other in seen:
            difference = near_twin(other.location, use.location)
            if difference:
                yield other.path, use.path, difference
        if all(use.location != other.location for other in seen):
            seen.append(use)


def near_twin(one: Location | None, other: Location | None) -> str:
    """The field in which two servers differ that were probably meant to be the same; empty when they are not twins."""
    if one is None or other is None or one.engine != other.engine or one.engine == "sqlite":
        return ""
    mine, theirs = dict(one.connection), dict(other.connection)
    different = [name for name in mine if name in theirs and mine[name] != theirs[name]]
    if not different:
        return ""
    if all(names_only(mine.get(name, "")) == names_only(theirs.get(name, "")) for name in different):
        return ", ".join(sorted(different))
    return different[0] if len(different) == 1 and different[0] not in ("host", "db") else ""
