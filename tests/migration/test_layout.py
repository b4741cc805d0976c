"""Which backends a config gets, what they are called, and which store refers to which."""

from typing import Any

import pytest
import yaml

from stackcfg.migration.engine import Settings, migrate, settings_for
from stackcfg.migration.planning.layouts import CONSOLIDATE, PRESERVE
from stackcfg.stores.drift import find_drifted_field
from stackcfg.stores.store_map import Location

POSTGRES = {
    "type": "postgres",
    "host": "pg",
    "port": 5432,
    "db": "llamastack",
    "user": "u",
    "password": "p",
}
OTHER = {**POSTGRES, "host": "other"}


def file(name: str) -> dict[str, str]:
    return {"type": "sqlite", "db_path": name}


def faiss(*stores: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "vector_io": [
            {
                "provider_id": f"f{number}",
                "provider_type": "inline::faiss",
                "config": {"kvstore": store} if store else {},
            }
            for number, store in enumerate(stores)
        ]
    }


def agents(state: dict[str, Any], responses: dict[str, Any]) -> dict[str, Any]:
    config = {"persistence_store": state, "responses_store": responses}
    return {
        "agents": [
            {
                "provider_id": "a",
                "provider_type": "inline::meta-reference",
                "config": config,
            }
        ]
    }


def files(*stores: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "files": [
            {
                "provider_id": kind,
                "provider_type": kind,
                "config": {"metadata_store": store},
            }
            for kind, store in stores
        ]
    }


def migrated(config: dict[str, Any], layout: str = CONSOLIDATE) -> dict[str, Any]:
    config = {"image_name": "demo", "providers": {}, **config}
    return yaml.safe_load(
        migrate(
            yaml.safe_dump(config, sort_keys=False),
            settings_for("0.3", layout),
        ).text
    )


def places(config: dict[str, Any], layout: str = CONSOLIDATE) -> dict[str, str]:
    """The backends by name, each as the file or the host that it is."""
    backends = migrated(config, layout)["storage"]["backends"]
    return {
        name: each.get("db_path") or each.get("host") for name, each in backends.items()
    }


def faiss_backends(config: dict[str, Any], layout: str = CONSOLIDATE) -> list[str]:
    return [
        each["config"]["persistence"]["backend"]
        for each in migrated(config, layout)["providers"]["vector_io"]
    ]


META = {"metadata_store": file("/d/registry.db")}
HOME = "${env.LLAMA_STACK_CONFIG_DIR:=~/.llama}/distributions/demo"


