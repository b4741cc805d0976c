"""The report: what people read and what programs read, against the published schema."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.support.databases import make
from tests.support.in_process import run_here
from tests.support.running import OLD, ROOT, STARTER

# a server starts with it, so that nothing in it is left to the user
COMPLETE = f"{OLD}image_name: demo\nproviders: {{}}\n"

SCHEMA = json.loads((ROOT / "schemas" / "migrate-report-v2.json").read_text())

FULL = """\
run.yaml: was for 0.2.8 to 0.2.24 (line 4)
run.yaml: 4 stores for 0.3, layout consolidate
files are in /data/

  store          stored rows     were in                                                new backend
  metadata       not visible     registry.db                                            kv_default
  inference      partly visible  postgres://db.example:5432/llamastack                  sql_default
  conversations  no rows yet     -                                                      sql_default
  prompts        not visible     $LLAMA_STACK_CONFIG_DIR/distributions/demo/prompts.db  kv_default

  kv_default is kvstore.db
  sql_default is postgres://db.example:5432/llamastack
  not visible (another file): metadata, prompts
  partly visible (only before 0.3.5, which reads table inference_store): inference
run.yaml: 4 stores migrated to 0.3; rows of 2 of 3 stores are not visible to the new server and \
stay where they are; '--layout preserve' keeps the stores that the file names in their place, where 0.3 allows that
next, with both servers stopped: stackcfg data copy run.yaml NEW --target 0.3
0.3 is the default; later targets are 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5: --target 1.5
"""


def test_the_full_report_of_one_file(tmp_path):
    (tmp_path / "run.yaml").write_text(COMPLETE)
    words = run_here("migrate", "run.yaml", cwd=tmp_path).err
    assert words == FULL


@pytest.mark.parametrize("layout", ["consolidate", "preserve"])
def test_the_json_report_fits_its_schema(layout, tmp_path):
    (tmp_path / "old.yaml").write_text(COMPLETE)
    (tmp_path / "broken.yaml").write_text("a: [")
    (tmp_path / "starter.yaml").write_text((STARTER / "input.yaml").read_text())
    names = ["old.yaml", "broken.yaml", "starter.yaml"]
    done = run_here(
        "migrate",
        "--check",
        "--report",
        "json",
        "--layout",
        layout,
        *names,
        cwd=tmp_path,
    )
    report = json.loads(done.err)
    Draft202012Validator(SCHEMA).validate(report)
    assert [entry["status"] for entry in report["files"]] == [
        "migrated",
        "refused",
        "migrated",
    ]
    assert report["files"][1]["problem"]["line"] == 1


def test_the_layout_preserve_keeps_rows_visible_where_it_can():
    done = run_here(
        "migrate", "--report", "json", "--layout", "preserve", STARTER / "input.yaml"
    )
    stores = json.loads(done.err)["files"][0]["configs"][0]["stores"]
    assert {store["store"]: store["visibility"] for store in stores} == {
        "metadata": "not visible",  # registry keys changed
        "inference": "visible",
        "conversations": "no rows yet",
        "vector_io faiss": "not visible",  # keys changed
        "files localfs": "visible",
        "agents meta-reference": "visible",
        "agents meta-reference responses": "visible",
        "prompts": "not visible",
    }


def test_the_data_command_names_the_files(tmp_path):
    (tmp_path / "my run.yaml").write_text(COMPLETE)
    done = run_here(
        "migrate",
        "-w",
        "--target",
        "0.7.3",
        "--from",
        "0.2.23",
        "my run.yaml",
        cwd=tmp_path,
    )
    words = f"stackcfg data copy '{tmp_path}/my run.yaml.bak' 'my run.yaml' --from 0.2.23 --target 0.7.3"
    assert f"stopped: {words}" in done.err
    (tmp_path / "my run.yaml").write_text(COMPLETE)
    done = run_here(
        "migrate", "-o", "new.yaml", "--report", "json", "my run.yaml", cwd=tmp_path
    )
    assert json.loads(done.err)["files"][0]["data_command"] == (
        "stackcfg data copy 'my run.yaml' new.yaml --target 0.3"
    )


def test_there_is_no_data_command_where_nothing_was_stored(tmp_path):
    (tmp_path / "run.yaml").write_text(
        "version: 2\nproviders:\n  eval:\n  - provider_type: inline::meta-reference\n"
    )
    done = run_here("migrate", "run.yaml", cwd=tmp_path)
    assert "data copy" not in done.err


def test_the_concise_report_has_a_line_for_each_file(tmp_path):
    (tmp_path / "a.yaml").write_text(COMPLETE)
    (tmp_path / "b.yaml").write_text(COMPLETE)
    looked = run_here(
        "migrate", "--check", "a.yaml", "b.yaml", "--target", "0.3", cwd=tmp_path
    )
    assert looked.err.splitlines() == [
        line
        for name in ("a.yaml", "b.yaml")
        for line in (
            f"{name}: needs migration",
            f"{name}: rows of 2 of 3 stores would not be visible until: stackcfg data copy {name} NEW --target 0.3",
        )
    ]
    kept = f"{tmp_path}/b.yaml.bak"
    changed = run_here(
        "migrate",
        "-w",
        "b.yaml",
        "--report",
        "concise",
        "--target",
        "0.3",
        cwd=tmp_path,
    )
    assert changed.err.splitlines() == [
        f"b.yaml: migrated, the old file is kept as {kept}",
        f"b.yaml: rows of 2 of 3 stores are not visible until: stackcfg data copy {kept} b.yaml --target 0.3",
    ]


def test_the_report_of_a_check_says_what_would_be_done(tmp_path):
    (tmp_path / "run.yaml").write_text(COMPLETE)
    looked = run_here("migrate", "--check", "run.yaml", cwd=tmp_path)
    assert (
        "run.yaml: 4 stores would be migrated to 0.3; rows of 2 of 3 stores"
        in looked.err
    )


def test_standard_input_is_no_file_for_the_data_command(tmp_path):
    done = run_here("migrate", "-", stdin=OLD, cwd=tmp_path)
    assert "stackcfg data copy OLD NEW --target 0.3\n" in done.err


@pytest.mark.parametrize("target", ["0.3", "0.4", "0.7", "1.5"])
def test_prompts_of_the_old_server_are_reported_for_every_target(target):
    done = run_here(
        "migrate",
        "--report",
        "json",
        "--from",
        "0.2.23",
        "--target",
        target,
        STARTER / "input.yaml",
    )
    [row] = [
        each
        for each in json.loads(done.err)["files"][0]["configs"][0]["stores"]
        if each["store"] == "prompts"
    ]
    assert (
        row["visibility"],
        row["before"]["connection"]["db_path"].rpartition("/")[2],
    ) == (
        "not visible",
        "prompts.db",
    )


def test_nothing_in_a_file_steers_the_terminal(tmp_path):
    text = OLD.replace("/data/registry.db", '"/a/\\e[31mregistry.db"')
    (tmp_path / "run\x1b[2J.yaml").write_text(text)
    for options in (["--check"], ["--check", "--report", "concise"]):
        done = run_here("migrate", *options, "run\x1b[2J.yaml", cwd=tmp_path)
        assert "registry.db" in done.err or "concise" in options
        assert "\x1b" not in done.err


def test_a_password_in_a_host_is_masked(tmp_path):
    text = OLD.replace("host: db.example", 'host: "postgres://u:s3cret@db.example"')
    (tmp_path / "run.yaml").write_text(text)
    assert "s3cret" not in run_here("migrate", "--check", "run.yaml", cwd=tmp_path).err


@pytest.fixture
def oddly_named(tmp_path: Path) -> str:
    """A config whose name is no UTF-8 and steers the terminal."""
    name = os.fsdecode(b"\xff\x1b[31m\xe2\x80\xae.yaml")
    try:
        (tmp_path / name).write_text(
            OLD.replace("/data/", f"{tmp_path}/").partition("inference_store")[0]
        )
    except OSError:
        pytest.skip("this file system has no such names")
    return name


def plain(text: str) -> bool:
    return (
        all(character.isprintable() or character == "\n" for character in text)
        and "\\udc" not in text
    )


def test_the_json_report_of_an_undecodable_file_name_is_plain(oddly_named, tmp_path):
    done = run_here("migrate", "--check", "--report", "json", oddly_named, cwd=tmp_path)
    assert plain(done.err)
    assert [entry["file"] for entry in json.loads(done.err)["files"]] == [
        "\ufffd\x1b[31m\u202e.yaml"
    ]


def test_the_json_report_of_the_data_commands_is_plain_too(oddly_named, tmp_path):
    make(tmp_path, {"registry.db": {"kvstore": {}}})
    (tmp_path / "new.yaml").write_text(
        run_here("migrate", oddly_named, cwd=tmp_path).out
    )
    releases = ("--from", "0.2.23", "--target", "0.3")
    done = run_here(
        "data",
        "plan",
        "--format",
        "json",
        *releases,
        oddly_named,
        "new.yaml",
        cwd=tmp_path,
    )
    assert (done.code, plain(done.out)) == (0, True), done.err
    assert json.loads(done.out)["old"]["file"] == "\ufffd\x1b[31m\u202e.yaml"


UNDECIDED = """\
version: 2
image_name: demo
apis: [inference, safety]
providers:
  inference:
  - provider_id: v
    provider_type: inline::vllm
    config: {}
  safety:
  - provider_id: guard
    provider_type: inline::llama-guard
    config: {}
