"""A file in a vector store is a row for each of its chunks (0.2.16).

Until 0.2.15 all chunks of a file are one list under `…files_contents:v3::STORE:FILE`. Since 0.2.16 a chunk is a row
`…STORE:FILE:NUMBER`, and only those are read: the file is listed, its content is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules.chunks import CONTENTS
from stackcfg.data.upgrade import Upgrade

KEYS: Final = (CONTENTS,)


def rows(key: str, value: str, _upgrade: Upgrade) -> Iterator[KvRow | Skipped]:
    """The rows of the chunks; the row itself where it is that of a chunk."""
    try:
        found = json.loads(value)
    except ValueError:
        yield Skipped("not JSON", needs_action=True)
        return
    if not isinstance(found, list):
        yield KvRow(key, value)
        return
    for number, chunk in enumerate(found):
        yield KvRow(f"{key}:{number}", json.dumps(chunk, ensure_ascii=True))
