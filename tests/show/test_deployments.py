"""`show` of an operator's objects: the config that they mount, its databases, and their volumes."""

from __future__ import annotations

import json

import pytest

from stackcfg.show.deployments import read_deployments
from tests.support.in_process import run_here

SERVER = """\
apiVersion: ogx.io/v1beta1
kind: OGXServer
metadata:
  name: demo-ogx
  annotations:
    ogx.io/adopt-storage: demo
spec:
  distribution:
    name: starter
  overrideConfig:
    name: demo-config
    key: config.yaml
  workload:
    storage: {}
    overrides:
      env:
      - name: DB_PASSWORD
        valueFrom:
          secretKeyRef: {name: database, key: password}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo-config
  labels:
    ogx.io/watch: "true"
data:
  config.yaml: |
    version: 2
    distro_name: demo
    apis: [inference]
    providers:
      inference:
      - provider_id: vllm
        provider_type: remote::vllm
        config: {base_url: "${env.VLLM_URL:=http://vllm:8000/v1}"}
    storage:
      backends:
        kv_default: {type: kv_sqlite, db_path: "${env.SQLITE_STORE_DIR:=~/.ogx/distributions/demo}/kv.db"}
        sql_tmp: {type: sql_sqlite, db_path: /tmp/sql.db}
        sql_default: {type: sql_postgres, host: db.example, db: llama, user: u, password: hunter2}
      stores:
        metadata: {backend: kv_default, namespace: registry}
        inference: {backend: sql_default, table_name: inference_store}
        conversations: {backend: sql_tmp, table_name: conversations}
"""
TREE = """\
all.yaml, line 1: OGXServer 'demo-ogx' runs starter

config: ConfigMap 'demo-config', key config.yaml (line 21)
├── kv_default   $SQLITE_STORE_DIR/kv.db: on the volume demo-pvc
├── sql_tmp      /tmp/sql.db: in the container; lost with it
└── sql_default  postgres://db.example:5432/llama: a database server

volumes
└── demo-pvc  at /.ogx, taken over from 'demo'

needs
└── Secret database  key password, not in these files

"""


def places(text: str) -> dict[str, tuple[str, str]]:
    (deployment,) = read_deployments(text)
    assert deployment.config is not None
    return {
        each.name: (each.where, each.volume) for each in deployment.config.databases
    }


def test_the_tree_goes_from_the_server_to_its_databases_and_volumes(tmp_path):
    (tmp_path / "all.yaml").write_text(f"{SERVER}---\n{CONFIG}")
    done = run_here("show", "all.yaml", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(TREE)
    assert "all.yaml (document 2 data.config.yaml)" in done.out
    assert "hunter2" not in done.out


def test_the_config_is_found_in_another_file(tmp_path):
    (tmp_path / "server.yaml").write_text(SERVER)
    (tmp_path / "config.yaml").write_text(CONFIG)
    done = run_here(
        "show", "--format", "json", "server.yaml", "config.yaml", cwd=tmp_path
    )
    server, config = json.loads(done.out)["files"]
    assert server["configs"] == []
    assert "deployments" not in config
    (deployment,) = server["deployments"]
    source = deployment["config"]["source"]
    assert (source["defined_in"], source["defined_at"]) == ("config.yaml", 1)
    assert [each["where"] for each in deployment["config"]["databases"]] == [
        "volume",
        "container",
        "server",
    ]
    assert deployment["volumes"][0]["adopted"] == "demo"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("storage: {}", "replicas: 1", ("container", "")),
        ("storage: {}", "storage: {mountPath: /data}", ("container", "")),
        ("name: starter", "name: rh-dev", ("container", "")),
        ("name: starter", "image: registry.example/own:1", ("unknown", "")),
        ("storage: {}", 'storage: {mountPath: "{{ .Values.path }}"}', ("unknown", "")),
        (
            "- name: DB_PASSWORD",
            "- name: SQLITE_STORE_DIR\n        value: /srv\n      - name: DB_PASSWORD",
            ("container", ""),
        ),
        (
            "- name: DB_PASSWORD",
            "- name: HOME\n        value: /root\n      - name: DB_PASSWORD",
            ("container", ""),
        ),
        (
            "    overrides:",
            "    overrides:\n      volumes:\n      - name: own\n        persistentVolumeClaim: {claimName: own-claim}\n"
            "      volumeMounts:\n      - name: own\n        mountPath: /.ogx/distributions",
            ("volume", "own-claim"),
        ),
    ],
)
def test_a_database_is_on_the_volume_that_holds_its_path(old, new, expected):
    assert places(f"{SERVER}---\n{CONFIG}")["kv_default"] == ("volume", "demo-pvc")
    changed = SERVER.replace(old, new, 1)
    assert changed != SERVER
    assert places(f"{changed}---\n{CONFIG}")["kv_default"] == expected


def test_a_config_that_is_not_in_the_files_is_named(tmp_path):
    (tmp_path / "server.yaml").write_text(SERVER)
    done = run_here("show", "server.yaml", cwd=tmp_path)
    assert done.code == 0
    assert (
        "config: ConfigMap 'demo-config', key config.yaml (not in these files)"
        in done.out
    )
    chart = run_here("show", "--format", "mermaid", "server.yaml", cwd=tmp_path).out
    assert "class m3 missing" in chart


def test_the_chart_draws_the_way_from_the_server_to_the_volume(tmp_path):
    (tmp_path / "all.yaml").write_text(f"{SERVER}---\n{CONFIG}")
    lines = run_here(
        "show", "--format", "mermaid", "all.yaml", cwd=tmp_path
    ).out.splitlines()
    assert [line.strip() for line in lines[1:10]] == [
        'subgraph o1["all.yaml (OGXServer/demo-ogx)"]',
        's1[["OGXServer<br/>demo-ogx<br/>starter"]]',
        'v2(["demo-pvc"])',
        's1 -->|"/.ogx"| v2',
        'm3["ConfigMap<br/>demo-config<br/>config.yaml"]',
        "s1 --> m3",
        'b4("kv_default")',
        "m3 --> b4",
        'd5[("$SQLITE_STORE_DIR/kv.db")]',
    ]
    assert 'd5 -.->|"on"| v2' in [line.strip() for line in lines]


def test_an_old_object_is_shown_with_its_own_volume():
    old = """\
apiVersion: llamastack.io/v1alpha1
kind: LlamaStackDistribution
metadata: {name: demo}
spec:
  server:
    distribution: {name: starter}
    storage: {size: 20Gi}
    containerSpec: {port: 8321}
"""
    (deployment,) = read_deployments(old)
    (volume,) = deployment.volumes
    assert (volume.name, volume.folder, volume.size) == ("demo-pvc", "/.llama", "20Gi")
    assert deployment.config is None


@pytest.mark.parametrize(("version", "count"), [("v1beta1", 1), ("v1alpha1", 0)])
def test_fields_of_another_version_are_not_read(version, count):
    text = SERVER.replace("v1beta1", version)
    assert len(read_deployments(text)) == count
