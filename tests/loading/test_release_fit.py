"""Which releases a run config is for, and which lines prove it."""

from __future__ import annotations

import pytest

from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.release_fit import DetectedReleases, detect_releases
from stackcfg.releases.families import describe_releases
from stackcfg.releases.stores import load_store_fields

INLINE = "metadata_store: {type: sqlite, db_path: /data/registry.db}\n"
CATALOG = "storage: {backends: {kv_default: {type: kv_sqlite, db_path: /data/kv.db}}}\n"


def detect(text: str) -> DetectedReleases:
    [config] = find_run_configs(read_documents(text))
    return detect_releases(config, load_store_fields())


@pytest.mark.parametrize(
    ("text", "releases"),
    [
        # 0.3 requires 'storage'
        ("image_name: x\nproviders: {}\n", "0.2.24 or earlier, 0.4.0 or later"),
        ("image_name: x\nproviders: {}\nstorage: {}\n", "0.3.0 or later"),
        (INLINE, "0.2.24 or earlier"),
        (CATALOG, "0.3.0 or later"),
        (CATALOG + "distro_name: x\n", "0.5.0 or later"),
        (
            CATALOG + "providers: {tool_runtime: []}\napis: [telemetry]\n",
            "0.3.0 to 0.3.5",
        ),
        (CATALOG + "home: ~/.llama/files\n", "0.3.0 to 0.7.3"),
        (CATALOG + "home: ~/.ogx/files\n", "0.8.0 or later"),
        (CATALOG + "home: ${env.HOME_DIR:=/x}\n", "0.3.0 or later"),
        (INLINE + "home: ${env.HOME_DIR:=/x}\n", "0.2.13 to 0.2.24"),
        (INLINE + "home: ${env.HOME_DIR:/x}\n", "0.2.12 or earlier"),
        (CATALOG + "home: ${env.HOME_DIR:=~/.llama/x}\n", "0.3.0 to 0.7.3"),
        # the shell's operator is a mistake in every release
        (INLINE + "home: ${env.HOME_DIR:-/x}\n", "0.2.24 or earlier"),
    ],
)
def test_entries_tell_the_releases_of_a_file(text: str, releases: str):
    assert describe_releases(detect(text).releases) == releases


def test_the_style_of_a_file_outweighs_single_keys():
    text = INLINE + "distro_name: x\nconnectors: []\n"
    assert max(detect(text).releases) < (0, 3, 0)


def test_the_proof_names_the_lines_that_narrow_the_releases_down():
    found = detect("distro_name: x\n" + CATALOG)
    assert [(each.what, each.position.line) for each in found.proof] == [
        ("'distro_name'", 1)
    ]


def test_what_the_releases_do_not_read_is_against_them():
    found = detect(INLINE + "distro_name: x\n")
    assert [each.what for each in found.against] == ["'distro_name'"]


def vllm(config: str) -> str:
    entry = f"{{provider_id: v, provider_type: remote::vllm, config: {config}}}"
    return f"{CATALOG}providers: {{inference: [{entry}]}}\n"


def test_a_connection_that_is_not_read_outweighs_a_single_key():
    """Without its address a provider calls another server; an unread store is empty."""
    address = vllm("{url: 'http://vllm/v1'}")
    assert describe_releases(detect(address).releases) == "0.3.0 to 0.3.5"
    later = address + "safety: {}\n"
    assert describe_releases(detect(later).releases) == "0.3.0 to 0.3.5"
    renamed = later.replace("url", "base_url")
    assert describe_releases(detect(renamed).releases) == "0.4.0 to 0.8.0"


def test_a_release_that_refuses_a_config_for_what_is_missing_is_less_likely():
    batches = "{provider_id: b, provider_type: inline::reference, config: {KEY}}"
    text = f"{CATALOG}distro_name: x\nproviders: {{batches: [{batches}]}}\n"
    table = "sqlstore: {backend: sql_default, table_name: batches}"
    assert min(detect(text.replace("KEY", table)).releases) == (1, 0, 0)
    keys = table.replace("sqlstore", "kvstore")
    assert max(detect(text.replace("KEY", keys)).releases) < (1, 0, 0)


def test_an_inline_store_beside_its_reference_is_left_over():
    text = CATALOG.replace(
        "}}}", "}}, stores: {metadata: {backend: kv_default, namespace: r}}}"
    )
    assert min(detect(INLINE + text + "distro_name: x\n").releases) == (0, 5, 0)


def test_a_path_of_keys_that_are_no_strings_has_a_place():
    found = detect(CATALOG + "distro_name: x\n1: {}\n")
    assert found.releases


RAG = """\
image_name: x
metadata_store: {type: sqlite, db_path: /data/registry.db}
conversations_store: {type: sqlite, db_path: /data/conversations.db}
providers:
  tool_runtime:
  - {provider_id: rag, provider_type: "inline::rag-runtime", config: {}}
  inference:
  - {provider_id: o, provider_type: "remote::ollama", config: {url: "http://o"}}
  vector_io:
  - {provider_id: f, provider_type: "inline::faiss", config: {kvstore: {type: sqlite, db_path: /data/f.db}}}
"""
FILES = """\
  files:
  - {provider_id: l, provider_type: "inline::localfs", config: {storage_dir: /data, metadata_store: {type: sqlite, db_path: /data/l.db}}}
"""


def test_the_newest_release_is_one_that_starts():
    """Since 0.2.21 `inline::rag-runtime` requires a provider of files."""
    assert detect(RAG).newest == (0, 2, 20)
    assert detect(RAG + FILES).newest == (0, 2, 24)


