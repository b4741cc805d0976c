"""Whether a new server sees the rows that an old one stored."""

from typing import Any

import pytest

from stackcfg.releases.families import parse_target
from stackcfg.releases.stores import LAST_INLINE, load_store_fields
from stackcfg.releases.versions import Release, parse_release
from stackcfg.stores.catalog import read_catalog
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.visibility import StoreVisibility, compare_visibility

FIELDS = load_store_fields()


def compare(
    old: dict[str, Any],
    new: dict[str, Any],
    target: str = "0.3",
    source: Release = LAST_INLINE,
) -> dict[str, StoreVisibility]:
    family = parse_target(target)
    before = read_inline_stores(old, FIELDS, LAST_INLINE, family.last)
    after = read_catalog(new, FIELDS, family.last)
    rows = compare_visibility(before, after, new, FIELDS, family, source)
    return {row.store: row for row in rows}


def catalog(path: str, **stores: Any) -> dict[str, Any]:
    backends = {
        "kv": {"type": "kv_sqlite", "db_path": path},
        "sql": {"type": "sql_sqlite", "db_path": path},
    }
    return {"image_name": "x", "storage": {"backends": backends, "stores": stores}}


METADATA = {"backend": "kv", "namespace": "registry"}


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/data/a.db", "visible", ""),
        ("/data/b.db", "not visible", "another file"),
    ],
)
def test_rows_are_visible_in_the_file_they_are_in(path: str, status: str, reason: str):
    old = {"conversations_store": {"type": "sqlite", "db_path": "/data/a.db"}}
    reference = {"backend": "sql", "table_name": "openai_conversations"}
    row = compare(old, catalog(path, conversations=reference))["conversations"]
    assert (row.status, row.reason, row.backend) == (status, reason, "sql")


def test_rows_under_keys_that_the_new_release_does_not_read_are_not_visible():
    old = {"metadata_store": {"type": "sqlite", "db_path": "/data/a.db"}}
    row = compare(old, catalog("/data/a.db", metadata=METADATA))["metadata"]
    assert row.status == "not visible"
    assert row.reason == "0.3.0 reads registry keys v10, the old server wrote v9"


@pytest.mark.parametrize(
    ("source", "status"), [((0, 1, 2), "not visible"), ((0, 1, 3), "visible")]
)
def test_benchmarks_are_visible_if_they_were_called_so(source: Release, status: str):
    entry = {"provider_id": "eval", "provider_type": "inline::meta-reference"}
    store = {"type": "sqlite", "db_path": "/data/a.db"}
    reference = {"backend": "kv", "namespace": None}
    old = {"providers": {"eval": [{**entry, "config": {"kvstore": store}}]}}
    new = {
        **catalog("/data/a.db"),
        "providers": {"eval": [{**entry, "config": {"kvstore": reference}}]},
    }
    row = compare(old, new, source=source)["eval eval"]
    assert row.status == status


def test_a_store_that_had_no_rows_says_so():
    row = compare({}, catalog("/data/a.db", metadata=METADATA))["metadata"]
    assert (row.status, row.before) == ("no rows yet", None)


def test_a_store_that_the_new_file_lacks_is_not_visible():
    old = {"metadata_store": {"type": "sqlite", "db_path": "/data/a.db"}}
    row = compare(old, catalog("/data/a.db"))["metadata"]
    assert (row.status, row.reason) == ("not visible", "not in the new file")


def test_a_store_without_rows_that_the_new_file_lacks_is_left_out():
    """A config for 0.2 without the store of eval, which 0.8 does not have."""
    provider = {"provider_id": "e", "provider_type": "inline::meta-reference"}
    old = {"providers": {"eval": [{**provider, "config": {}}]}}
    kvstore = {"backend": "kv", "namespace": "eval"}
    new = catalog("/data/a.db")
    kept = new | {"providers": {"eval": [{**provider, "config": {"kvstore": kvstore}}]}}
    assert compare(old, kept)["eval e"].status == "no rows yet"
    assert "eval e" not in compare(old, new)


def test_a_store_on_a_backend_that_the_server_makes_is_in_the_new_file():
    """Without `storage` the server has default backends, which no file names."""
    old = {"metadata_store": {"type": "sqlite", "db_path": "/data/a.db"}}
    new = {"image_name": "x", "storage": {"stores": {"metadata": METADATA}}}
    row = compare(old, new)["metadata"]
    reason = "the new file does not define its backend"
    assert (row.status, row.reason) == ("not visible", reason)


def test_another_table_is_visible_only_to_releases_that_ignore_its_name():
    old = {"inference_store": {"type": "sqlite", "db_path": "/data/a.db"}}
    reference = {"backend": "sql", "table_name": "mine"}
    row = compare(old, catalog("/data/a.db", inference=reference))["inference"]
    assert row.status == "partly visible"
    assert row.reason == "only before 0.3.5, which reads table mine"