shields:
- {shield_id: guard, provider_id: guard}
"""


def test_what_to_decide_comes_first_and_is_counted_in_the_last_line(tmp_path):
    (tmp_path / "run.yaml").write_text(UNDECIDED)
    done = run_here("migrate", "run.yaml", "--target", "1.5", cwd=tmp_path)
    assert done.code == 3
    notes = re.findall(r"^run\.yaml:\d+:\d+: ([a-z ]+): ", done.err, re.MULTILINE)
    order = ["action required", "check", "info"]
    assert notes == sorted(notes, key=order.index)
    first, *_, last = done.err.splitlines()
    assert ": action required: " in first
    counts = [notes.count("action required"), notes.count("check")]
    assert last == (
        f"run.yaml: {counts[0]} items need your decision, {counts[1]} to check"
    )
    many = run_here(
        "migrate", "run.yaml", "--report", "concise", "--target", "1.5", cwd=tmp_path
    )
    assert many.err.splitlines()[0] == (
        f"run.yaml: migrated in part: {counts[0]} items need your decision, {counts[1]} to check"
    )


def test_one_item_is_counted_in_the_singular(tmp_path):
    text = UNDECIDED.replace(", safety", "").partition("  safety:")[0]
    (tmp_path / "run.yaml").write_text(text)
    done = run_here("migrate", "run.yaml", "--target", "0.3", cwd=tmp_path)
    assert done.err.splitlines()[-1] == "run.yaml: 1 item needs your decision"


def test_of_many_notes_that_differ_only_in_names_the_first_are_shown(tmp_path):
    models = [f"- {{model_id: alias{n}, provider_id: v}}\n" for n in range(12)]
    text = UNDECIDED.partition("shields:")[0] + "models:\n" + "".join(models)
    last = len(text.splitlines())
    (tmp_path / "run.yaml").write_text(text)
    done = run_here("migrate", "run.yaml", "--target", "0.3", cwd=tmp_path)
    shown = re.findall(r": check: model 'alias(\d+)' is called", done.err)
    assert shown == ["0", "1", "2", "3", "4"]
    assert (
        f"run.yaml: check: 7 more like the last one, in lines {last - 6} to {last}; "
        "'--report json' has them all\n"
    ) in done.err
    assert "12 to check" in done.err
    report = run_here(
        "migrate", "run.yaml", "--target", "0.3", "--report", "json", cwd=tmp_path
    )
    assert report.err.count("is called") == 12


def test_the_data_command_has_no_file_that_looks_like_an_option(tmp_path):
    (tmp_path / "run.yaml").write_text(COMPLETE)
    done = run_here("migrate", "-o", "-new.yaml", "run.yaml", cwd=tmp_path)
    assert "stopped: stackcfg data copy run.yaml ./-new.yaml --target 0.3" in done.err


DEFAULTS = """\
version: 2
image_name: demo
providers:
  files:
  - provider_id: local
    provider_type: inline::localfs
    config:
      storage_dir: /data/files
      metadata_store: {backend: sql_default, table_name: files}
