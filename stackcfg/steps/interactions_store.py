"""ogx 0.8 → 1.0: the interactions provider keeps what was said, in `sql_default` unless its `store` says where.

Where there is no backend of that name the server stops ("Unknown SQL store backend"). Source: the config models of ogx
0.8.0 and 1.0.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.catalog import SQL
from stackcfg.change import PARTIAL, Change, Context, Note, Put
from stackcfg.inline_stores import providers
from stackcfg.render import Field
from stackcfg.steps.editing import added
from stackcfg.steps.sql_references import backend_for, has_backends
from stackcfg.storage import DEFAULT_BACKENDS

TABLE: Final = "interactions"


def run(context: Context) -> Iterator[Change]:
    """Give each such provider a store beside the conversations, where the default backend is not there."""
    if not has_backends(context) or DEFAULT_BACKENDS[SQL] in context.written.backends:
        return
    for api, index, provider in providers(context.data):
        settings = provider.get("config")
        if api != "interactions" or provider.get("provider_type") != "inline::builtin":
            continue
        if isinstance(settings, Mapping) and settings.get("store") is not None:
            continue
        path = ("providers", api, index, "config")
        backend = backend_for(context, SQL)
        if backend is None:
            yield Note(PARTIAL, "interactions need a SQL backend, and the file has none", context.offset(path))
            continue
        yield Put((*path, "store"), {"table_name": TABLE, "backend": backend})
        yield added(context, path, Field("store", (Field("table_name", TABLE), Field("backend", backend))))
