"""A run config that only an old server reads is one of llama-stack, whatever it fits."""

from __future__ import annotations

import pytest

from tests.deployment.test_environment_fixtures import migrated

CONFIG = """\
version: 2
image_name: x
apis: [inference, files]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {base_url: "http://vllm:8000/v1"}
  files:
  - provider_id: localfs
    provider_type: inline::localfs
    config:
      storage_dir: /data/files
      metadata_store: {backend: sql_default, table_name: files}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: "${env.SQLITE_STORE_DIR:=~/.llama}/kv.db"}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
server: {port: 8321, insecure: true}
"""
"""A file of 0.6 and 0.7 as well as of later releases, but for `insecure`, which old ones drop."""

SERVICE = """\
services:
  stack:
    image: {image}
    volumes: ["./run.yaml:/app/run.yaml", "data:/data"]
    environment: [RUN_CONFIG_PATH=/app/run.yaml]
"""
OLD = "llamastack/distribution-starter:0.7.1"
NEW = "ogxai/distribution-starter:1.5.0"


def config_of(image: str) -> str:
    files = [("compose.yaml", SERVICE.format(image=image)), ("run.yaml", CONFIG)]
    return migrated(files)[0]["run.yaml"]


def test_it_is_migrated_from_the_old_server():
    new = config_of(OLD)
    assert "distro_name: x" in new
    assert "~/.ogx}/kv.db" in new


@pytest.mark.parametrize("image", [NEW, "registry.example/own:1"])
def test_what_another_server_reads_is_left(image):
    assert config_of(image) == CONFIG


def test_a_config_that_both_read_is_judged_by_itself():
    both = SERVICE.format(image=OLD) + SERVICE.format(image=NEW).replace(
        "services:\n  stack", "  new"
    )
    texts, _ = migrated([("compose.yaml", both), ("run.yaml", CONFIG)])
    assert "~/.llama}/kv.db" in texts["run.yaml"]
