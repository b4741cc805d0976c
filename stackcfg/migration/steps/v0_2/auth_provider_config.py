"""Within 0.2: `server.auth.provider_type` + `config` become `provider_config: {type, …}` (0.2.15, upstream #2509).

Releases from 0.2.15 to 0.4 refuse the old form, later ones accept it and serve without authentication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Delete, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.entry_comments import (
    EntryComments,
    collect_entry_comments,
)
from stackcfg.migration.editing.placing import replaced_entry
from stackcfg.paths import value_at
from stackcfg.yamltext.document import MAPPING, Node
from stackcfg.yamltext.emit import Field
from stackcfg.yamltext.entries import entry_span, remove_entry
from stackcfg.yamltext.values import merged_entries

AUTH = ("server", "auth")
NEW = "provider_config"


def run(context: StepContext) -> Iterator[Change]:
    """Join the two keys under the new one."""
    auth = value_at(context.data, AUTH)
    if (
        not isinstance(auth, Mapping)
        or NEW in auth
        or not {"endpoint", "provider_type"} & set(auth)
    ):
        return
    node = context.text.editable_node(AUTH)
    if node is None:
        return
    if "endpoint" in auth and "provider_type" not in auth:
        where = context.text.offset((*AUTH, "endpoint"))
        yield StepNote(
            ACTION_REQUIRED,
            "'server.auth.endpoint' is refused since 0.2.4: write 'provider_config'",
            where,
        )
        return
    kind = node.entry("provider_type")
    if kind is None:
        return
    settings = auth.get("config")
    if settings is not None and not isinstance(settings, Mapping):
        return
    yield Delete((*AUTH, "provider_type"))
    if "config" in auth:
        yield Delete((*AUTH, "config"))
    yield Put((*AUTH, NEW), {"type": auth["provider_type"], **(settings or {})})
    yield from _joined(context, node, kind, node.entry("config"))


def _joined(
    context: StepContext,
    node: Node,
    kind: tuple[Node, Node],
    config: tuple[Node, Node] | None,
) -> Iterator[Change]:
    """One entry in place of the first of the two; the other is taken out."""
    old = [entry for entry in (kind, config) if entry is not None]
    inner = (
        merged_entries(config[1])
        if config is not None and config[1].target.kind == MAPPING
        else []
    )
    old.sort(key=lambda entry: entry[0].start)
    gathered: dict[int, EntryComments] = {}
    if not node.flow:
        copied = [value for _, value in inner]
        for place, entry in enumerate(old):
            span = entry_span(context.text.document, context.text.comments, *entry)
            gathered[entry[0].start] = collect_entry_comments(
                context, *entry, span, with_lead=place > 0, copied=copied
            )
    of_kind = gathered.get(kind[0].start, EntryComments())
    of_config = (
        gathered.get(config[0].start, EntryComments()) if config else EntryComments()
    )
    fields = [Field("type", kind[1], (*of_kind.lead, *of_kind.left()), of_kind.beside)]
    fields += [
        Field(
            key.text, value, *of_config.claim(key), of_config.tails.get(value.start, "")
        )
        for key, value in inner
    ]
    over = (*of_config.lead, *of_config.left())
    field = Field(NEW, tuple(fields), over, of_config.beside)
    yield replaced_entry(context, node, node.entries.index(old[0]), field)
    for entry in old[1:]:
        yield remove_entry(
            context.text.document,
            context.text.comments,
            node,
            node.entries.index(entry),
        )
