"""Within 0.2: `server.auth.endpoint` becomes `provider_type: custom` with it in `config` (0.2.4, upstream #1778).

Releases up to 0.4 refuse the old form, later ones accept it and serve without authentication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.placing import insert_entry, replaced_entry
from stackcfg.paths import value_at
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import entry_span

AUTH: Final = ("server", "auth")
NEW: Final = ("provider_type", "provider_config", "config")


def run(context: StepContext) -> Iterator[Change]:
    """Name the provider, and put the endpoint into its settings."""
    auth = value_at(context.data, AUTH)
    if (
        not isinstance(auth, Mapping)
        or "endpoint" not in auth
        or any(key in auth for key in NEW)
    ):
        return
    node = context.text.editable_node(AUTH)
    entry = node.entry("endpoint") if node is not None else None
    if node is None or entry is None:
        where = context.text.offset((*AUTH, "endpoint"))
        raise ParseError(
            "'server.auth.endpoint' comes from an anchor",
            where,
            "write its values out, then migrate",
        )
    gathered = EntryComments()
    if not node.flow:
        span = entry_span(context.text.document, context.text.comments, *entry)
        gathered = collect_entry_comments(context, *entry, span, with_lead=False)
    index = node.entries.index(entry)
    endpoint = Field("endpoint", entry[1], gathered.left(), gathered.beside)
    yield Delete((*AUTH, "endpoint"))
    yield Put((*AUTH, "provider_type"), "custom")
    yield Put((*AUTH, "config"), {"endpoint": auth["endpoint"]})
    yield insert_entry(
        context, node, Field("provider_type", "custom"), None if node.flow else index
    )
    yield replaced_entry(context, node, index, Field("config", (endpoint,)))