def agents(*entries: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    kind = "inline::meta-reference"
    written = [
        {"provider_id": name, "provider_type": kind, "config": config}
        for name, config in entries
    ]
    return {"agents": written}


def test_another_key_prefix_is_not_visible():
    redis = {"host": "h", "port": 6379}
    store = {"persistence_store": {"type": "redis", **redis, "namespace": "old"}}
    state = {"agent_state": {"backend": "kv", "namespace": "new"}}
    new = catalog("/data/a.db")
    new["storage"]["backends"]["kv"] = {"type": "kv_redis", **redis}
    new["providers"] = agents(("m", {"persistence": state}))
    row = compare({"providers": agents(("m", store))}, new)["agents m"]
    assert row.status == "not visible"
    assert row.reason == "keys 'new:…' are read, 'old:…' were written"


def test_a_provider_is_known_by_its_id_wherever_it_is():
    store = {"persistence_store": {"type": "sqlite", "db_path": "/data/a.db"}}
    state = {"agent_state": {"backend": "kv", "namespace": "x"}}
    new = catalog("/data/a.db")
    new["providers"] = agents(("two", {"persistence": state}))
    rows = compare({"providers": agents(("one", store), ("two", store))}, new)
    assert rows["agents two"].status == "visible"


def test_prompts_of_0_2_are_listed_though_no_config_mentions_them():
    row = compare({"image_name": "x"}, catalog("/data/a.db", metadata=METADATA))
    assert (row["prompts"].status, row["prompts"].reason) == (
        "not visible",
        "another file",
    )


def test_releases_before_0_2_21_have_stored_no_prompts():
    new = catalog("/data/a.db", metadata=METADATA)
    assert "prompts" not in compare({"image_name": "x"}, new, source=(0, 2, 20))
    assert "prompts" in compare({"image_name": "x"}, new, source=(0, 2, 21))


POSTGRES = {"host": "db", "port": 5432, "db": "llama", "user": "u", "password": "p"}


def postgres_catalog(**sql: Any) -> dict[str, Any]:
    """Return a config of 0.8 and later on a server; `sql` changes its SQL backend."""
    backends = {
        "kv": {"type": "kv_postgres", **POSTGRES, "table_name": "rows"},
        "sql": {"type": "sql_postgres", **POSTGRES, **sql},
    }
    stores = {
        "prompts": {"backend": "kv", "namespace": "prompts"},
        "conversations": {"backend": "sql", "table_name": "openai_conversations"},
    }
    return {"image_name": "x", "storage": {"backends": backends, "stores": stores}}


def compare_catalogs(**sql: Any) -> dict[str, StoreVisibility]:
    family, source = parse_target("1.0"), (0, 8, 0)
    old, new = postgres_catalog(), postgres_catalog(**sql)
    new["storage"]["stores"]["prompts"] = {"backend": "sql", "table_name": "prompts"}
    before = read_catalog(old, FIELDS, source)
    after = read_catalog(new, FIELDS, family.last)
    rows = compare_visibility(before, after, new, FIELDS, family, source)
    return {row.store: row for row in rows}


def test_a_store_that_moves_to_a_table_of_the_same_database_is_not_elsewhere():
    row = compare_catalogs()["prompts"]
    reason = "SQL table prompts is read, KV keys were written"
    assert (row.status, row.reason) == ("not visible", reason)
    row = compare_catalogs(db="other")["prompts"]
    assert (row.status, row.reason) == ("not visible", "another database")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"user": "u@x", "password": "p@q"}, "visible"),
        ({"ssl_mode": "require", "pool_size": 5}, "visible"),
        ({"host": "elsewhere"}, "not visible"),
        ({"port": 5433}, "not visible"),
    ],
)
def test_who_opens_a_database_does_not_make_it_another_one(changed, status):
    row = compare_catalogs(**changed)["conversations"]
    reasons = {"visible": "", "not visible": "another database"}
    assert (row.status, row.reason) == (status, reasons[status])


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("${env.FILE:=/default.db}", "visible"),
        ("${env.OTHER:=/default.db}", "not visible"),
        ("/default.db", "not visible"),
    ],
)
def test_a_variable_that_got_a_default_names_the_same_file(written, status):
    store = {"type": "sqlite", "db_path": "${env.FILE:=}"}
    reference = {"backend": "sql", "table_name": "openai_conversations"}
    new = catalog(written, conversations=reference)
    row = compare({"conversations_store": store}, new)["conversations"]
    assert row.status == status


AGENT_STATE = {"backend": "kv", "namespace": "agents"}


@pytest.mark.parametrize(
    ("source", "api", "kind", "target", "expected"),
    [
        ("0.3.5", "agents", "inline::meta-reference", "1.5", {"agents a"}),
        ("0.4.0", "agents", "inline::meta-reference", "1.5", set()),
        ("0.8.0", "responses", "inline::builtin", "1.5", set()),
        ("0.7.3", "responses", "inline::builtin", "0.8", {"responses a agents"}),
    ],
)
def test_a_removed_store_that_the_old_server_did_not_read_is_left_out(
    source: str, api: str, kind: str, target: str, expected: set[str]
):
    config = {"persistence": {"agent_state": AGENT_STATE}}
    provider = {"provider_id": "a", "provider_type": kind, "config": config}
    old = catalog("/data/a.db") | {"providers": {api: [provider]}}
    new = old if target == "0.8" else catalog("/data/a.db")
    release, family = parse_release(source), parse_target(target)
    maps = read_catalog(old, FIELDS, release), read_catalog(new, FIELDS, family.last)
    rows = compare_visibility(*maps, new, FIELDS, family, release)
    assert {row.store for row in rows if row.store != "prompts"} == expected
