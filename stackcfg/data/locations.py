"""Where rows physically are, all variables resolved: a database, a
table, a key prefix.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.environment import (
    MissingVariableError,
    find_missing_variable,
    resolve_variables,
)
from stackcfg.releases.changes import HOME_MOVED_SINCE, NEW_FOLDER_VARIABLE
from stackcfg.releases.server_places import NEW_HOME, OLD_HOME
from stackcfg.releases.stores import KV, LAST_INLINE, SQL
from stackcfg.releases.versions import Release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import KV_TABLE, Location

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgres"
REDIS: Final = "redis"
MONGODB: Final = "mongodb"
KV_SERVERS: Final = (REDIS, MONGODB)
"""The engines that keep KV rows and no SQL tables."""

COPIED: Final = (SQLITE, POSTGRES, *KV_SERVERS)
"""The engines whose rows are copied; for others, plans only say what to do."""

DEFAULT_PORT: Final = "5432"
SCHEMES: Final = ("postgresql", "postgres")
MONGODB_URL: Final = re.compile(r"mongodb(\+srv)?://")
_QUOTED: Final = re.compile(r'("(?:[^"]|"")*")|[^"]+')


@dataclass(frozen=True, slots=True)
class Login:
    """What a connection needs apart from the address. Never shown.

    `url` is the whole address where the config has a URL for a host
    (MongoDB).
    """

    user: str = ""
    password: str = field(default="", repr=False)
    ssl_mode: str = ""
    ca_cert_path: str = ""
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Database:
    """A sqlite file, by its path, or a database, by host, port and name."""

    engine: str
    address: tuple[str, ...]
    login: Login = field(default=Login(), compare=False, repr=False)

    @property
    def file(self) -> str:
        """Return the path of a sqlite file; empty for a server."""
        return self.address[0] if self.engine == SQLITE else ""

    def describe(self) -> str:
        """Describe the database in one line, without credentials."""
        if self.engine == SQLITE:
            return self.file
        host, port, name = self.address
        where = f"{self.engine}://{host}"
        if port:
            where += f":{port}"
        if name:
            where += f"/{name}"
        return where


@dataclass(frozen=True, slots=True)
class RowLocation:
    """A table, as its database calls it; `prefix` begins the keys of KV rows.

    `family` says how the rows are stored: KV or SQL. `by_old_home`: the
    config names the file by the old name of a config folder that is
    renamed. `is_relative`: it names it by a relative path.
    """

    database: Database
    table: str
    prefix: str = ""
    family: str = KV
    by_old_home: bool = field(default=False, compare=False)
    is_relative: bool = field(default=False, compare=False)

    @property
    def is_copied(self) -> bool:
        """Return whether rows are copied from here and to here."""
        engine = self.database.engine
        return engine in COPIED and (self.family == KV or engine not in KV_SERVERS)

    def describe(self) -> str:
        """Describe the location in one line, without credentials."""
        where = self.database.describe()
        if self.table and self.table != KV_TABLE:
            where += f" table {self.table}"
        if self.prefix:
            where += f" keys {self.prefix}…"
        return where


@dataclass(frozen=True, slots=True)
class HomeFolder:
    """The config folder that ogx 0.8.0 renames at its first start (#5653).

    `renamed`: the folder has its new name already.
    """

    old: str
    new: str
    renamed: bool

    def has_old_name(self, path: str) -> bool:
        """Return whether a path is below the old name of the folder."""
        return path.startswith(self.old + os.sep)

    def current_path(self, path: str) -> str:
        """Return where a path below either name of the folder is now."""
        gone, present = self.new, self.old
        if self.renamed:
            gone, present = self.old, self.new
        if not path.startswith(gone + os.sep):
            return path
        return present + path.removeprefix(gone)


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of this machine, as both configs of an upgrade name them.

    `home` is the config folder if the upgrade renames it. `first_paths`
    has the path by which each folder was named first, by device and
    number.
    """

    home: HomeFolder | None = None
    first_paths: dict[tuple[int, int], str] = field(default_factory=dict)

    def locate_file(self, path: str) -> Database:
        """Return the sqlite database in a file; two paths to it are one database."""
        path = os.path.abspath(path)
        if self.home is not None:
            path = self.home.current_path(path)
        return Database(SQLITE, (self._first_path(os.path.realpath(path)),))

    def is_by_old_home(self, path: str) -> bool:
        """Return whether a path has the old name of the config folder."""
        home = self.home
        return home is not None and home.has_old_name(os.path.abspath(path))

    def _first_path(self, path: str) -> str:
        """Return a path below the first path by which its folder was named.

        A volume can be mounted at several folders, and `realpath` does
        not tell.
        """
        folder, name = os.path.split(path)
        try:
            status = os.stat(folder)
        except OSError:
            return path
        first = self.first_paths.setdefault((status.st_dev, status.st_ino), folder)
        return os.path.join(first, name)


def home_folder_for(
    version: Release, variables: Mapping[str, str]
) -> HomeFolder | None:
    """Return the config folder if a release renames it or has renamed it."""
    if version < HOME_MOVED_SINCE or variables.get(NEW_FOLDER_VARIABLE):
        return None
    old, new = os.path.expanduser(OLD_HOME), os.path.expanduser(NEW_HOME)
    is_renamed = os.path.isdir(new)
    if os.path.isdir(old) == is_renamed:
        return None
    return HomeFolder(old, new, is_renamed)


def locate_rows(
    where: Location,
    family: str,
    variables: Mapping[str, str],
    needed_for: str,
    folders: Folders,
) -> RowLocation:
    """Return the location of rows with its variables resolved.

    `needed_for` says in messages whose rows they are. Raises
    `MissingVariableError` and `DatabaseError`.
    """
    fields = {
        name: as_string(resolve_variables(value, (LAST_INLINE,), variables))
        for name, value in where.connection
    }
    for value in (*fields.values(), where.table, where.prefix):
        variable = find_missing_variable(value)
        if variable is not None:
            raise MissingVariableError(variable, needed_for)
    prefix = f"{where.prefix}:" if where.prefix else ""
    table = where.table
    if where.engine == SQLITE:
        path = fields.get("db_path", "")
        if family == SQL:  # KV stores leave a literal `~` as it is
            path = os.path.expanduser(path)
        return RowLocation(
            folders.locate_file(path),
            table,
            prefix,
            family,
            by_old_home=folders.is_by_old_home(path),
            is_relative=not os.path.isabs(path),
        )
    if where.engine == POSTGRES:
        table = _name_postgres_table(family, table)
    if where.engine == REDIS:
        table = KV_TABLE  # all keys are in one
    database = _locate_server(where.engine, fields, needed_for)
    return RowLocation(database, table, prefix, family)


def _name_postgres_table(family: str, name: str) -> str:
    """Return a table as PostgreSQL calls it, a part with a dot in quotes.

    A SQL store quotes the whole name. A KV store inserts the name into
    its statements as it is (0.1.9 to ogx 1.5.0): it is folded to lower
    case, and a dot follows a schema.
    """
    if family == SQL:
        return '"' + name.replace('"', '""') + '"' if set(name) & set('."') else name
    return _QUOTED.sub(lambda match: match[1] or match[0].lower(), name)


def _locate_server(engine: str, fields: Mapping[str, str], needed_for: str) -> Database:
    url = fields.get("connection_string", "")
    if url:
        database = _parse_url(engine, url)
        if database is not None:
            return database
        name = f"the connection_string for {needed_for}"
        reason = "is no URL postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        hint = (
            "special characters of a password are written as "
            "%23 for '#', %2F for '/', %3F for '?', %40 for '@'"
        )
        raise DatabaseError(name, reason, hint)
    if engine == REDIS:
        return _read_redis_url(fields)
    if MONGODB_URL.match(fields.get("host", "")):
        return _read_mongodb_url(fields)
    address = tuple(fields.get(name, "") for name in ("host", "port", "db"))
    names = ("user", "password", "ssl_mode", "ca_cert_path")
    return Database(engine, address, Login(*(fields.get(name, "") for name in names)))


