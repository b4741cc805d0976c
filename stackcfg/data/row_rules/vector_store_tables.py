"""Vector stores of sqlite-vec get keys in a KV store (0.2.15).

Until 0.2.14 the provider has no KV store: its own file has a table `vector_dbs` with its vector stores,
`openai_vector_stores` with what the OpenAI API knows of them, `openai_vector_store_files` with their files, and
`openai_vector_store_files_contents` with the contents of these, all chunks of a file in one row. Later releases read
keys, one for each chunk. The chunks that are searched stay in the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from stackcfg.data.engines.protocol import Row
from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules.chunks import completed_chunk
from stackcfg.data.row_rules.registered_resources import as_object, renamed_resource
from stackcfg.data.row_rules.vector_store_rows import NEW, OLD, RENAMED
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import vector_store_key
from stackcfg.releases.versions import Release

LISTED: Final = "vector_dbs"
CONTENTS: Final = "openai_vector_store_files_contents"
TABLES: Final = {
    LISTED: ("id", "metadata"),
    "openai_vector_stores": ("id", "metadata"),
    "openai_vector_store_files": ("store_id", "file_id", "metadata"),
    CONTENTS: ("store_id", "file_id", "contents"),
}
"""The tables with their columns, the last of which holds the JSON."""

KEYS_OF: Final = {
    "openai_vector_stores": "openai_vector_stores:v3::",
    "openai_vector_store_files": "openai_vector_stores_files:v3::",
    CONTENTS: "openai_vector_stores_files_contents:v3::",
}
COMPLETE_CHUNKS: Final[Release] = (0, 4, 0)
"""Since then a chunk that lacks what is new in it is not read (R4)."""


def kv_rows(
    table: str, row: Row, provider_type: str, upgrade: Upgrade
) -> Iterator[KvRow | Skipped]:
    """The rows under the keys that the new provider reads."""
    *names, column = TABLES[table]
    text, identifier = str(row[column]), ":".join(str(row[name]) for name in names)
    if table == CONTENTS:
        yield from _contents(
            KEYS_OF[table] + identifier,
            text,
            upgrade.vector_stores.get(str(row["store_id"]), {}),
            upgrade,
        )
        return
    found = as_object(text)
    if found is None:
        yield Skipped("not a JSON object", needs_action=True)
    elif table == LISTED:
        key = vector_store_key(provider_type)
        key = key if upgrade.target >= RENAMED else key.replace(NEW, OLD)
        yield KvRow(key + identifier, _json(renamed_resource(found, upgrade.target)))
    else:
        yield KvRow(KEYS_OF[table] + identifier, text)


def _contents(
    key: str, text: str, store: Any, upgrade: Upgrade
) -> Iterator[KvRow | Skipped]:
    try:
        chunks = json.loads(text)
    except ValueError:
        chunks = None
    if not isinstance(chunks, list) or not all(
        isinstance(each, dict) for each in chunks
    ):
        yield Skipped("not a list of chunks", needs_action=True)
        return
    for number, chunk in enumerate(chunks):
        done = (
            completed_chunk(chunk, store) if upgrade.target >= COMPLETE_CHUNKS else None
        )
        yield KvRow(f"{key}:{number}", json.dumps(chunk if done is None else done))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
