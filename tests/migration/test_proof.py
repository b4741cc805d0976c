"""What the proof of a migrated text accepts and refuses."""

import re
from typing import Any

import pytest

from stackcfg.migration.planning.layouts import CONSOLIDATE, PRESERVE
from stackcfg.migration.proof import (
    ProofError,
    prove_comments,
    prove_meaning,
    prove_reading,
    prove_stores,
)
from stackcfg.releases import stores as catalog
from stackcfg.stores import catalog as storage_section
from stackcfg.stores import inline as inline_stores
from stackcfg.stores.store_map import StoreMap
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.values import data_of

LAST = (0, 3, 5)


@pytest.mark.parametrize(
    ("expected", "actual", "message"),
    [
        ({"a": 1}, {"a": 1}, None),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, None),
        ([float("nan")], [float("nan")], None),
        ({"a": 1}, {}, "'a' would be lost"),
        ({}, {"a": 1}, "'a' would appear from nowhere"),
        (
            {"a": {"b": [1, {"c": 2}]}},
            {"a": {"b": [1, {"c": 3}]}},
            r"'a.b\[1\].c' would change its meaning",
        ),
        ({"a": [1, 2]}, {"a": [1]}, "'a' would have 1 entries instead of 2"),
        ({"a": 1}, {"a": True}, "'a' would change its meaning"),
        ({"a": 1}, {"a": "1"}, "'a' would change its meaning"),
        ({"a": 1}, {"a": 1.0}, "'a' would change its meaning"),
        ({"a": {}}, {"a": None}, "'a' would change its meaning"),
        ({"a": []}, {"a": {}}, "'a' would change its meaning"),
    ],
)
def test_a_difference_in_meaning_is_named(
    expected: Any, actual: Any, message: str | None
):
    if message is None:
        prove_meaning(expected, actual)
    else:
        with pytest.raises(ProofError, match=message):
            prove_meaning(expected, actual)


OLD: dict[str, Any] = {
    "image_name": "demo",
    "metadata_store": {"type": "sqlite", "db_path": "/d/registry.db"},
    "inference_store": {"type": "postgres", "host": "pg", "user": "u"},
    "conversations_store": {"type": "postgres", "host": "pg", "user": "u"},
    "providers": {
        "vector_io": [
            {
                "provider_id": name,
                "provider_type": "inline::faiss",
                "config": {"kvstore": {"type": "sqlite", "db_path": f"/d/{name}.db"}},
            }
            for name in ("one", "two")
        ]
    },
}


def new(**changes: Any) -> dict[str, Any]:
    """A right answer to `OLD`, with some of its parts changed."""
    backends = {
        "kv_registry": {"type": "kv_sqlite", "db_path": "/d/registry.db"},
        "kv_one": {"type": "kv_sqlite", "db_path": "/d/one.db"},
        "kv_two": {"type": "kv_sqlite", "db_path": "/d/two.db"},
        "sql_pg": {"type": "sql_postgres", "host": "pg", "port": 5432, "user": "u"},
    }
    stores = {
        "metadata": {"backend": "kv_registry", "namespace": ""},
        "inference": {"backend": "sql_pg", "table_name": "chat_completions"},
        "conversations": {"backend": "sql_pg", "table_name": "openai_conversations"},
    }
    faiss = [
        {"backend": "kv_one", "namespace": ""},
        {"backend": "kv_two", "namespace": ""},
    ]
    backends |= changes.get("backends", {})
    stores |= changes.get("stores", {})
    return {
        "storage": {
            "backends": backends,
            "stores": {name: store for name, store in stores.items() if store},
        },
        "providers": {
            "vector_io": [
                {
                    "provider_id": name,
                    "provider_type": "inline::faiss",
                    "config": {"persistence": store},
                }
                for name, store in zip(
                    ("one", "two"), changes.get("faiss", faiss), strict=True
                )
            ]
        },
    }


def maps(config: dict[str, Any]) -> tuple[StoreMap, StoreMap]:
    known = catalog.load_store_fields()
    return inline_stores.read_inline_stores(
        OLD, known, (0, 2, 24), LAST
    ), storage_section.read_catalog(config, known, LAST)


@pytest.mark.parametrize("layout", [CONSOLIDATE, PRESERVE])
def test_stores_in_their_place_pass(layout: str):
    prove_stores(*maps(new()), layout)


