"""Vector stores of sqlite-vec get keys in a KV store (0.2.15).

Until 0.2.14 the provider has no KV store: its own file has a table
`vector_dbs` with its vector stores, `openai_vector_stores` with what
the OpenAI API knows of them, `openai_vector_store_files` with their
files, and `openai_vector_store_files_contents` with the contents of
these, all chunks of a file in one row. Later releases read keys, one
for each chunk. The chunks that are searched stay in the file.
"""

from __future__ import annotations

import json
from typing import Final

from stackcfg.data.engines.protocol import Row
from stackcfg.data.row_rule import (
    NOT_AN_OBJECT,
    KvRow,
    KvRows,
    Skipped,
    TableToKvRule,
)
from stackcfg.data.row_rules.chunks import complete_chunk
from stackcfg.data.row_rules.registered_resources import rename_resource
from stackcfg.data.row_rules.vector_store_rows import NEW, OLD, RENAMED_SINCE
from stackcfg.data.stored_json import JsonObject, dump_compact, parse_json, parse_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import VECTOR_IO, vector_store_key
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

KEYS: Final = {
    "openai_vector_stores": "openai_vector_stores:v3::",
    "openai_vector_store_files": "openai_vector_stores_files:v3::",
    CONTENTS: "openai_vector_stores_files_contents:v3::",
}
COMPLETE_CHUNKS_SINCE: Final[Release] = (0, 4, 0)
"""Since then the server does not read a chunk without the new fields (R4)."""


def convert(table: str, row: Row, provider_type: str, upgrade: Upgrade) -> KvRows:
    """Return the rows under the keys that the new provider reads."""
    *names, column = TABLES[table]
    text = str(row[column])
    identifier = ":".join(str(row[name]) for name in names)
    if table == CONTENTS:
        store = upgrade.vector_stores.get(str(row["store_id"]), {})
        return _convert_contents(identifier, text, store, upgrade)
    found = parse_object(text)
    if found is None:
        return [NOT_AN_OBJECT]
    if table != LISTED:
        return [KvRow(KEYS[table] + identifier, text)]
    prefix = vector_store_key(provider_type)
    # 0.2.15 to 0.2.24 read the same key under the old name
    if upgrade.target < RENAMED_SINCE:
        prefix = prefix.replace(NEW, OLD)
    renamed = rename_resource(found, upgrade.target)
    return [KvRow(prefix + identifier, dump_compact(renamed))]


def _convert_contents(
    identifier: str, text: str, store: JsonObject, upgrade: Upgrade
) -> KvRows:
    chunks = parse_json(text)
    is_list = isinstance(chunks, list)
    if not is_list or not all(isinstance(each, dict) for each in chunks):
        return [Skipped("not a list of chunks", needs_action=True)]
    if upgrade.target >= COMPLETE_CHUNKS_SINCE:
        chunks = [complete_chunk(each, store) for each in chunks]
    prefix = KEYS[CONTENTS] + identifier
    texts = map(json.dumps, chunks)
    return [KvRow(f"{prefix}:{number}", chunk) for number, chunk in enumerate(texts)]


RULE: Final = TableToKvRule(
    id="R14",
    page=__doc__,
    uses=(VECTOR_IO,),
    since=((0, 2, 15),),
    tables=TABLES,
    convert=convert,
)
