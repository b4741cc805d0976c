"""A file in a vector store is a row for each of its chunks (0.2.16).

Until 0.2.15 all chunks of a file are one list under
`…files_contents:v3::STORE:FILE`. Since 0.2.16 a chunk is a row
`…STORE:FILE:NUMBER`, and only those are read: the file is listed, its content
is empty.
"""

from __future__ import annotations

import json
from typing import Final

from stackcfg.data.row_rule import KvRow, KvRows, KvRule, Skipped
from stackcfg.data.row_rules.chunks import CONTENTS
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import VECTOR_IO


def convert(key: str, value: str, _upgrade: Upgrade) -> KvRows:
    """Return a row for each chunk of a file, if they are one row."""
    try:
        found = json.loads(value)
    except ValueError:
        return [Skipped("not JSON", needs_action=True)]
    if not isinstance(found, list):
        return [KvRow(key, value)]
    texts = [json.dumps(chunk, ensure_ascii=True) for chunk in found]
    return [KvRow(f"{key}:{number}", text) for number, text in enumerate(texts)]


RULE: Final = KvRule(
    id="R13",
    page=__doc__,
    uses=(VECTOR_IO,),
    since=((0, 2, 16),),
    keys=(CONTENTS,),
    convert=convert,
)
