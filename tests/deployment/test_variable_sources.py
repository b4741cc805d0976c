"""Variables that servers have from other objects and files of the run."""

from __future__ import annotations

import pytest

from stackcfg.deployment.engine import migrate_deployment
from stackcfg.deployment.environment.env_files import read_env_file
from stackcfg.migration.engine import migrate
from tests.deployment.test_environment_fixtures import migrated, settings

UNIT = """\
[Service]
EnvironmentFile={path}
ExecStart=/opt/bin/{program} run config.yaml
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}}}
spec:
  containers:
  - name: server
    image: {image}
    command: [llama, stack, run, starter]
    envFrom:
    - configMapRef: {{name: settings}}
---
"""
MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  LLAMA_STACK_CONFIG_DIR: /root/.llama
"""
UPSTREAM = "llamastack/distribution-starter:0.3.4"


def test_the_file_of_a_unit_is_changed_where_the_run_has_it():
    files = [
        ("/etc/stack.service", UNIT.format(path="-/etc/stack.env", program="llama stack")),
        ("/etc/stack.env", "LLAMA_STACK_PORT=8321\nOTHER=1\n"),
    ]  # fmt: skip
    texts, notes = migrated(files)
    assert texts["/etc/stack.env"] == "OGX_PORT=8321\nOTHER=1\n"
    assert not any("stack.env" in note for note in notes)


def test_a_file_of_two_units_is_not_changed_if_one_of_them_is_no_server():
    files = [
        ("/etc/stack.service", UNIT.format(path="/etc/stack.env", program="llama stack")),
        ("/etc/app.service", UNIT.format(path="/etc/stack.env", program="app")),
        ("/etc/stack.env", "OTHER=1\nLLAMA_STACK_PORT=8321\n"),
    ]  # fmt: skip
    texts, notes = migrated(files)
    assert texts["/etc/stack.env"] == files[2][1]
    assert notes[-1] == (
        "/etc/stack.env:2:1: variables: action required: ogx reads 'OGX_PORT', not "
        "'LLAMA_STACK_PORT', which line 2 of /etc/app.service uses, too; set "
        "'OGX_PORT' as well"
    )


def test_a_file_that_a_script_names_is_not_changed():
    files = [
        ("/etc/stack.service", UNIT.format(path="/etc/stack.env", program="llama stack")),
        ("/etc/backup.sh", "#!/bin/sh\n. ./stack.env\nllama stack list\n"),
        ("/etc/stack.env", "LLAMA_STACK_PORT=8321\n"),
    ]  # fmt: skip
    texts, notes = migrated(files)
    assert texts["/etc/stack.env"] == files[2][1]
    assert any("which line 2 of /etc/backup.sh uses, too" in note for note in notes)


def test_servers_that_need_different_values_share_nothing():
    """An image of upstream has another home than one of one's own."""
    pods = POD.format(name="a", image=UPSTREAM) + POD.format(name="b", image="own:1")
    texts, notes = migrated([("all.yaml", pods + MAP)])
    assert texts["all.yaml"].endswith(MAP)
    assert any(
        "the servers that use these variables need different values" in note
        for note in notes
    )


def test_servers_that_need_the_same_values_share_them():
    pods = POD.format(name="a", image=UPSTREAM) + POD.format(name="b", image=UPSTREAM)
    texts, _ = migrated([("all.yaml", pods), ("map.yaml", MAP)])
    assert "  OGX_CONFIG_DIR: /.ogx\n" in texts["map.yaml"]


def test_a_script_of_the_container_uses_the_new_name():
    pod = POD.format(name="a", image="own:1").replace(
        "[llama, stack, run, starter]",
        "[sh, -c, 'ls $LLAMA_STACK_CONFIG_DIR; llama stack run starter']",
    )
    texts, _ = migrated([("all.yaml", pod + MAP)])
    assert "ls $OGX_CONFIG_DIR; ogx run" in texts["all.yaml"]
    assert "OGX_CONFIG_DIR: /root/.ogx" in texts["all.yaml"]


@pytest.mark.parametrize("image", ["own:1", "ogxai/distribution-starter:1.5.0"])
def test_what_is_no_old_server_leaves_its_sources(image):
    pod = POD.format(name="a", image=image).replace("llama, stack, run, starter", "app")
    files = [("all.yaml", pod + MAP)]
    texts, notes = migrated(files)
    assert texts == dict(files)
    assert notes == []


