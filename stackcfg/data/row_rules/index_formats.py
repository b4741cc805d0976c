"""A faiss index is kept as bytes, no longer as decimal numbers (0.2.13).

In the row of an index its bytes are base64 of what numpy writes: until 0.2.12 a text (`savetxt`), a number a line,
since 0.2.13 its own format (`save`). At a text a later server stops with "Error deserializing Faiss index". The bytes
stay the same; an index that is neither is left. Where rows stay in their place 0.2.12 cannot read it any more: going
back to it takes the backup.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Final

from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules.chunks import INDEX
from stackcfg.data.row_rules.registered_resources import as_object
from stackcfg.data.upgrade import Upgrade

KEYS: Final = (INDEX,)
FIELD: Final = "faiss_index"
MAGIC: Final = b"\x93NUMPY"
VERSION: Final = b"\x01\x00"
ALIGNED: Final = 64
FAISS: Final = b"Ix"
"""What every index of faiss begins with."""

LINES: Final = {f"{number:.18e}".encode(): number for number in range(256)}
"""The bytes by how `savetxt` writes them."""


def rows(key: str, value: str, _upgrade: Upgrade) -> Iterator[KvRow | Skipped]:
    """The row with its index in the format that is read."""
    index = as_object(value)
    try:
        written = base64.b64decode(str((index or {}).get(FIELD)), validate=True)
    except binascii.Error:
        written = b""
    if index is None or not written:
        yield Skipped("not a faiss index", needs_action=True)
    elif written.startswith(MAGIC):
        yield KvRow(key, value)
    else:
        found = _bytes_of(written)
        if found is None:
            yield Skipped(
                "a faiss index in a format that is not known: add its files again",
                needs_action=True,
            )
            return
        text = base64.b64encode(as_npy(found)).decode("ascii")
        yield KvRow(key, json.dumps({**index, FIELD: text}, ensure_ascii=True))


def _bytes_of(text: bytes) -> bytes | None:
    """The index that a text stands for; None where it is none."""
    try:
        found = bytes(LINES[line] for line in text.split())
    except KeyError:
        return None
    return found if found.startswith(FAISS) else None


def as_npy(data: bytes) -> bytes:
    """Bytes as numpy writes an array of them (NEP 1, version 1.0)."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({len(data)},), }}"
    before = len(MAGIC) + len(VERSION) + 2
    padded = header + " " * (-(before + len(header) + 1) % ALIGNED) + "\n"
    return (
        MAGIC
        + VERSION
        + len(padded).to_bytes(2, "little")
        + padded.encode("ascii")
        + data
    )
