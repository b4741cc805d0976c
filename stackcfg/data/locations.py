"""Where rows physically are, with nothing left to resolve: a database, a table in it, a prefix of keys."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from stackcfg.data.engines.protocol import DatabaseError
from stackcfg.data.environment import (
    MissingVariableError,
    missing_variables,
    resolve_variables,
)
from stackcfg.releases.changes import HOME_MOVED_SINCE
from stackcfg.releases.stores import LAST_INLINE, SQL
from stackcfg.releases.versions import Release
from stackcfg.runconfig.values import as_string
from stackcfg.stores.store_map import Location

SQLITE: Final = "sqlite"
POSTGRES: Final = "postgres"
COPIED: Final = (SQLITE, POSTGRES)
"""The engines whose rows are copied; those of others are planned and explained."""

DEFAULT_PORT: Final = "5432"
SCHEMES: Final = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class Login:
    """What a connection needs beside its address. It is never shown."""

    user: str = ""
    password: str = field(default="", repr=False)
    ssl_mode: str = ""
    ca_cert_path: str = ""


@dataclass(frozen=True, slots=True)
class Database:
    """A sqlite file, by its absolute path, or a database of a server, by host, port and name."""

    engine: str
    address: tuple[str, ...]
    login: Login = field(default=Login(), compare=False, repr=False)

    @property
    def file(self) -> str:
        """The path of a sqlite file; empty for a server."""
        return self.address[0] if self.engine == SQLITE else ""

    def describe(self) -> str:
        """The database in words, without credentials."""
        if self.engine == SQLITE:
            return self.file
        host, port, name = (*self.address, "", "", "")[:3]
        return f"{self.engine}://{host}{f':{port}' if port else ''}{f'/{name}' if name else ''}"


@dataclass(frozen=True, slots=True)
class RowLocation:
    """A table of a database, as it is called there, and, for KV rows, what begins their keys before their own text."""

    database: Database
    table: str
    prefix: str = ""

    def describe(self) -> str:
        """The place in words."""
        table = (
            "" if self.table == "kvstore" or not self.table else f" table {self.table}"
        )
        return f"{self.database.describe()}{table}{f' keys {self.prefix}…' if self.prefix else ''}"


def locate_rows(
    where: Location,
    family: str,
    variables: Mapping[str, str],
    needed_for: str,
    home: HomeFolder | None = None,
) -> RowLocation:
    """The place of a location, its variables resolved. Raises `MissingVariableError`, `DatabaseError`."""
    fields = {
        name: as_string(resolve_variables(value, (LAST_INLINE,), variables))
        for name, value in where.connection
    }
    for value in (*fields.values(), where.table, where.prefix):
        name = missing_variables(value)
        if name is not None:
            raise MissingVariableError(name, needed_for)
    prefix = f"{where.prefix}:" if where.prefix else ""
    if where.engine == SQLITE:
        path = fields.get("db_path", "")
        path = os.path.expanduser(path) if family == SQL else path
        return RowLocation(_file(path, home), where.table, prefix)
    table = _table(family, where.table) if where.engine == POSTGRES else where.table
    return RowLocation(_server(where.engine, fields, needed_for), table, prefix)


def _table(family: str, name: str) -> str:
    """A table of PostgreSQL as it is called there. A part with a dot or a quote in it is in quotes.

    A SQL store quotes what the config says, so that all of it is one name; a KV store puts it into its statements as it
    is (0.1.9 to ogx 1.5.0), so that it is folded to small letters and a dot stands behind a schema.
    """
    if family == SQL:
        return '"' + name.replace('"', '""') + '"' if set(name) & set('."') else name
    return _OUTSIDE_QUOTES.sub(lambda match: match[1] or match[0].lower(), name)


_OUTSIDE_QUOTES: Final = re.compile(r'("(?:[^"]|"")*")|[^"]+')


def _file(path: str, home: HomeFolder | None) -> Database:
    absolute = os.path.abspath(path)
    return Database(
        SQLITE, (os.path.realpath(home.found(absolute) if home else absolute),)
    )


def _server(engine: str, fields: Mapping[str, str], needed_for: str) -> Database:
    address = fields.get("connection_string", "")
    if address:
        found = _of_address(engine, address)
        if found is None:
            hint = "special characters of a password are written as %23 for '#', %2F for '/', %3F for '?', %40 for '@'"
            reason = "is no URL postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            raise DatabaseError(f"the connection_string for {needed_for}", reason, hint)
        return found
    login = Login(
        fields.get("user", ""),
        fields.get("password", ""),
        fields.get("ssl_mode", ""),
        fields.get("ca_cert_path", ""),
    )
    return Database(
        engine,
        (fields.get("host", ""), fields.get("port", ""), fields.get("db", "")),
        login,
    )


def _of_address(engine: str, address: str) -> Database | None:
    """A database by its `postgresql://user:password@host:port/name?sslmode=…`; None where it is no such URL.

    The releases take no other form (ogx 1.4.1). Of a password in which `/`, `?` or `#` stands as it is, a part would be
    taken for something else, and shown; the `@` behind it tells.
    """
    try:
        parts = urlsplit(address)
        given = parts.port
    except ValueError:
        return None
    if (
        parts.scheme not in SCHEMES
        or not parts.hostname
        or not parts.path.lstrip("/")
        or parts.fragment
    ):
        return None
    if "@" in parts.path or "@" in parts.query:
        return None
    further = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    login = Login(
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        further.get("sslmode", ""),
        further.get("sslrootcert", ""),
    )
    port = str(given) if given else DEFAULT_PORT
    return Database(
        engine, (parts.hostname, port, unquote(parts.path.lstrip("/"))), login
    )


@dataclass(frozen=True, slots=True)
class HomeFolder:
    """The config folder in the user's home, which ogx 0.8.0 renames from `~/.llama` at its first start (#5653)."""

    old: str
    new: str
    renamed: bool

    def found(self, path: str) -> str:
        """Where a path below one of the two names is now; the rename takes it to the other one, or took it there."""
        gone, there = (self.old, self.new) if self.renamed else (self.new, self.old)
        return there + path[len(gone) :] if path.startswith(gone + os.sep) else path


def home_folder_for(
    version: Release, variables: Mapping[str, str]
) -> HomeFolder | None:
    """The renamed folder as it matters for an upgrade to `version`; None where nothing is or was renamed."""
    if version < HOME_MOVED_SINCE or variables.get("OGX_CONFIG_DIR"):
        return None
    old, new = os.path.expanduser("~/.llama"), os.path.expanduser("~/.ogx")
    if os.path.isdir(old) == os.path.isdir(new):
        return None
    return HomeFolder(old, new, renamed=os.path.isdir(new))
