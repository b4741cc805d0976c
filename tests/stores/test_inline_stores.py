"""What is read of the stores of an old-style config, and what cannot be read."""

from typing import Any

import pytest

from stackcfg.releases.families import parse_target
from stackcfg.releases.stores import LAST_INLINE, load_store_fields
from stackcfg.stores.inline import read_inline_stores
from stackcfg.stores.inline_value import is_inline_store
from stackcfg.stores.store_map import Location, Reference, Store, StoreMap, Unreadable

SQLITE = {"type": "sqlite", "db_path": "/data/x.db"}
FILE = (("db_path", "/data/x.db"),)


def read(**config: Any) -> StoreMap:
    target = parse_target("0.3").last
    return read_inline_stores(config, load_store_fields(), LAST_INLINE, target)


def provider(kind: str, config: Any, **entry: Any) -> dict[str, Any]:
    api = {"inline::faiss": "vector_io", "inline::localfs": "files"}.get(kind, "agents")
    written = {"provider_id": "p", "provider_type": kind, "config": config, **entry}
    return {"providers": {api: [written]}}


def only(stores: StoreMap, key: str) -> Store:
    return stores.by_key()[key]


class TestServer:
    def test_a_written_store_has_its_text_and_its_location(self):
        store = only(read(metadata_store=SQLITE), "metadata")
        assert store.state == "written"
        assert store.path == ("metadata_store",)
        assert store.inline is not None
        assert store.inline.field("db_path") == "/data/x.db"
        assert store.location == Location("sqlite", FILE, "kvstore")

    def test_a_store_that_is_left_out_has_no_rows(self):
        store = only(read(), "inference")
        assert (store.state, store.inline, store.location) == ("absent", None, None)

    def test_a_registry_that_is_left_out_is_in_the_folder_of_the_image(self):
        store = only(read(image_name="demo"), "metadata")
        assert store.state == "absent"
        assert store.location is not None
        assert str(store.location.file).endswith("/distributions/demo/kvstore.db")

    def test_a_store_that_is_null_is_written(self):
        store = only(read(inference_store=None), "inference")
        assert (store.state, store.inline) == ("written", None)

    def test_queue_settings_of_the_nested_form_are_kept(self):
        nested = {"sql_store_config": SQLITE, "num_writers": 2}
        store = only(read(inference_store=nested), "inference")
        assert store.path == ("inference_store", "sql_store_config")
        assert store.queue == (("num_writers", 2),)

    def test_a_bare_engine_name_is_a_store(self):
        store = only(read(metadata_store="sqlite"), "metadata")
        assert store.inline is not None
        assert store.inline.engine == "sqlite"

    def test_an_old_key_beside_its_new_one_is_superseded(self):
        new = {"stores": {"metadata": {"backend": "b", "namespace": "n"}}}
        store = only(read(metadata_store=SQLITE, storage=new), "metadata")
        assert store.state == "superseded"

    def test_a_reference_under_an_old_key_only_moves(self):
        written = {"backend": "b", "namespace": "n", "more": 1}
        store = only(read(metadata_store=written), "metadata")
        assert store.reference == Reference("b", "n", (("more", 1),))
        assert store.location is None


class TestProvider:
    def test_a_store_is_named_after_its_place(self):
        config = provider("inline::faiss", {"kvstore": SQLITE})
        store = only(read(**config), "vector_io[0].vector_io")
        assert store.path == ("providers", "vector_io", 0, "config", "kvstore")
        assert (store.owner, store.fact.known) == ("p", True)

    def test_a_provider_that_is_off_has_optional_stores(self):
        config = provider("inline::faiss", {"kvstore": SQLITE}, provider_id="")
        [store] = [each for each in read(**config).stores if each.fact.api]
        assert store.disabled
        assert store.is_optional

    def test_a_required_store_that_is_left_out_is_absent(self):
        [store] = [
            each
            for each in read(**provider("inline::faiss", {})).stores
            if each.fact.api
        ]
        assert (store.state, store.location) == ("absent", None)

    def test_a_provider_that_is_off_lacks_no_store(self):
        config = provider("inline::faiss", {}, provider_id="")
        assert not [each for each in read(**config).stores if each.fact.api]

    def test_a_store_under_an_unknown_key_is_a_guess(self):
        config = provider("remote::mine", {"cache": SQLITE, "other": {"type": "x"}})
        [store] = [each for each in read(**config).stores if each.fact.api]
        assert not store.fact.known
        assert (store.family, store.fact.default) == ("kv", "agents::p")

    @pytest.mark.parametrize("key", ["sql_cache", "my_responses", "inference_log"])
    def test_a_guess_is_sql_by_its_name(self, key: str):
        config = provider("remote::mine", {key: SQLITE})
        [store] = [each for each in read(**config).stores if each.fact.api]
        assert (store.family, store.fact.default) == ("sql", "agents_p")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (3, "'metadata_store' is not a store: write a mapping with a 'type'"),
        ({"namespace": "x"}, "'metadata_store' has no 'type' (one of "),
        ({"type": "oracle"}, "'metadata_store' has the type 'oracle', not one of "),
        ({"type": "postgres"}, "'metadata_store' has no 'user', which a postgres"),
        ({"type": "sqlite", 1: 2}, "'metadata_store' has a key that is not a string"),
        (
            {"backend": "b"},
            "'metadata_store' refers to a backend without a 'namespace'",
        ),
    ],
)
def test_a_store_that_cannot_be_read_says_why(written: Any, message: str):
    [problem] = read(metadata_store=written).unreadable
    assert isinstance(problem, Unreadable)
    assert problem.message.startswith(message)
    assert problem.wanted == ("storage", "stores", "metadata")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (SQLITE, True),
        ({"type": "${env.KIND:=redis}", "host": "h"}, True),
        ({"type": "sqlite"}, False),
        ({"type": "sqlite", "other": 1}, False),
        ({"type": "http", "host": "h"}, False),
        ({"type": "sqlite", "db_path": "x", "backend": "b"}, False),
        ("sqlite", False),
    ],
)
def test_an_inline_store_has_the_type_and_a_field_of_an_engine(
    value: Any, expected: bool
):
    assert is_inline_store(value) is expected