def test_a_config_that_no_release_starts_has_a_newest_release_all_the_same():
    evaluation = (
        'providers: {eval: [{provider_id: e, provider_type: "remote::nvidia"}]}\n'
    )
    assert detect(INLINE + evaluation).newest == (0, 2, 24)


@pytest.mark.parametrize(
    ("entry", "releases"),
    [
        ("dataset_id: a, url: {uri: b}, dataset_schema: {}", "0.1.7 or earlier"),
        ("dataset_id: a, purpose: b, source: {}", "0.1.8 to 0.2.24"),
    ],
)
def test_the_keys_of_a_dataset_tell_the_releases(entry: str, releases: str):
    found = detect(INLINE + f"datasets: [{{{entry}}}]\n")
    assert describe_releases(found.releases) == releases


BUILTIN = """\
version: 2
distro_name: x
providers:
  responses:
  - provider_id: r
    provider_type: inline::builtin
    config:
      persistence:
        responses: {backend: sql_default, table_name: responses}
"""


def test_a_release_that_refuses_a_mapping_for_what_is_missing_is_less_likely():
    found = detect(BUILTIN)
    assert describe_releases(found.releases) == "1.0.0 or later"
    [proof] = found.proof
    assert proof.what == "no 'agent_state' in 'persistence' of inline::builtin"
    state = "        agent_state: {backend: kv_default, namespace: agents}\n"
    assert describe_releases(detect(BUILTIN + state).releases) == "0.7.0 or later"
    off = BUILTIN.replace("provider_id: r", "provider_id: __disabled__")
    assert describe_releases(detect(off).releases) == "0.7.0 or later"


CATALOG_WITH_A_LEFT_OVER = """\
version: 2
image_name: x
providers:
  vector_io:
  - provider_id: chroma
    provider_type: inline::chromadb
    config:
      db_path: /data/chroma
      kvstore: {type: sqlite, db_path: /data/chroma.db}
  - provider_id: faiss
    provider_type: inline::faiss
    config:
      kvstore: {type: sqlite, db_path: /data/faiss.db}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
"""


def test_inline_stores_of_providers_beside_a_catalog_of_the_server_are_left_over():
    found = detect(CATALOG_WITH_A_LEFT_OVER).releases
    assert min(found) >= (0, 3, 0)


@pytest.mark.parametrize(
    "changed",
    [
        # 0.2 runs it as well, with the stores that it reads
        f"{CATALOG_WITH_A_LEFT_OVER}metadata_store: {{type: sqlite, db_path: /a.db}}\n",
        # the catalog is not finished
        CATALOG_WITH_A_LEFT_OVER.partition("  stores:")[0],
    ],
)
def test_a_config_with_stores_of_both_styles_can_be_of_0_2(changed: str):
    assert min(detect(changed).releases) < (0, 3, 0)


KV_STORE = "{backend: kv_default, namespace: x}"
SQL_STORE = "{backend: sql_default, table_name: x}"


def with_stores(**stores: str) -> str:
    """Return a config with references of the server to these stores."""
    entries = ", ".join(f"{name}: {value}" for name, value in stores.items())
    backends = "backends: {kv_default: {type: kv_sqlite, db_path: /data/kv.db}}"
    return f"storage: {{{backends}, stores: {{{entries}}}}}\nhome: ''\n"


@pytest.mark.parametrize(
    ("text", "releases"),
    [
        # 1.0 and later read them too, but wrote tables themselves
        (with_stores(prompts=KV_STORE), "0.4.0 to 0.8.0"),
        (with_stores(connectors=KV_STORE), "0.5.0 to 0.8.0"),
        (
            with_stores(prompts=KV_STORE, connectors=KV_STORE)
            + "server: {insecure: true}\n",
            "1.2.0 or later",
        ),
        # 0.4 to 0.8 refuse a table, and an old home does not change that
        (with_stores(prompts=SQL_STORE), "1.0.0 or later"),
        (with_stores(prompts=SQL_STORE, connectors=KV_STORE), "1.0.0 or later"),
        (with_stores(connectors=SQL_STORE) + "home2: ~/.llama/x\n", "1.0.0 or later"),
        # a release reads both keys in its own way
        (
            with_stores(prompts="{backend: x, namespace: x, table_name: x}"),
            "0.4.0 or later",
        ),
        # the form of a store that has never changed says nothing
        (with_stores(metadata=KV_STORE, conversations=SQL_STORE), "0.3.0 or later"),
        (with_stores(metadata=SQL_STORE), "0.3.0 or later"),
    ],
)
def test_the_form_of_a_store_tells_the_releases(text: str, releases: str):
    assert describe_releases(detect(text).releases) == releases


def test_a_store_that_a_release_reads_in_an_old_form_is_not_against_it():
    text = with_stores(prompts=KV_STORE) + "server: {insecure: true}\n"
    assert detect(text).against == ()


HALF = """\
metadata_store: {type: sqlite, db_path: /data/registry.db}
providers:
  files:
  - provider_id: %s
    provider_type: inline::localfs
    config: {storage_dir: /data, metadata_store: %s}
registered_resources: {}
"""
REFERENCE = "{backend: sql_default, table_name: files}"


@pytest.mark.parametrize(
    ("provider_id", "store", "releases"),
    [
        # 0.2 refuses the file, and 0.3 one without 'storage'
        ("local", REFERENCE, "0.4.0 or later"),
        ("local", "{type: sqlite, db_path: /data/files.db}", "0.2.10 to 0.2.24"),
        # nothing of a provider that is off is read
        ("__disabled__", REFERENCE, "0.2.10 to 0.2.24"),
    ],
)
def test_a_reference_in_place_of_an_inline_store_outweighs_those_of_the_server(
    provider_id: str, store: str, releases: str
):
    found = detect(HALF % (provider_id, store))
    assert describe_releases(found.releases) == releases
