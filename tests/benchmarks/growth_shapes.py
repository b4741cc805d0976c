"""Shapes of input that grow: each function returns a text of `count` like entries."""

from __future__ import annotations

import json
from collections.abc import Callable
from textwrap import indent

import yaml

HEAD = "version: 2\nimage_name: grown\n"
OLD_STORES = "metadata_store: {type: sqlite, db_path: /data/registry.db}\n"
CATALOG = """\
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: conversations}
"""
PROVIDER = """\
providers:
  inference:
  - provider_id: ollama
    provider_type: remote::ollama
    config: {url: "http://localhost:11434"}
"""
CONFIG = HEAD + CATALOG + PROVIDER
OLD_CONFIG = HEAD + OLD_STORES + PROVIDER


def providers(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::ollama
    config: {{url: "http://host-{0}:11434"}}
"""
    return CONFIG + _repeat(entry, count)


def providers_of_0_2(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::ollama
    config: {{url: "http://host-{0}:11434"}}
"""
    return OLD_CONFIG + _repeat(entry, count)


def disabled_providers(count: int) -> str:
    entry = """\
  - provider_id: ${{env.SWITCH_{0}:+more-{0}}}
    provider_type: remote::vllm
    config: {{url: "${{env.URL_{0}:=}}"}}
"""
    return CONFIG + _repeat(entry, count)


def unknown_providers(count: int) -> str:
    entry = (
        "  - {{provider_id: more-{0}, provider_type: remote::none-{0}, config: {{}}}}\n"
    )
    return CONFIG + _repeat(entry, count)


def models(count: int) -> str:
    entry = "- {{model_id: model-{0}, provider_id: ollama, model_type: llm}}\n"
    return CONFIG + "models:\n" + _repeat(entry, count)


def embedding_models(count: int) -> str:
    entry = "- {{model_id: m-{0}, provider_id: ollama, model_type: embedding}}\n"
    return CONFIG + "models:\n" + _repeat(entry, count)


def doubled_models(count: int) -> str:
    entry = "- {{model_id: ollama/model-{0}, provider_id: ollama}}\n"
    return CONFIG + "models:\n" + _repeat(entry * 2, count // 2)


def shields(count: int) -> str:
    entry = "- {{shield_id: shield-{0}, provider_id: guard}}\n"
    return CONFIG + "shields:\n" + _repeat(entry, count)


def vector_dbs(count: int) -> str:
    model = "- {{model_id: m-{0}, provider_id: ollama, model_type: embedding, metadata: {{embedding_dimension: 8}}}}\n"
    entry = "- {{vector_db_id: v-{0}, embedding_model: m-{0}, embedding_dimension: 8, provider_id: faiss}}\n"
    faiss = """\
  vector_io:
  - provider_id: faiss
    provider_type: inline::faiss
    config: {kvstore: {type: sqlite, db_path: /data/faiss.db}}
"""
    lists = f"models:\n{_repeat(model, count)}vector_dbs:\n{_repeat(entry, count)}"
    return OLD_CONFIG + faiss + lists


def lost_resources(count: int) -> str:
    entry = "- {{model_id: model-{0}, provider_id: none-{0}}}\n"
    return providers(count) + "models:\n" + _repeat(entry, count)


def unused_backends(count: int) -> str:
    entry = "    kv_{0}: {{type: kv_sqlite, db_path: /data/{0}.db}}\n"
    return _with_backends(entry, count) + PROVIDER


def backends_with_references(count: int) -> str:
    backend = "    kv_{0}: {{type: kv_sqlite, db_path: /data/{0}.db}}\n"
    return _with_backends(backend, count) + PROVIDER + _stores("kv_{0}", count)


def references_to_unknown_backends(count: int) -> str:
    backend = "    kv_{0}: {{type: kv_sqlite, db_path: /data/{0}.db}}\n"
    return _with_backends(backend, count) + PROVIDER + _stores("kv{0}", count)


def misspelt_backends(count: int) -> str:
    return CONFIG + _stores("kv_defualt", count)


def shared_namespaces(count: int) -> str:
    return CONFIG + _stores("kv_default", count)


def inline_stores(count: int) -> str:
    entry = """\
  - provider_id: faiss-{0}
    provider_type: inline::faiss
    config: {{kvstore: {{type: sqlite, db_path: /data/faiss-{0}.db}}}}
"""
    return OLD_CONFIG + "  vector_io:\n" + _repeat(entry, count)


def inline_stores_in_one_file(count: int) -> str:
    entry = """\
  - provider_id: faiss-{0}
    provider_type: inline::faiss
    config: {{kvstore: {{type: sqlite, db_path: /data/faiss.db, namespace: n{0}}}}}
"""
    return OLD_CONFIG + "  vector_io:\n" + _repeat(entry, count)


def missing_store_fields(count: int) -> str:
    entry = """\
  - provider_id: faiss-{0}
    provider_type: inline::faiss
    config: {{}}
"""
    return CONFIG + "  vector_io:\n" + _repeat(entry, count)


def wrong_types(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::vllm
    config: {{url: [1], max_tokens: many, tls_verify: {{}}}}
"""
    return CONFIG + _repeat(entry, count)


def renamed_keys(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::azure
    config: {{api_base: "http://host-{0}/"}}
"""
    return CONFIG + _repeat(entry, count)


def misspelt_keys(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::ollama
    config: {{ulr: "http://host-{0}:11434"}}
"""
    return CONFIG + _repeat(entry, count)


def unknown_top_keys(count: int) -> str:
    return CONFIG + _repeat("unknown_{0}: 1\n", count)


def unknown_provider_keys(count: int) -> str:
    entry = """\
  - provider_id: vllm
    provider_type: remote::vllm
    config:
"""
    return CONFIG + entry + _repeat("      unknown_{0}: 1\n", count)


def duplicate_keys(count: int) -> str:
    return CONFIG + _repeat("version: 2\n", count)


def apis(count: int) -> str:
    return CONFIG + "apis:\n" + _repeat("- api_{0}\n", count)


def required_variables(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::ollama
    config: {{url: "${{env.URL_{0}}}"}}
"""
    return CONFIG + _repeat(entry, count)


def empty_variables(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::ollama
    config: {{url: "${{env.URL_{0}:=}}", refresh_models: "${{env.R_{0}:=}}"}}
"""
    return CONFIG + _repeat(entry, count)


def old_placeholders(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::ollama
    config: {{url: "${{env.URL_{0}:http://host:1}}"}}
"""
    return OLD_CONFIG + _repeat(entry, count)


def passwords(count: int) -> str:
    entry = """\
  - provider_id: more-{0}
    provider_type: remote::vllm
    config: {{url: "http://host-{0}:80", api_token: "hunter-{0}-x9Qz"}}
"""
    return CONFIG + _repeat(entry, count)


def comments(count: int) -> str:
    return CONFIG + _repeat("# a note about line {0}\n", count)


def comments_between_entries(count: int) -> str:
    entry = """\
  # the server of team {0}
  - provider_id: more-{0}   # was {0}
    provider_type: inline::faiss
    # its store
    config: {{kvstore: {{type: sqlite, db_path: /data/{0}.db}}}}  # on disk {0}
"""
    return OLD_CONFIG + "  vector_io:\n" + _repeat(entry, count)


def ignores(count: int) -> str:
    entry = "unknown_{0}: 1  # stackcfg: ignore[unknown-key] ours\n"
    return CONFIG + _repeat(entry, count)


def unused_ignores(count: int) -> str:
    return CONFIG + _repeat("# stackcfg: ignore[unknown-key] ours {0}\n", count)


def blank_lines(count: int) -> str:
    return CONFIG + "\n" * count + "logging: {}\n"


def lines_of_a_string(count: int) -> str:
    return CONFIG + "note: |\n" + _repeat("  line {0}: text\n", count)


def length_of_a_line(count: int) -> str:
    return CONFIG + "note: " + "word " * count + "\n"


def flow_entries(count: int) -> str:
    items = ", ".join(f'{{"model_id": "m-{n}"}}' for n in range(count))
    return CONFIG + f"models: [{items}]\n"


def aliases(count: int) -> str:
    base = "x-base: &base {provider_type: remote::ollama}\n"
    entry = "  - {{<<: *base, provider_id: more-{0}, config: {{}}}}\n"
    return base + CONFIG + _repeat(entry, count)


def aliases_of_a_long_string(count: int) -> str:
    """A config with a fix, a long string, and many aliases of it."""
    fixable = "registered_resources: {vector_dbs: []}\n"
    text = f"external_providers_dir: &long {'x' * 400 * count}\n"
    return CONFIG + fixable + text + f"more: [{'*long, ' * count}]\n"


def other_documents(count: int) -> str:
    document = "---\nkind: Service\nmetadata: {{name: s-{0}}}\n"
    return CONFIG + _repeat(document, count)


def run_configs_of_a_stream(count: int) -> str:
    return "---\n".join([OLD_CONFIG] * (count // 4))


def config_maps(count: int) -> str:
    return "---\n".join(_config_map(n, OLD_CONFIG) for n in range(count // 4))


def entries_of_a_config_map(count: int) -> str:
    return _config_map(0, inline_stores(count))


def lines_of_a_quoted_config_map(count: int) -> str:
    return _quoted_config_map(json.dumps(inline_stores(count)))


def fixes_in_a_quoted_config_map(count: int) -> str:
    return _quoted_config_map(json.dumps(renamed_keys(count)))


def fixes_in_folded_lines(count: int) -> str:
    quoted = yaml.safe_dump(renamed_keys(count), default_style='"', width=60)
    return _quoted_config_map(indent(quoted, "    ").strip())


def fixes_in_single_quotes(count: int) -> str:
    data = yaml.safe_load(renamed_keys(count))
    return _quoted_config_map("'" + json.dumps(data).replace("'", "''") + "'")


def commands_of_a_script(count: int) -> str:
    command = "echo 'line {0}: x' > out-{0}.yaml\nprintf '%s' \"$A {0}\"\n"
    return _script(_repeat(command, 10 * count))


def here_documents_of_a_script(count: int) -> str:
    start = "cat > run-{0}.yaml <<EOF\n"
    config = HEAD + "apis: [inference]\n"
    return _script(_repeat(start + config + "EOF\n", count))


def _script(body: str) -> str:
    return f"#!/bin/sh\n{body}llama stack run run.yaml\n"


SCRIPTS: tuple[Callable[[int], str], ...] = (
    commands_of_a_script,
    here_documents_of_a_script,
)

SHAPES: tuple[Callable[[int], str], ...] = (
    providers,
    providers_of_0_2,
    disabled_providers,
    unknown_providers,
    models,
    embedding_models,
    doubled_models,
    shields,
    vector_dbs,
    lost_resources,
    unused_backends,
    backends_with_references,
    references_to_unknown_backends,
    misspelt_backends,
    shared_namespaces,
    inline_stores,
    inline_stores_in_one_file,
    missing_store_fields,
    wrong_types,
    renamed_keys,
    misspelt_keys,
    unknown_top_keys,
    unknown_provider_keys,
    duplicate_keys,
    apis,
    required_variables,
    empty_variables,
    old_placeholders,
    passwords,
    comments,
    comments_between_entries,
    ignores,
    unused_ignores,
    blank_lines,
    lines_of_a_string,
    length_of_a_line,
    flow_entries,
    aliases,
    aliases_of_a_long_string,
    other_documents,
    run_configs_of_a_stream,
    config_maps,
    entries_of_a_config_map,
    lines_of_a_quoted_config_map,
    fixes_in_a_quoted_config_map,
    fixes_in_folded_lines,
    fixes_in_single_quotes,
)


def _repeat(entry: str, count: int) -> str:
    return "".join(entry.format(number) for number in range(count))


def _with_backends(entry: str, count: int) -> str:
    head, mark, stores = CATALOG.partition("  stores:\n")
    return HEAD + head + _repeat(entry, count) + mark + stores


def _stores(backend: str, count: int) -> str:
    entry = """\
  - provider_id: faiss-{0}
    provider_type: inline::faiss
    config: {{persistence: {{backend: %s, namespace: n{0}}}}}
"""
    return "  vector_io:\n" + _repeat(entry % backend, count)


def _config_map(number: int, text: str) -> str:
    head = f"kind: ConfigMap\nmetadata: {{name: c-{number}}}\ndata:\n  run.yaml: |\n"
    return head + indent(text, "    ")


def _quoted_config_map(text: str) -> str:
    return f"kind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  run.yaml: {text}\n"