SHARED = {"kv_registry": {"type": "kv_sqlite", "db_path": "/d/kvstore.db"}}
ONE_FOR_BOTH = [
    {"backend": "kv_one", "namespace": "a"},
    {"backend": "kv_one", "namespace": "b"},
]


@pytest.mark.parametrize(
    ("changes", "layout", "message"),
    [
        (
            {"stores": {"inference": None}},
            CONSOLIDATE,
            "the store of inference would be lost",
        ),
        (
            {"faiss": [None, {"backend": "kv_two", "namespace": ""}]},
            CONSOLIDATE,
            "would be lost",
        ),
        (
            {"stores": {"metadata": {"backend": "nope", "namespace": ""}}},
            CONSOLIDATE,
            "'nope', which is no backend",
        ),
        (
            {"stores": {"metadata": {"backend": "sql_pg", "namespace": ""}}},
            CONSOLIDATE,
            "not a kv backend",
        ),
        (
            {
                "backends": {
                    "sql_pg": {"type": "sql_postgres", "host": "other", "user": "u"}
                }
            },
            CONSOLIDATE,
            "another database",
        ),
        (
            {
                "backends": {
                    "sql_pg": {"type": "sql_postgres", "host": "pg", "user": "x"}
                }
            },
            CONSOLIDATE,
            "another database",
        ),
        (
            {"backends": {"sql_pg": {"type": "sql_sqlite", "db_path": "x"}}},
            CONSOLIDATE,
            "another kind of database",
        ),
        ({"backends": SHARED}, PRESERVE, "metadata would move to another database"),
        ({"faiss": ONE_FOR_BOTH}, CONSOLIDATE, "the rows of .* and .* would mix"),
    ],
)
def test_a_store_in_another_place_is_refused(
    changes: dict[str, Any], layout: str, message: str
):
    with pytest.raises(ProofError, match=message):
        prove_stores(*maps(new(**changes)), layout)


def test_a_merged_file_passes_in_the_layout_consolidate():
    prove_stores(*maps(new(backends=SHARED)), CONSOLIDATE)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ("a: 1\n", "b: 2\n", None),
        ("# x\na: 1 # y\n", "a: 1\n# y\n# x\n", None),
        ("a: 1 # x\n", "a: '# x'\n", "# x"),
        ("a: 1 # x\nb: 2 # x\n", "a: 1 # x\n", "# x"),
        ("a: '# x'\n", "a: 1\n", None),
        ("a: 1 # x  \n", "a: 1 # x\n", None),
        ("# y\na: 1 # x\n", "# # y\n# a: 1 # x\nb: 1\n", None),
        ("a: 1 # x\n", "# a: 1 #x\nb: 1\n", "# x"),
        ("a: 1 # x\n", "# a: 1# x\nb: 1\n", "# x"),
        ("a: 1 # x\nb: 1 # x\n", "# a: 1 # x\nb: 1\n", "# x"),
        ("# y # x\na: 1 # x\n", "# y # x\na: 1\n", "# x"),
    ],
)
def test_a_lost_comment_is_named(before: str, after: str, lost: str | None):
    old, fresh = (Comments(parse_yaml(text)[0]) for text in (before, after))
    if lost is None:
        prove_comments(old, fresh)
    else:
        with pytest.raises(ProofError, match=f"the comment '{lost}' would be lost"):
            prove_comments(old, fresh)


@pytest.mark.parametrize("text", ["a: 1\n", "a: 1\n---\n[b]\n", "a: !\n"])
def test_a_text_that_pyyaml_reads_alike_passes(text: str):
    prove_reading(text, [data_of(each.root) for each in parse_yaml(text)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 2\n", "'[0].a' would change its meaning"),
        ("a: 1\n---\nb: 1\n", "'' would have 2 entries instead of 1"),
        ("a: [1\n", "PyYAML cannot read the new text"),
    ],
)
def test_a_text_that_pyyaml_reads_otherwise_is_refused(text: str, message: str):
    with pytest.raises(ProofError, match=re.escape(message)):
        prove_reading(text, [{"a": 1}])


def test_a_template_is_not_read_by_pyyaml():
    prove_reading("a: {{ value }}\n", [{"a": "{{ value }}"}])
