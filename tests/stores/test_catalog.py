"""What is read of the stores and backends of a new-style config."""

from typing import Any

import pytest

from stackcfg.releases.stores import load_store_fields
from stackcfg.stores.catalog import read_backends, read_catalog, read_implied_stores
from stackcfg.stores.store_map import Backend, Location, Reference, StoreMap

BACKENDS = {
    "kv": {"type": "kv_sqlite", "db_path": "/data/kv.db"},
    "sql": {"type": "sql_postgres", "host": "h", "db": "d", "user": "u"},
    "empty": None,
    "odd": 3,
}
KV_FILE = (("db_path", "/data/kv.db"),)


def config(stores: Any = None, **providers: Any) -> dict[str, Any]:
    storage = {"backends": BACKENDS, "stores": stores or {}}
    return {"storage": storage, "providers": providers}


def read(data: dict[str, Any], release: tuple[int, ...] = (0, 3, 5)) -> StoreMap:
    return read_catalog(data, load_store_fields(), release)


def test_backends_have_their_type_apart_from_their_fields():
    backends = read_backends(config())
    assert list(backends) == ["kv", "sql", "empty"]
    assert backends["kv"] == Backend("kv", "kv_sqlite", {"db_path": "/data/kv.db"})
    assert (backends["sql"].family, backends["sql"].engine) == ("sql", "postgres")
    assert backends["empty"] == Backend("empty", "", {})


@pytest.mark.parametrize(("release", "prefix"), [((0, 3, 5), ""), ((1, 0, 0), "reg")])
def test_a_namespace_is_a_key_prefix_of_sqlite_from_1_0_on(
    release: tuple[int, ...], prefix: str
):
    written = {"metadata": {"backend": "kv", "namespace": "reg"}}
    store = read(config(written), release).by_key()["metadata"]
    assert store.reference == Reference("kv", "reg")
    assert store.location == Location("sqlite", KV_FILE, "kvstore", prefix)


def test_a_sql_reference_names_its_table_and_keeps_other_fields():
    written = {"backend": "sql", "table_name": "t", "num_writers": 4}
    stores = read(config({"inference": written}), (0, 3, 5))
    store = stores.by_key()["inference"]
    assert store.reference == Reference("sql", "t", (("num_writers", 4),))
    assert store.location is not None
    assert (store.location.engine, store.location.table) == ("postgres", "t")


def test_a_reference_to_an_unknown_backend_has_no_location():
    written = {"metadata": {"backend": "gone", "namespace": "reg"}}
    assert read(config(written)).by_key()["metadata"].location is None


def test_a_reference_under_an_unknown_key_is_a_guess():
    reference = {"backend": "sql", "table_name": "t"}
    mine = {"provider_id": "p", "provider_type": "remote::mine"}
    stores = read(config(agents=[{**mine, "config": {"cache": reference}}]))
    [store] = stores.stores
    assert (store.key, store.family, store.fact.known) == (
        "agents[0].cache",
        "sql",
        False,
    )


OLD_REFERENCES = {
    "prompts": {"backend": "kv_a", "namespace": "mine"},
    "connectors": {"backend": "kv_a", "namespace": "others"},
}
BOTH_FAMILIES = {
    "kv_a": {"type": "kv_redis", "host": "k"},
    "sql_a": {"type": "sql_postgres", "host": "s", "db": "d", "user": "u"},
}


class TestTables:
    """Prompts and connectors under a namespace, as ogx 1.0.0 rewrites them."""

    def read(self, release: tuple[int, ...]) -> StoreMap:
        storage = {"backends": BOTH_FAMILIES, "stores": OLD_REFERENCES}
        return read({"storage": storage, "providers": {}}, release)

    def test_they_are_keys_until_0_8(self):
        stores = self.read((0, 8, 0)).stores
        assert [each.family for each in stores] == ["kv", "kv"]
        assert [each.reference for each in stores] == [
            Reference("kv_a", "mine"),
            Reference("kv_a", "others"),
        ]

    @pytest.mark.parametrize("release", [(1, 0, 0), (1, 5, 0)])
    def test_they_are_tables_of_the_sql_backend_since(self, release: tuple[int, ...]):
        found = self.read(release).by_key()
        assert found["prompts"].reference == Reference("sql_a", "mine")
        assert found["connectors"].reference == Reference("sql_a", "others")
        locations = [found[use].location for use in OLD_REFERENCES]
        assert [each and each.engine for each in locations] == ["postgres"] * 2
        # the server names its table itself
        assert [each and each.table for each in locations] == ["prompts", "connectors"]

    def test_they_have_no_location_without_that_backend(self):
        backends = {"kv_a": {"type": "kv_redis"}}
        storage = {"backends": backends, "stores": OLD_REFERENCES}
        found = read({"storage": storage, "providers": {}}, (1, 0, 0))
        assert [each.location for each in found.stores] == [None, None]


class TestImplied:
    def implied(self, data: dict[str, Any], release: tuple[int, ...]) -> list[str]:
        stores = list(read_implied_stores(data, load_store_fields(), release))
        assert all(store.state == "absent" for store in stores)
        return [store.key for store in stores]

    def test_a_store_that_is_left_out_is_on_a_default_backend(self):
        written = {"metadata": {"backend": "kv", "namespace": "reg"}}
        found = self.implied(config(written), (0, 4, 0))
        assert "metadata" not in found
        assert "inference" in found

    def test_a_release_without_defaults_has_none(self):
        assert self.implied(config(), (0, 3, 5)) == []

    def test_a_file_without_a_catalog_has_none(self):
        assert self.implied({"providers": {}}, (0, 4, 0)) == []
