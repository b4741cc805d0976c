"""Locations, references and names of stores."""

import pytest

from stackcfg.releases.stores import KV, REFERENCE, StoreField
from stackcfg.stores.drift import find_drift
from stackcfg.stores.store_map import (
    Location,
    Store,
    applies_namespace,
    connection_of,
    file_identity,
    is_reference,
    kv_table,
    store_label,
)

FIELD = StoreField("vector_io", ("kvstore",), REFERENCE, KV, api="vector_io")


def postgres(**fields: str) -> Location:
    return Location("postgres", tuple(sorted(fields.items())))


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (Location("sqlite", (("db_path", "/a.db"),), "kvstore"), "/a.db"),
        (
            Location("sqlite", (("db_path", "/a.db"),), "t", "p"),
            "/a.db table t keys p:",
        ),
        (
            postgres(host="h", port="5432", db="d", user="u", password="secret"),
            "postgres://h:5432/d",
        ),
        (Location("redis", (("host", "h"),), "", "p"), "redis://h keys p:"),
    ],
)
def test_a_location_is_described_without_credentials(location: Location, expected: str):
    assert location.describe() == expected


def test_two_spellings_of_a_file_are_one_place():
    one = Location("sqlite", (("db_path", "${env.D:=/data}/./a.db"),), "t")
    other = Location("sqlite", (("db_path", "/data//a.db"),), "t")
    assert one.place == other.place
    assert one.database != other.database
    assert file_identity(":memory:") == ":memory:"


def test_a_connection_has_the_defaults_of_the_release():
    connection = dict(connection_of("postgres", KV, {"user": "u", "namespace": "n"}))
    assert connection["port"] == "5432"
    assert "namespace" not in connection


@pytest.mark.parametrize(
    ("engine", "expected"),
    [("sqlite", "kvstore"), ("redis", ""), ("postgres", "mine"), ("unknown", "")],
)
def test_the_table_of_a_kv_store_is_that_of_its_engine(engine: str, expected: str):
    assert kv_table(engine, {"table_name": "mine"}) == expected


def test_sqlite_prefixes_its_keys_from_1_0_on():
    assert applies_namespace("redis", (0, 3, 0))
    assert not applies_namespace("sqlite", (0, 8, 0))
    assert applies_namespace("sqlite", (1, 0, 0))


def test_a_reference_has_a_backend_and_no_type():
    assert is_reference({"backend": "b"})
    assert not is_reference({"backend": "b", "type": "sqlite"})
    assert not is_reference("b")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (FIELD, "vector_io faiss"),
        (FIELD._replace(use="cache"), "vector_io faiss cache"),
        (FIELD._replace(api="", use="metadata"), "metadata"),
        (FIELD._replace(api="agents", use="agents"), "agents faiss"),
        (FIELD._replace(api="agents", use="responses"), "agents faiss responses"),
        (FIELD._replace(api="responses", use="responses"), "responses faiss"),
        (FIELD._replace(api="responses", use="agents"), "responses faiss agents"),
    ],
)
def test_a_store_is_labelled_by_its_api_and_provider(field: StoreField, expected: str):
    assert store_label(Store("k", (), field, owner="faiss")) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (postgres(host="h", user="a"), postgres(host="h", user="b"), "user"),
        (
            postgres(host="${env.H:=a}", port="${env.P:=1}"),
            postgres(host="${env.H:=b}", port="${env.P:=2}"),
            "host, port",
        ),
        (postgres(host="a"), postgres(host="b"), ""),
        (postgres(host="h", db="a"), postgres(host="h", db="b"), ""),
        (postgres(user="a", port="1"), postgres(user="b", port="2"), ""),
        (postgres(host="h"), postgres(host="h"), ""),
    ],
)
def test_drift_is_one_field_or_the_defaults_of_variables(
    one: Location, other: Location, expected: str
):
    stores = [Store("1", ("one",), FIELD, one), Store("2", ("two",), FIELD, other)]
    found = [(("one",), ("two",), expected)] if expected else []
    assert list(find_drift(stores)) == found
