"""Backends that the user asks to have on another engine (`--backend NAME=ENGINE`).

It is the last hop of a migration: the backend gets the fields that
upstream's own files have for the engine (`sample_run_config` of its
config model, the distribution `starter` with Postgres), with the
defaults of the target. Upstream's own sample of MongoDB has the port of
PostgreSQL, and stops a server whose environment has no user and
password: the default of the model is written instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Any, Final
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.values import as_field
from stackcfg.migration.schedule import ReleaseHop
from stackcfg.migration.steps import Step
from stackcfg.paths import mapping_at
from stackcfg.releases.changes import HOME_MOVED_SINCE
from stackcfg.releases.families import Target
from stackcfg.releases.models import config_model
from stackcfg.releases.server_places import NEW_HOME, OLD_HOME
from stackcfg.releases.stores import KV, SQL, find_engine
from stackcfg.releases.versions import Release
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.stores.catalog import read_implied_stores
from stackcfg.stores.hidden_rows import find_loss

ENGINES: Final = ("postgres", "sqlite", "redis", "mongodb")
"""The engines between which `data copy` moves rows."""

_LOGIN: Final = ("user", "password")
_FIELDS: Final = ("host", "port", "db", *_LOGIN, "table_name")
_POOL: Final = ("pool_size", "max_overflow", "pool_recycle", "pool_pre_ping")
"""The fields of a Postgres backend in upstream's files; the pool only for SQL."""

_ADDRESSES: Final = {
    "redis": ("host", "port"),
    "mongodb": ("host", "port", "db", "user", "password", "collection_name"),
}
_TO_SET: Final = {
    "postgres": "on PostgreSQL now: set POSTGRES_HOST, POSTGRES_USER, "
    "POSTGRES_PASSWORD and POSTGRES_DB",
    "redis": "on Redis now: set REDIS_HOST and REDIS_PORT",
    "mongodb": "on MongoDB now: set MONGODB_HOST, MONGODB_USER, MONGODB_PASSWORD "
    "and MONGODB_DB",
}
"""What the environment must have for a backend on a server."""

_HOME: Final = f"${{env.SQLITE_STORE_DIR:={NEW_HOME}/distributions/NAME}}"
_OLD_HOME: Final = _HOME.replace(NEW_HOME, OLD_HOME)

Engines = tuple[tuple[str, str], ...]
"""Names of backends, each with its new engine."""


class BackendStep(Step):
    """The step of this module; it needs no file of its own."""

    def run(self, context: StepContext) -> Iterator[Any]:
        """Yield the changes."""
        return run(context)


def parse_engines(words: Iterable[str]) -> Engines:
    """Return what words of the form NAME=ENGINE ask for.

    Raises `ValueError` for any other word.
    """
    found: dict[str, str] = {}
    for word in words:
        name, _, engine = word.partition("=")
        if not name or engine not in ENGINES:
            choices = " or ".join(f"NAME={each}" for each in ENGINES)
            raise ValueError(f"backend '{word}' is not {choices}")
        found[name] = engine
    return tuple(found.items())


def hop_to_engines(target: Target) -> ReleaseHop:
    """Return the hop that changes the engines, in the target."""
    step = BackendStep(target.last, "backend_engines", "always")
    return ReleaseHop(target.last, target, (step,), is_asked=True)


def run(context: StepContext) -> Changes:
    """Write each backend in the form of its new engine, unless it has it."""
    written = mapping_at(context.data, BACKENDS_PATH)
    for name, engine in context.engines:
        backend = written.get(name)
        if not isinstance(backend, Mapping):
            raise _unknown_backend(name, written)
        family, _, now = as_string(backend.get("type")).partition("_")
        if now == engine:
            continue
        if family == SQL and find_engine(SQL, engine) is None:
            raise _no_sql_stores(name, engine)
        fields = _fields_for(engine, family, context)
        value = {"type": f"{family}_{engine}", **fields}
        path = (*BACKENDS_PATH, name)
        yield from context.text.replace(path, as_field(name, value))
        if engine in _TO_SET:
            message = f"'{name}' is {_TO_SET[engine]} for the server and for the copy"
            yield context.check(message, path)
        yield from _empty_namespaces(context, name, engine)


def _empty_namespaces(context: StepContext, backend: str, engine: str) -> Changes:
    """Empty the namespaces that would hide rows from lists on the new engine.

    A store that the file leaves out has a namespace, too.
    """
    implied = read_implied_stores(context.data, context.store_fields, context.version)
    for store in (*context.written.stores, *implied):
        reference = store.reference
        if reference is None or reference.backend != backend:
            continue
        loss = find_loss(store, engine, context.version)
        if not loss:
            continue
        place = store.path
        if store.state == "absent":
            place = BACKENDS_PATH
            yield from context.text.add(
                store.path, {"backend": backend, "namespace": ""}
            )
        else:
            yield from context.text.set((*store.path, "namespace"), "")
        yield context.info(
            f"under the namespace '{reference.name}' on {engine} the server {loss}; "
            "the namespace is empty now",
            place,
        )


def _no_sql_stores(name: str, engine: str) -> StackcfgError:
    message = f"'{name}' is a SQL backend, and {engine} keeps KV stores only"
    return StackcfgError(message, hint=f"write {name}=postgres or {name}=sqlite")


def _fields_for(engine: str, family: str, context: StepContext) -> dict[str, str]:
    if engine == "sqlite":
        return _sqlite_fields(family, context)
    if engine == "postgres":
        return dict(_postgres_fields(family, context.version))
    return dict(_kv_server_fields(engine, context.version))


def _unknown_backend(name: str, written: Mapping[str, Any]) -> StackcfgError:
    known = ", ".join(f"'{each}'" for each in written) or "none"
    return StackcfgError(f"no backend '{name}'", hint=f"the file has {known}")


def _kv_server_fields(engine: str, release: Release) -> Iterator[tuple[str, str]]:
    facts = find_engine(KV, engine)
    assert facts is not None
    known = config_model(facts.model, release).fields
    for name in _ADDRESSES[engine]:
        default = known[name].default
        # an empty variable is null
        yield name, f"${{env.{engine.upper()}_{name.upper()}:={default or ''}}}"


def _postgres_fields(family: str, release: Release) -> Iterator[tuple[str, str]]:
    engine = find_engine(family, "postgres")
    assert engine is not None
    known = config_model(engine.model, release).fields
    names = _FIELDS if family == KV else (*_FIELDS, *_POOL)
    for name in names:
        if name not in known:
            continue
        default = known[name].default
        # upstream's user and password are called like the database
        if name in _LOGIN:
            default = known["db"].default
        if isinstance(default, bool):
            default = str(default).lower()
        yield name, f"${{env.POSTGRES_{name.upper()}:={default}}}"


def _sqlite_fields(family: str, context: StepContext) -> dict[str, str]:
    home = _HOME
    if context.version < HOME_MOVED_SINCE:
        home = _OLD_HOME
    data = context.data
    name = as_string(data.get("image_name") or data.get("distro_name")) or "stack"
    file = "kvstore.db" if family == KV else "sql_store.db"
    return {"db_path": f"{home.replace('NAME', name)}/{file}"}
