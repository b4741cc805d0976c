"""ogx 1.0 → 1.1: the messages provider needs a KV store for its batches (1.1.0: "kvstore: Field required").

Source: the config models of ogx 1.0.4 and 1.1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.catalog import KV
from stackcfg.change import PARTIAL, Change, Context, Note, Put
from stackcfg.inline_stores import providers
from stackcfg.render import Field
from stackcfg.steps.editing import added
from stackcfg.steps.sql_references import backend_for

NAMESPACE: Final = "message_batches"


def run(context: Context) -> Iterator[Change]:
    """Give each messages provider a store beside the metadata."""
    for api, index, provider in providers(context.data):
        settings = provider.get("config")
        if api != "messages" or provider.get("provider_type") != "inline::builtin":
            continue
        if isinstance(settings, Mapping) and settings.get("kvstore") is not None:
            continue
        path = ("providers", api, index, "config")
        backend = backend_for(context, KV)
        if backend is None:
            yield Note(PARTIAL, "messages need a KV backend, and the file has none", context.offset(path))
            continue
        store = Field("kvstore", (Field("namespace", NAMESPACE), Field("backend", backend)))
        yield Put((*path, "kvstore"), {"namespace": NAMESPACE, "backend": backend})
        yield added(context, path, store)