"""

PARTIAL = f"""\
{DEFAULTS}storage:
  backends:
    kv_default: {{type: kv_sqlite, db_path: /data/kv.db}}
    sql_default: {{type: sql_sqlite, db_path: /data/sql.db}}
    spare: {{type: sql_sqlite, db_path: /data/spare.db}}
  stores:
    metadata: {{backend: kv_default, namespace: registry}}
"""


def report_of(text: str, source: str, target: str, folder: Path) -> str:
    """Return what a migration between two releases reports."""
    (folder / "run.yaml").write_text(text)
    options = ("--from", source, "--target", target)
    return run_here("migrate", *options, "run.yaml", cwd=folder).err


def rows_of(report: str) -> dict[str, list[str]]:
    """Return the table of a report: the columns behind each store."""
    [_, table, *_] = report.split("\n\n")
    lines = [re.split(" {2,}", line.strip()) for line in table.splitlines()]
    return {name: columns for name, *columns in lines[1:]}


def test_the_default_stores_of_a_server_are_in_the_table(tmp_path):
    report = report_of(DEFAULTS, "0.6", "1.5", tmp_path)
    kv, sql = "$SQLITE_STORE_DIR/kvstore.db", "$SQLITE_STORE_DIR/sql_store.db"
    assert f"  sql_default is {sql}\n  kv_default is {kv}\n" in report
    assert "files are in ${env.SQLITE_STORE_DIR:=~/.llama/distributions}/" in report
    assert rows_of(report) == {
        "files local": ["visible", "sql_store.db", "sql_default"],
        "metadata": ["not visible", "kvstore.db", "kv_default"],
        "inference": ["visible", "sql_store.db", "sql_default"],
        "conversations": ["visible", "sql_store.db", "sql_default"],
        "prompts": ["not visible", "kvstore.db", "sql_default"],
        "connectors": ["not visible", "kvstore.db", "sql_default"],
    }
    assert "6 stores for 1.5" in report
    assert "6 stores migrated to 1.5; rows of 3 of 6 stores are not" in report
    assert "--layout preserve" not in report, "no layout moves these rows"


def test_default_databases_of_0_4_are_another_file_than_later(tmp_path):
    rows = rows_of(report_of(DEFAULTS, "0.4", "0.7", tmp_path))
    assert rows["metadata"][:2] == ["not visible", "./$SQLITE_STORE_DIR/kvstore.db"]
    statuses = {name: columns[0] for name, columns in rows.items()}
    assert statuses.pop("connectors") == "no rows yet", "0.4 has none"
    assert set(statuses.values()) == {"not visible"}


def test_stores_that_a_catalog_leaves_out_are_in_the_table(tmp_path):
    report = report_of(PARTIAL, "0.4", "0.7", tmp_path)
    rows = rows_of(report)
    statuses = {name: columns[0] for name, columns in rows.items()}
    assert statuses.pop("connectors") == "no rows yet", "0.4 has none"
    omitted = {"inference", "conversations", "prompts"}
    assert set(statuses) - {"files local", "metadata"} == omitted
    assert set(statuses.values()) == {"visible"}


def test_stores_that_only_the_new_server_opens_have_no_rows_yet(tmp_path):
    rows = rows_of(report_of(PARTIAL, "0.4", "0.5.4", tmp_path))
    assert rows["connectors"] == ["no rows yet", "-", "kv_default"]
    assert rows["prompts"] == ["visible", "kv.db", "kv_default"]


def test_a_store_that_migration_writes_is_in_the_table_and_counted(tmp_path):
    messages = "  messages:\n  - {provider_id: m, provider_type: inline::builtin}\n"
    text = PARTIAL.replace("storage:\n", f"{messages}storage:\n", 1)
    report = report_of(text, "1.0", "1.5", tmp_path)
    rows = rows_of(report)
    assert rows["messages m"] == ["no rows yet", "-", "kv_default"]
    assert f"{len(rows)} stores for 1.5" in report
    assert f"{len(rows)} stores migrated to 1.5" in report


def test_a_backend_without_a_store_is_named(tmp_path):
    report = report_of(PARTIAL, "0.4", "0.7", tmp_path)
    assert "  spare is spare.db, without a store\n" in report
    used = PARTIAL.replace("sql_default, table_name: files", "spare, table_name: files")
    assert "without a store" not in report_of(used, "0.4", "0.7", tmp_path)
    by_variable = used.replace("backend: spare", "backend: '${env.WHICH:=spare}'")
    by_variable = by_variable.replace("sql_default:", "other:")
    assert "without a store" not in report_of(by_variable, "0.4", "0.7", tmp_path)


def test_the_json_report_has_backends_without_a_store(tmp_path):
    (tmp_path / "run.yaml").write_text(PARTIAL)
    options = ("--from", "0.4", "--target", "0.7", "--report", "json")
    report = json.loads(run_here("migrate", *options, "run.yaml", cwd=tmp_path).err)
    Draft202012Validator(SCHEMA).validate(report)
    [unused] = report["files"][0]["configs"][0]["unused_backends"]
    assert unused["backend"] == "spare"
    assert unused["location"]["connection"] == {"db_path": "/data/spare.db"}


SITUATIONS = ROOT / "fixtures" / "migrate" / "situations"
LEFT_OVER = (SITUATIONS / "left-over-store" / "input.yaml").read_text()


@pytest.mark.parametrize("options", [(), ("--target", "0.7")])
def test_a_left_over_store_makes_no_report_of_0_2(options, tmp_path):
    (tmp_path / "run.yaml").write_text(LEFT_OVER)
    report = run_here("migrate", *options, "run.yaml", cwd=tmp_path).err
    rows = rows_of(report)
    assert "run.yaml: was for 0.4.0 to 0.8.0" in report
    assert rows.pop("vector_io faiss")[:2] == ["not visible", "faiss.db"]
    rows.pop("connectors", None)
    statuses = {name: columns[:2] for name, columns in rows.items()}
    kv, sql = ["visible", "kv.db"], ["visible", "sql.db"]
    assert statuses == {
        "files f": sql,
        "metadata": kv,
        "inference": sql,
        "conversations": sql,
        "prompts": kv,
    }
    assert "0.2 took the first" not in report
    assert "next, with both" not in report, "it would not copy the left-over rows"


def test_a_half_migrated_file_is_reported_as_that_of_its_old_server(tmp_path):
    text = LEFT_OVER.replace(
        "    inference: {backend: sql_default", "    x: {backend: y"
    )
    text += "inference_store: {type: sqlite, db_path: /data/inference.db}\n"
    (tmp_path / "run.yaml").write_text(text)
    report = run_here("migrate", "run.yaml", cwd=tmp_path).err
    assert rows_of(report)["inference"][:2] == ["not visible", "inference.db"]
    assert "left over" not in report
    assert "next, with both servers stopped: stackcfg data copy" in report


def test_rows_of_a_left_over_store_are_copied_by_the_command_of_its_note(tmp_path):
    make(tmp_path, {"faiss.db": {"kvstore": {"vector_dbs:v3::a": "{}"}}})
    text = LEFT_OVER.replace("/data/", f"{tmp_path}/")
    (tmp_path / "old.yaml").write_text(text)
    done = run_here("migrate", "-o", "new.yaml", "old.yaml", cwd=tmp_path)
    [command] = re.findall(r"'stackcfg (data copy [^']*)'", done.err)
    words = [*shlex.split(command), "old.yaml", "new.yaml"]
    copied = run_here(*words, cwd=tmp_path)
    assert copied.code == 0, copied.err
    assert "rows copied: 1" in copied.out + copied.err


COMPOSE = """\
services:
  stack:
    image: me/own:1
    volumes: [{mount}:/etc/run.yaml]
