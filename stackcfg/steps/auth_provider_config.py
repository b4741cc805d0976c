"""Within 0.2: `server.auth.provider_type` + `config` become `provider_config: {type, …}` (0.2.15, upstream #2509).

Releases from 0.2.15 to 0.4 refuse the old form, later ones accept it and serve without authentication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.change import PARTIAL, Change, Context, Delete, Note, Put
from stackcfg.document import MAPPING
from stackcfg.edits import Copy, Edit, Piece, column_of, removed_entry
from stackcfg.inline_stores import at
from stackcfg.render import Field
from stackcfg.steps.placing import insert_entry

AUTH = ("server", "auth")
NEW = "provider_config"


def run(context: Context) -> Iterator[Change]:
    """Join the two keys under the new one."""
    auth = at(context.data, AUTH)
    if not isinstance(auth, Mapping) or NEW in auth or not {"endpoint", "provider_type"} & set(auth):
        return
    node = context.own(AUTH)
    if node is None:
        return
    if "endpoint" in auth and "provider_type" not in auth:
        where = context.offset((*AUTH, "endpoint"))
        yield Note(PARTIAL, "'server.auth.endpoint' is refused since 0.2.4: write 'provider_config'", where)
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
    config = node.entry("config")
    yield removed_entry(context.document, context.comments, node, node.entries.index(kind))
    if config is None or config[1].target.kind != MAPPING or not config[1].target.entries or node.flow:
        if config is not None:
            yield removed_entry(context.document, context.comments, node, node.entries.index(config))
        yield insert_entry(context, node, Field(NEW, (Field("type", kind[1]), *_fields(config))))
        return
    key, value = config
    yield Edit(key.start, key.end, (NEW,))
    first = value.target.entries[0][0]
    source = Copy(kind[1].start, kind[1].end)
    if value.target.flow:
        yield Edit(first.start, first.start, ("type: ", source, ", "))
        return
    indent = " " * column_of(context.document, first.start)
    pieces: list[Piece] = ["type: ", source, context.document.newline + indent]
    yield Edit(first.start, first.start, tuple(pieces))


def _fields(config: object) -> tuple[Field, ...]:
    if not isinstance(config, tuple):
        return ()
    return tuple(Field(key.text, value) for key, value in config[1].target.entries)