def test_weak_signs_change_nothing_elsewhere():
    pod = POD.format(name="a", image="own:1").replace(
        "    command: [llama, stack, run, starter]\n",
        "    env: [{name: RUN_CONFIG_PATH, value: /root/.llama/run.yaml}]\n",
    )
    texts, notes = migrated([("all.yaml", pod + MAP)])
    assert texts["all.yaml"].endswith(MAP)
    assert any("treated as a server" in note for note in notes)


def test_a_run_config_that_reads_the_variable_follows():
    config = (
        "version: 2\nimage_name: x\napis: [inference]\nproviders:\n  inference:\n"
        "  - {provider_id: v, provider_type: 'remote::vllm', config: {base_url: "
        "'${env.LLAMA_STACK_LOGGING}'}}\n"
    )
    compose = (
        f"services:\n  s:\n    image: {UPSTREAM}\n    env_file: s.env\n"
        "    volumes: ['./run.yaml:/run.yaml']\n"
    )
    files = [
        ("compose.yaml", compose),
        ("run.yaml", config),
        ("s.env", "LLAMA_STACK_LOGGING=x\n"),
    ]
    texts, _ = migrated(files)
    assert "${env.OGX_LOGGING}" in texts["run.yaml"]
    assert texts["s.env"] == "OGX_LOGGING=x\n"
    assert not any("set both" in said for said in notes_on_config(files))
    # without the file that sets it, it has its old name
    assert any("set both" in said for said in notes_on_config(files[1:2]))


def notes_on_config(files: list[tuple[str, str]]) -> list[str]:
    wanted = settings()
    old = wanted.migration._replace(source=(0, 5, 0))
    wanted = wanted._replace(migration=old)
    results = {each.file: each.result for each in migrate_deployment(files, wanted)}
    result = results.get("run.yaml") or migrate(dict(files)["run.yaml"], old)
    return [note.message for config in result.configs for note in config.notes]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("A=b", "A", "b"),
        (" export A = 'b c' # d", "A", "b c"),
        ('A="b \\" c"', "A", 'b \\" c'),
        ("A=b#c # d", "A", "b#c"),
        ("A=", "A", ""),
        ("A", "A", None),
        ("A=b\r", "A", "b"),
    ],
)
def test_a_line_of_a_file_of_variables(line, name, value):
    (variable,) = read_env_file(f"# B=1\n\n{line}\n")
    assert (variable.name, variable.value) == (name, value)


@pytest.mark.parametrize("flag", ["--env-file stack.env", "--env-file=stack.env"])
def test_the_file_of_a_container_that_a_script_runs_is_named(flag):
    script = f"#!/bin/sh\ndocker run {flag} {UPSTREAM}\n"
    texts, notes = migrated([("run.sh", script)])
    assert flag in texts["run.sh"]
    assert "'stack.env' have other names, too" in notes[0]
    new = script.replace(UPSTREAM, "ogxai/distribution-starter:1.5.0")
    assert migrated([("run.sh", new)])[1] == []


def test_a_file_that_an_anchor_names_is_found():
    compose = (
        "x-common: &common\n  env_file: [stack.env]\nservices:\n"
        f"  stack:\n    <<: *common\n    image: {UPSTREAM}\n"
    )
    files = [("compose.yaml", compose), ("stack.env", "LLAMA_STACK_PORT=1\n")]
    assert migrated(files)[0]["stack.env"] == "OGX_PORT=1\n"
    shared = compose + "  app:\n    <<: *common\n    image: app\n"
    texts, notes = migrated([("compose.yaml", shared), files[1]])
    assert texts["stack.env"] == "LLAMA_STACK_PORT=1\n"
    assert any("line 8 of compose.yaml uses, too" in note for note in notes)


def test_a_new_name_that_is_an_alias_is_known():
    pod = POD.format(name="a", image=UPSTREAM)
    both = MAP.replace("CONFIG_DIR: /root/.llama", "PORT: &p '1'\n  OGX_PORT: *p")
    texts, notes = migrated([("all.yaml", pod + both)])
    assert texts["all.yaml"].endswith(both)
    assert any("it reads 'OGX_PORT', which is set, too" in note for note in notes)


@pytest.mark.parametrize(
    "service",
    [
        "extends: stack",
        "extends: {service: other}",
        "extends: {service: stack, file: absent.yaml}",
        "extends: 5\n    env_file: 7",
    ],
)
def test_odd_services_are_no_obstacle(service):
    compose = (
        f"services:\n  stack:\n    image: {UPSTREAM}\n    {service}\n"
        "  other:\n    extends: {service: stack}\n  nothing:\n"
    )
    texts, _ = migrated([("compose.yaml", compose)])
    assert "ogxai/distribution-starter:1.5.0" in texts["compose.yaml"]