class TestConsolidate:
    @pytest.mark.parametrize(
        ("config", "expected"),
        [
            (
                {},
                {
                    "kv_default": f"{HOME}/kvstore.db",
                    "sql_default": f"{HOME}/sql_store.db",
                },
            ),
            (META, {"kv_default": "/d/kvstore.db", "sql_default": "/d/sql_store.db"}),
            (
                {
                    **META,
                    "inference_store": file("/other/i.db"),
                    "providers": faiss(file("/d/f.db")),
                },
                {"kv_default": "/d/kvstore.db", "sql_default": "/d/sql_store.db"},
            ),
            (
                {**META, "providers": faiss(file("/built/before/f.db"))},
                {
                    "kv_default": "/d/kvstore.db",
                    "kv_faiss": "/built/before/f.db",
                    "sql_default": "/d/sql_store.db",
                },
            ),
            (
                {"metadata_store": file("registry.db")},
                {"kv_default": "kvstore.db", "sql_default": "sql_store.db"},
            ),
            (
                {"metadata_store": file("${env.DIR:=~/.llama/a}/registry.db")},
                {
                    "kv_default": "${env.DIR:=~/.llama/a}/kvstore.db",
                    "sql_default": "${env.DIR:=~/.llama/a}/sql_store.db",
                },
            ),
            (
                {
                    "metadata_store": file("${env.FILE:=/d/registry.db}"),
                    "inference_store": file("/i/i.db"),
                },
                {
                    "kv_default": "${env.FILE:=/d/registry.db}",
                    "sql_default": "/i/sql_store.db",
                },
            ),
            ({"metadata_store": POSTGRES}, {"kv_default": "pg", "sql_default": "pg"}),
            (
                {"metadata_store": POSTGRES, "inference_store": OTHER},
                {"kv_default": "pg", "sql_default": "other"},
            ),
            (
                {**META, "inference_store": POSTGRES},
                {"kv_default": "/d/kvstore.db", "sql_default": "pg"},
            ),
            (
                {
                    **META,
                    "inference_store": file("/i/i.db"),
                    "providers": agents(POSTGRES, POSTGRES),
                },
                {
                    "kv_default": "/d/kvstore.db",
                    "kv_agents": "pg",
                    "sql_default": "/d/sql_store.db",
                    "sql_responses": "pg",
                },
            ),
            (
                {**META, "providers": agents(POSTGRES, POSTGRES)},
                {"kv_default": "/d/kvstore.db", "kv_agents": "pg", "sql_default": "pg"},
            ),
            (
                {**META, "inference_store": POSTGRES, "conversations_store": OTHER},
                {
                    "kv_default": "/d/kvstore.db",
                    "sql_default": "pg",
                    "sql_conversations": "other",
                },
            ),
            (
                {**META, "providers": faiss({"type": "redis"})},
                {
                    "kv_default": "/d/kvstore.db",
                    "kv_faiss": None,
                    "sql_default": "/d/sql_store.db",
                },
            ),
        ],
        ids=[
            "nothing written",
            "metadata alone",
            "files of many folders",
            "an index in a folder of its own",
            "a relative file",
            "a variable in the folder",
            "a variable for the whole path",
            "one server",
            "two servers",
            "file and server",
            "named after their stores",
            "the only sql server",
            "conversations elsewhere",
            "an engine of its own",
        ],
    )
    def test_stores_on_one_server_share_a_backend(
        self, config: dict[str, Any], expected: dict[str, str]
    ):
        found = places(config)
        assert found == expected
        assert list(found) == list(expected)

    def test_a_port_as_string_or_number_is_one_server(self):
        config = {
            "metadata_store": POSTGRES,
            "providers": faiss({**POSTGRES, "port": "5432"}),
        }
        assert places(config) == {"kv_default": "pg", "sql_default": "pg"}

    def test_defaults_written_or_not_are_one_server(self):
        short = {"type": "postgres", "host": "pg", "user": "u", "password": "p"}
        assert places({"metadata_store": POSTGRES, "inference_store": short}) == {
            "kv_default": "pg",
            "sql_default": "pg",
        }

    def test_credentials_keep_servers_apart(self):
        config = {
            "metadata_store": POSTGRES,
            "providers": faiss({**POSTGRES, "password": "q"}),
        }
        assert places(config) == {
            "kv_default": "pg",
            "kv_faiss": "pg",
            "sql_default": "pg",
        }

    def test_two_stores_of_a_kind_stay_apart(self):
        config = {
            **META,
            "providers": faiss(file("/d/one.db"), file("/d/two.db"), file("/d/one.db")),
        }
        assert places(config) == {
            "kv_default": "/d/kvstore.db",
            "kv_faiss": "/d/two.db",
            "sql_default": "/d/sql_store.db",
        }
        assert faiss_backends(config) == ["kv_default", "kv_faiss", "kv_default"]

    def test_tables_of_one_name_stay_apart(self):
        config = {
            **META,
            "providers": files(
                ("inline::localfs", file("/d/l.db")), ("remote::s3", file("/d/s.db"))
            ),
        }
        assert set(places(config)) == {"kv_default", "sql_default", "sql_s3_files"}

    def test_the_merged_file_is_not_the_file_of_an_isolated_store(self):
        found = places(
            {**META, "providers": faiss(file("/d/one.db"), file("/d/kvstore.db"))}
        )
        assert len(set(found.values())) == len(found)

    def test_new_stores_of_a_kind_do_not_share_rows(self):
        for config in (
            {**META, "providers": faiss(file("/d/one.db"), None)},
            {"providers": faiss(None, None)},
        ):
            assert len(set(faiss_backends(config))) == 2
            assert len(set(places(config).values())) == len(places(config))

    def test_a_backend_name_is_used_once(self):
        servers = [{"type": "redis", "host": f"redis{number}"} for number in range(3)]
        assert list(places({**META, "providers": faiss(*servers)}))[:4] == [
            "kv_default",
            "kv_faiss",
            "kv_faiss_2",
            "kv_faiss_3",
        ]

    def test_a_file_in_memory_is_not_merged(self):
        config = {
            "metadata_store": file(":memory:"),
            "providers": faiss(file("/d/f.db")),
        }
        assert places(config)["kv_default"] == ":memory:"
        assert faiss_backends(config) == ["kv_faiss"]

    @pytest.mark.parametrize("layout", [CONSOLIDATE, PRESERVE])
    def test_kv_backends_come_before_sql_backends(self, layout: str):
        config = {
            **META,
            "inference_store": POSTGRES,
            "providers": {**agents(POSTGRES, OTHER), **faiss(file("/d/f.db"))},
        }
        names = list(places(config, layout))
        families = [name.partition("_")[0] for name in names]
        assert families == sorted(families)