def _read_redis_url(fields: Mapping[str, str]) -> Database:
    """Return the server of a Redis backend, as the releases address it.

    They connect to `redis://HOST:PORT`, so that a host can begin with a
    user and a password (0.1.0 to ogx 1.5.0).
    """
    host, port = fields.get("host", ""), fields.get("port", "")
    login, _, name = host.rpartition("@")
    user, _, password = login.partition(":")
    return Database(
        REDIS, (name.strip("[]"), port, ""), Login(unquote(user), unquote(password))
    )


def _read_mongodb_url(fields: Mapping[str, str]) -> Database:
    """Return the database of a MongoDB backend with a URL for a host.

    PyMongo takes one; a port in it comes before that of the backend.
    """
    url = fields["host"]
    hosts = MONGODB_URL.sub("", url).partition("/")[0].rpartition("@")[2]
    if ":" not in hosts:
        hosts = f"{hosts}:{fields.get('port', '')}"
    login = Login(fields.get("user", ""), fields.get("password", ""), url=url)
    return Database(MONGODB, (*_split_port(hosts), fields.get("db", "")), login)


def _split_port(hosts: str) -> tuple[str, str]:
    host, _, port = hosts.rpartition(":")
    return host, port


def _parse_url(engine: str, url: str) -> Database | None:
    """Return the database of a URL
    `postgresql://user:password@host:port/name`.

    None for any other URL: the releases take no other form (ogx 1.4.1).
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    name = parts.path.lstrip("/")
    if parts.scheme not in SCHEMES or not parts.hostname or not name:
        return None
    # an unescaped '/', '?' or '#' in a password would move a part of it into
    # the address
    if parts.fragment or "@" in parts.path + parts.query:
        return None
    address = (parts.hostname, str(port or DEFAULT_PORT), unquote(name))
    return Database(engine, address, _read_login(parts))


def _read_login(parts: SplitResult) -> Login:
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return Login(
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        options.get("sslmode", ""),
        options.get("sslrootcert", ""),
    )
