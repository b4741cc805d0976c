"""`data plan --format job`: a Job that mounts what both servers mount, with the variables of each, and no secret in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.databases import make
from tests.support.in_process import run_here
from tests.support.running import Done

CONFIG = """\
version: 2
image_name: demo
apis: [inference]
providers: {inference: []}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: '${env.SQLITE_STORE_DIR:=/data}/kvstore.db'}
    sql_default: DATABASE
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: completions, max_write_queue_size: 10000, num_writers: 4}
    conversations: {backend: sql_default, table_name: openai_conversations}
    prompts: {backend: kv_default, namespace: prompts}
"""
FILES = "{type: sql_sqlite, db_path: '${env.SQLITE_STORE_DIR:=/data}/sql.db'}"
SERVER = (
    "{type: sql_postgres, host: '${env.PGHOST}', port: '${env.PGPORT:=5432}', db: llama, "
    "user: llama, password: '${env.PGPASSWORD}'}"
)
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "llama", "namespace": "ai"},
    "spec": {
        "selector": {"matchLabels": {"app": "llama"}},
        "template": {
            "metadata": {"labels": {"app": "llama"}},
            "spec": {
                "securityContext": {"runAsUser": 1001, "fsGroup": 1001},
                "containers": [
                    {"name": "proxy", "image": "proxy"},
                    {
                        "name": "server",
                        "image": "llama",
                        "env": [{"name": "SQLITE_STORE_DIR", "value": "/data"}],
                        "volumeMounts": [
                            {"name": "rows", "mountPath": "/data"},
                            {"name": "passing", "mountPath": "/tmp"},
                            {"name": "config", "mountPath": "/etc/llama"},
                        ],
                    },
                ],
                "volumes": [
                    {"name": "rows", "persistentVolumeClaim": {"claimName": "rows"}},
                    {"name": "passing", "emptyDir": {}},
                    {"name": "config", "configMap": {"name": "llama"}},
                ],
            },
        },
    },
}
SAME = ("--from", "0.7.3", "--target", "0.7.3")


def server(name: str, sql: str, claim: str, folder: str, *env: dict[str, Any]) -> str:
    """Return the manifests of a Deployment and of its ConfigMap."""
    deployment = yaml.safe_load(yaml.safe_dump(DEPLOYMENT))
    deployment["metadata"]["name"] = name
    pod = deployment["spec"]["template"]["spec"]
    container = pod["containers"][1]
    container["env"] = list(env)
    container["volumeMounts"][0]["mountPath"] = folder
    pod["volumes"][0]["persistentVolumeClaim"]["claimName"] = claim
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "llama"},
        "data": {"run.yaml": CONFIG.replace("DATABASE", sql)},
    }
    return yaml.safe_dump_all([config, deployment])


def literal(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value}


def secret(name: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": "db", "key": key}}}


def plan(folder: Path, old: str, new: str, *more: str) -> Done:
    (folder / "old.yaml").write_text(old)
    (folder / "new.yaml").write_text(new)
    words = ("data", "plan", "old.yaml", "new.yaml", *SAME, "--format", "job", *more)
    return run_here(*words, cwd=folder)


def job_of(done: Done) -> dict[str, Any]:
    assert done.code == 0, done.err
    *_, job = yaml.safe_load_all(done.out)
    pod: dict[str, Any] = job["spec"]["template"]["spec"]
    return pod


OLD = server("llama", FILES, "rows", "/data", literal("SQLITE_STORE_DIR", "/data"))
NEW = server(
    "ogx",
    SERVER,
    "more",
    "/new",
    *(
        literal("SQLITE_STORE_DIR", "/new"),
        literal("HOST", "db"),
        literal("UNUSED", "x"),
        literal("PGHOST", "$(HOST).ai.svc"),
        secret("PGPASSWORD", "password"),
    ),
)


def test_a_job_mounts_both_volumes_and_has_the_variables_of_each(tmp_path):
    pod = job_of(plan(tmp_path, OLD, NEW, "--image", "me/stackcfg:1"))
    [copy], [verify] = pod["initContainers"], pod["containers"]
    mounts = {each["mountPath"]: each["name"] for each in copy["volumeMounts"]}
    assert mounts == {"/new": "more", "/data": "rows", "/etc/stackcfg": "configs"}
    claims = [
        each["persistentVolumeClaim"]["claimName"] for each in pod["volumes"][:-1]
    ]
    assert claims == ["more", "rows"]
    assert copy["env"] == [
        literal("SQLITE_STORE_DIR", "/new"),
        literal("HOST", "db"),
        literal("PGHOST", "$(HOST).ai.svc"),
        secret("PGPASSWORD", "password"),
        literal("STACKCFG_OLD_SQLITE_STORE_DIR", "/data"),
        literal("STACKCFG_OLD_HOST", ""),
        literal("STACKCFG_OLD_PGHOST", ""),
        literal("STACKCFG_OLD_PGPASSWORD", ""),
    ]
    assert copy["command"][:3] == ["stackcfg", "data", "copy"]
    assert copy["command"][-4:] == [*SAME]
    assert verify["command"][2] == "verify"
    assert {**copy, "name": "", "command": ""} == {**verify, "name": "", "command": ""}
    assert pod["securityContext"] == {"runAsUser": 1001, "fsGroup": 1001}
    assert pod["restartPolicy"] == "Never"


def test_the_old_config_has_variables_of_its_own(tmp_path):
    """As in the Job, in which both servers have other values for one variable."""
    for name, sql in (("old.yaml", FILES), ("new.yaml", FILES)):
        (tmp_path / name).write_text(CONFIG.replace("DATABASE", sql))
    (tmp_path / "one").mkdir()
    rows = {"prompts:v1:a:1": {"prompt": "hello"}}
    make(tmp_path / "one", {"kvstore.db": {"kvstore": rows}})
    variables = {
        "SQLITE_STORE_DIR": str(tmp_path / "two"),
        "STACKCFG_OLD_SQLITE_STORE_DIR": str(tmp_path / "one"),
        "HOME": str(tmp_path),
    }
    command = ("data", "copy", "old.yaml", "new.yaml", *SAME)
    done = run_here(*command, cwd=tmp_path, **variables)
    assert done.code == 0, done.err
    assert (tmp_path / "two" / "kvstore.db").exists()


def test_without_an_image_one_is_asked_for(tmp_path):
    done = plan(tmp_path, OLD, NEW)
    assert done.code == 0
    assert done.out.count("image: IMAGE-WITH-STACKCFG\n") == 2
    assert done.err.startswith("no --image: ")


def test_a_config_in_a_secret_stays_there(tmp_path):
    old = OLD.replace("kind: ConfigMap", "kind: Secret").replace(
        "\ndata:", "\nstringData:"
    )
    old = old.replace("configMap:\n          name:", "secret:\n          secretName:")
    done = plan(tmp_path, old, NEW, "--image", "me/stackcfg:1")
    volume = job_of(done)["volumes"][-1]["projected"]["sources"]
    items = [{"key": "run.yaml", "path": "old.yaml"}]
    assert {"secret": {"name": "llama", "items": items}} in volume
    assert "old.yaml: |" not in done.out


def test_volumes_that_one_pod_cannot_mount_are_named(tmp_path):
    done = plan(tmp_path, OLD, server("ogx", FILES, "more", "/data"))
    assert (done.code, done.out) == (2, "")
    assert (
        "Deployment 'llama' and Deployment 'ogx' mount different volumes at '/data'"
        in done.err
    )


def test_a_database_on_no_volume_is_named(tmp_path):
    new = server("ogx", FILES, "rows", "/data", literal("SQLITE_STORE_DIR", "/lost"))
    done = plan(tmp_path, OLD, new, "--image", "me/stackcfg:1")
    assert done.code == 3
    assert "action required: /lost/kvstore.db is on no volume of the pod" in done.err


def test_no_job_where_no_row_moves(tmp_path):
    done = plan(tmp_path, OLD, OLD, "--image", "me/stackcfg:1")
    assert (done.code, done.out) == (0, "")
    assert done.err == "no rows move: no Job is needed\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CONFIG.replace("DATABASE", FILES), "is no manifest with a run config"),
        (OLD.partition("---")[0], "nothing in the file reads it"),
        (OLD + "---\n" + OLD.partition("---\n")[2], "several read it"),
        (OLD.replace("name: llama\n  namespace", "name: ${N}\n  namespace"), "'${N}'"),
    ],
)
def test_what_is_no_server_is_refused(tmp_path, text, words):
    done = plan(tmp_path, text, NEW)
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert words in done.err


def test_an_image_is_only_for_a_job(tmp_path):
    (tmp_path / "old.yaml").write_text(OLD)
    words = ("data", "plan", "old.yaml", "old.yaml", "--image", "x")
    done = run_here(*words, cwd=tmp_path)
    assert done.code == 2
    assert "--image is for '--format job'" in done.err


def test_kubernetes_takes_the_job(tmp_path):
    schema = pytest.importorskip("kubernetes_validate")
    for old, new in ((OLD, NEW), (NEW, OLD)):
        done = plan(tmp_path, old, new, "--image", "me/stackcfg:1")
        for document in yaml.safe_load_all(done.out):
            schema.validate(document, "1.34", strict=True)