class TestPreserve:
    @pytest.mark.parametrize(
        ("config", "expected"),
        [
            (META, {"kv_registry": "/d/registry.db", "sql_default": "/d/sql_store.db"}),
            (
                {
                    **META,
                    "inference_store": file("/i/i.db"),
                    "conversations_store": file("/c/c.db"),
                },
                {
                    "kv_registry": "/d/registry.db",
                    "sql_inference": "/i/i.db",
                    "sql_conversations": "/c/c.db",
                },
            ),
            (
                {**META, "providers": agents(file("/d/a.db"), file("/d/r.db"))},
                {
                    "kv_registry": "/d/registry.db",
                    "kv_agents": "/d/a.db",
                    "sql_default": "/d/sql_store.db",
                    "sql_responses": "/d/r.db",
                },
            ),
            (
                {
                    **META,
                    "providers": faiss(
                        file("/d/one.db"), file("/d/two.db"), file("/d/one.db")
                    ),
                },
                {
                    "kv_registry": "/d/registry.db",
                    "kv_faiss": "/d/one.db",
                    "kv_faiss_2": "/d/two.db",
                    "sql_default": "/d/sql_store.db",
                },
            ),
            (
                {
                    "metadata_store": POSTGRES,
                    "inference_store": POSTGRES,
                    "providers": faiss({**POSTGRES, "table_name": "t"}),
                },
                {"kv_registry": "pg", "kv_faiss": "pg", "sql_inference": "pg"},
            ),
        ],
        ids=[
            "metadata alone",
            "three files",
            "agents",
            "one file for two",
            "a table of its own",
        ],
    )
    def test_every_database_gets_a_backend(
        self, config: dict[str, Any], expected: dict[str, str]
    ):
        assert places(config, PRESERVE) == expected

    @pytest.mark.parametrize(
        ("store", "namespace"),
        [
            (file("/d/registry.db"), ""),
            ({**file("/d/registry.db"), "namespace": "ignored"}, ""),
            (POSTGRES, ""),
            ({**POSTGRES, "namespace": "mine"}, "mine"),
            ({"type": "redis", "namespace": "mine"}, "mine"),
            ({"type": "mongodb", "namespace": "mine"}, "mine"),
        ],
    )
    def test_a_namespace_stays_as_the_old_server_applied_it(
        self, store: dict[str, Any], namespace: str
    ):
        new = migrated({"metadata_store": store}, PRESERVE)
        assert new["storage"]["stores"]["metadata"]["namespace"] == namespace
        assert all(
            "namespace" not in backend
            for backend in new["storage"]["backends"].values()
        )

    def test_a_table_stays_where_its_rows_are(self):
        config = {
            "inference_store": file("/d/i.db"),
            "conversations_store": file("/d/c.db"),
        }
        new = migrated(
            {**config, "providers": agents(file("/d/a.db"), file("/d/r.db"))}, PRESERVE
        )
        stores = new["storage"]["stores"]
        assert stores["inference"]["table_name"] == "chat_completions"
        assert stores["conversations"]["table_name"] == "openai_conversations"
        assert (
            new["providers"]["agents"][0]["config"]["persistence"]["responses"][
                "table_name"
            ]
            == "openai_responses"
        )