"""


@pytest.mark.parametrize(("mount", "count"), [("./run.yaml", 1), ("./other.txt", 0)])
@pytest.mark.parametrize("how", ["--check", "--diff", "--write"])
def test_the_short_report_names_what_is_open_in_a_file_that_stays(
    mount, count, how, tmp_path
):
    (tmp_path / "run.yaml").write_text(COMPLETE)
    (tmp_path / "compose.yaml").write_text(
        COMPOSE.format(mount=mount)
        + "  web: {image: 'ogxai/distribution-starter:1.5.0'}\n"
    )
    words = run_here(
        "migrate", how, "--target", "1.5", "compose.yaml", "run.yaml", cwd=tmp_path
    ).err
    said = [line for line in words.splitlines() if line.startswith("compose.yaml")]
    assert len(said) == 2 * count
    assert all("1 to check" in line or "mounts a run config" in line for line in said)


KEPT = """\
version: 2
distro_name: kept
apis: [inference, responses]
providers:
  inference:
  - {provider_id: vllm, provider_type: 'remote::vllm', config: {base_url: http://vllm:8000/v1}}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
server: {insecure: true}
"""


def test_a_file_that_another_server_reads_as_it_is_has_a_table_of_its_stores(tmp_path):
    report = report_of(KEPT, "1.2", "1.5", tmp_path)
    assert "nothing to migrate for 1.5" in report
    assert "5 stores for 1.5\n" in report
    rows = rows_of(report)
    assert rows["metadata"] == ["visible", "kv.db", "kv_default"]
    assert set(rows) == {
        "metadata",
        "inference",
        "conversations",
        "prompts",
        "connectors",
    }


def test_a_file_that_is_for_the_target_already_has_one_line(tmp_path):
    (tmp_path / "run.yaml").write_text(KEPT)
    done = run_here("migrate", "--target", "1.5", "--diff", "run.yaml", cwd=tmp_path)
    assert done.err.count("\n") == 1
    assert "nothing to do" in done.err
