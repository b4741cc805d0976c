"""A faiss index is stored as bytes, not as decimal numbers (0.2.13).

In the row of an index its bytes are base64 of what numpy writes: until
0.2.12 text (`savetxt`), one number a line, since 0.2.13 numpy's own
format (`save`). At the text a later server stops with "Error
deserializing Faiss index". The bytes stay the same; an index in neither
format is skipped. Where rows stay in their place 0.2.12 can no longer
read the index: to go back to that release, use the backup.
"""

from __future__ import annotations

import base64
import json
from typing import Final

from stackcfg.data.row_rule import KvRow, KvRows, KvRule, Skipped
from stackcfg.data.row_rules.chunks import INDEX
from stackcfg.data.stored_json import parse_object
from stackcfg.data.upgrade import Upgrade
from stackcfg.releases.rows import VECTOR_IO

FIELD: Final = "faiss_index"
MAGIC: Final = b"\x93NUMPY"
VERSION: Final = b"\x01\x00"
ALIGNED: Final = 64
FAISS: Final = b"Ix"
"""The first bytes of every faiss index."""

BYTES_BY_LINE: Final = {f"{number:.18e}".encode(): number for number in range(256)}
"""Every byte by the line that `savetxt` writes for it."""


def convert(key: str, value: str, _upgrade: Upgrade) -> KvRows:
    """Return the row with its index in the format that later releases read."""
    index = parse_object(value)
    written = b"" if index is None else _decode(str(index.get(FIELD)))
    if index is None or not written:
        return [Skipped("not a faiss index", needs_action=True)]
    if written.startswith(MAGIC):
        return [KvRow(key, value)]
    data = _read_text(written)
    if data is None:
        reason = "a faiss index in an unknown format: add its files again"
        return [Skipped(reason, needs_action=True)]
    encoded = base64.b64encode(as_npy(data)).decode("ascii")
    return [KvRow(key, json.dumps({**index, FIELD: encoded}, ensure_ascii=True))]


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _read_text(text: bytes) -> bytes | None:
    """Return the index that `savetxt` wrote; None for any other text."""
    try:
        found = bytes(BYTES_BY_LINE[line] for line in text.split())
    except KeyError:
        return None
    return found if found.startswith(FAISS) else None


def as_npy(data: bytes) -> bytes:
    """Return bytes as numpy writes an array of them (NEP 1, version 1.0)."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({len(data)},), }}"
    before = len(MAGIC) + len(VERSION) + 2
    padded = header + " " * (-(before + len(header) + 1) % ALIGNED) + "\n"
    size = len(padded).to_bytes(2, "little")
    return MAGIC + VERSION + size + padded.encode("ascii") + data


RULE: Final = KvRule(
    id="R12",
    page=__doc__,
    uses=(VECTOR_IO,),
    since=((0, 2, 13),),
    keys=(INDEX,),
    convert=convert,
)