class TestReferences:
    def test_references_have_the_names_of_upstream(self):
        new = migrated(
            {
                **META,
                "providers": {
                    **agents(file("/d/a.db"), file("/d/r.db")),
                    **faiss(file("/d/f.db")),
                },
            }
        )
        assert new["storage"]["stores"] == {
            "metadata": {"backend": "kv_default", "namespace": "registry"},
            "inference": {
                "backend": "sql_default",
                "table_name": "inference_store",
                "max_write_queue_size": 10000,
                "num_writers": 4,
            },
            "conversations": {
                "backend": "sql_default",
                "table_name": "openai_conversations",
            },
        }
        assert new["providers"]["agents"][0]["config"]["persistence"] == {
            "agent_state": {"backend": "kv_default", "namespace": "agents"},
            "responses": {
                "backend": "sql_default",
                "table_name": "responses",
                "max_write_queue_size": 10000,
                "num_writers": 4,
            },
        }
        assert (
            new["providers"]["vector_io"][0]["config"]["persistence"]["namespace"]
            == "vector_io::faiss"
        )

    def test_a_written_namespace_is_kept(self):
        new = migrated({"metadata_store": {**POSTGRES, "namespace": "mine"}})
        assert new["storage"]["stores"]["metadata"]["namespace"] == "mine"

    def test_queue_settings_are_kept(self):
        nested = {
            "sql_store_config": file("/d/i.db"),
            "max_write_queue_size": 5,
            "num_writers": 1,
        }
        new = migrated({"inference_store": nested})
        assert new["storage"]["stores"]["inference"] == {
            "backend": "sql_default",
            "table_name": "inference_store",
            "max_write_queue_size": 5,
            "num_writers": 1,
        }


def server(**fields: str) -> Location:
    known = {
        "host": "h",
        "port": "5432",
        "db": "d",
        "user": "u",
        "password": "${env.PASSWORD}",
        **fields,
    }
    return Location("postgres", tuple(sorted(known.items())))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (server(), server(), ""),
        (server(), server(password="x"), "password"),
        (server(), server(user="x"), "user"),
        (server(), server(port="5433"), "port"),
        (server(), server(host="x"), ""),
        (server(), server(db="x"), ""),
        (server(), server(user="x", password="y"), ""),
        (server(host="${env.H:=a}"), server(host="${env.H:=b}"), "host"),
        (
            server(host="${env.H:=a}", db="${env.D}"),
            server(host="${env.H}", db="${env.D:=d}"),
            "db, host",
        ),
        (server(host="${env.H:=a}"), server(host="${env.X:=a}"), ""),
        (server(), server(ssl_mode="require"), ""),
        (server(), None, ""),
        (server(), Location("redis", server().connection), ""),
        (
            Location("sqlite", (("db_path", "a"),)),
            Location("sqlite", (("db_path", "b"),)),
            "",
        ),
    ],
)
def test_servers_that_differ_in_one_field_are_probably_one(
    one: Location | None, other: Location | None, expected: str
):
    assert find_drifted_field(one, other) == find_drifted_field(other, one) == expected


@pytest.mark.parametrize("layout", [CONSOLIDATE, PRESERVE])
def test_comments_of_a_store_that_lends_its_text_twice_are_written_once(layout: str):
    text = """\
image_name: x
metadata_store:
  type: postgres
  host: pg
  port: 5432  # the proxy
  db: llamastack
  user: u
  password: p
providers: {}
"""
    new = migrate(text, Settings(layout=layout)).text
    assert new.count("port: 5432") == 2
    assert new.count("# the proxy") == 1
