"""Rules for stored rows on single rows, where a whole database says no more."""

from __future__ import annotations

import base64
import json

import pytest

from stackcfg.data.row_rule import KvRow, Skipped
from stackcfg.data.row_rules import chunks, file_contents, index_formats

KEY = "faiss_index:v3::store"


@pytest.mark.parametrize(
    "index",
    ["", "no base64!", "ä", None, 5, base64.b64encode(b"1.0").decode()],
)
def test_a_faiss_index_in_an_unknown_format_is_skipped(index):
    value = json.dumps({"faiss_index": index})
    [row] = index_formats.RULE.convert(KEY, value, None)
    assert isinstance(row, Skipped)
    assert row.needs_action


@pytest.mark.parametrize("value", ["", "no JSON", "[]", "null", "{}"])
def test_a_row_without_a_faiss_index_is_skipped(value):
    [row] = index_formats.RULE.convert(KEY, value, None)
    assert isinstance(row, Skipped)
    assert row.needs_action


def test_the_chunks_of_a_file_become_a_row_each():
    rows = file_contents.RULE.convert("contents:f", '[{"a": "ä"}, {}]', None)
    assert rows == [
        KvRow("contents:f:0", json.dumps({"a": "ä"})),
        KvRow("contents:f:1", "{}"),
    ]


def test_a_complete_chunk_keeps_its_text():
    text = (
        '{"chunk_id":"c",  "chunk_metadata": {}, "embedding": [1], '
        '"embedding_model": "m", "embedding_dimension": 1}'
    )
    assert chunks.complete_text(text, {}) == text


def test_a_chunk_gets_what_its_metadata_say_before_what_its_store_says():
    chunk = {
        "chunk_metadata": {"chunk_embedding_model": "of chunk"},
        "embedding": [1, 2],
        "stored_chunk_id": "id",
    }
    store = {"embedding_model": "of store", "embedding_dimension": 5}
    done = chunks.complete_chunk(chunk, store)
    assert done == {
        **chunk,
        "chunk_id": "id",
        "embedding_model": "of chunk",
        "embedding_dimension": 2,
    }
