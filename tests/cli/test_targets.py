"""Which release a command is about: named, from the settings, or each file's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import stackcfg as library
from tests.support.in_process import run_here
from tests.support.running import OLD, Done

NEWER = """\
version: 2
distro_name: starter
apis: [inference, responses, files, tool_runtime, vector_io]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {base_url: "${env.VLLM_URL:=http://localhost:8000/v1}"}
  responses:
  - provider_id: builtin
    provider_type: inline::builtin
    config:
      persistence:
        responses: {backend: sql_default, table_name: responses}
  files:
  - provider_id: localfs
    provider_type: inline::localfs
    config:
      storage_dir: /data/files
      metadata_store: {backend: sql_default, table_name: files_metadata}
server: {port: 8321, insecure: true}
"""
"""A file of 1.2 and later, without a catalog: 0.5.1 and later have a default one."""

HALF = """\
version: 2
image_name: half
apis: [inference, vector_io, telemetry]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {url: "http://vllm:8000/v1"}
  vector_io:
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
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
"""A file of 0.3 with an inline store that 0.3 would read as a reference."""

NAMED = f"image_name: demo\nproviders: {{}}\n{OLD}"
"""A file of 0.2 that 0.2 takes."""

LISTS = NEWER.replace(
    "server:",
    "models:\n- {model_id: m, provider_id: vllm}\nserver:",
)
"""A later file whose models are where only 0.2 reads them."""


ANY_AGE = """\
version: 2
image_name: demo
apis: [inference, safety]
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config: {}
server: {port: 8321}
"""
"""No store, and nothing that only one of two ages reads."""


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(folder: Path, *arguments: str) -> Done:
    return run_here(*arguments, cwd=folder)


class TestMigrate:
    def test_a_later_file_is_left_as_it_is(self, tmp_path):
        put(tmp_path, new=NEWER)
        words = (
            "new.yaml: already for 1.2.0 or later, nothing to do; "
            "'stackcfg validate' says what the server refuses\n"
        )
        assert run(tmp_path, "migrate", "new.yaml") == Done(0, NEWER, words)
        for option in ("--check", "--diff", "-w"):
            assert run(tmp_path, "migrate", option, "new.yaml") == Done(0, "", words)
        assert (tmp_path / "new.yaml").read_text() == NEWER
        assert run(tmp_path, "migrate", "new.yaml", "-o", "copy.yaml").code == 0
        assert (tmp_path / "copy.yaml").read_text() == NEWER
        assert library.migrate(NEWER).text == NEWER

    def test_what_an_unfinished_migration_left_is_said(self, tmp_path):
        text = NEWER.replace("files, ", "").replace("inline::builtin", "inline::ours")
        put(tmp_path, new=text)
        for option in ("--check", "--diff", "-w"):
            done = run(tmp_path, "migrate", option, "new.yaml")
            assert (done.code, done.out) == (0, "")
            first, *notes, last = done.err.splitlines()
            assert first.endswith("nothing to migrate; still to be done:")
            assert "1.5.0 has no provider 'inline::ours' for responses" in notes[0]
            assert last == f"new.yaml: {len(notes)} to check"
        assert (tmp_path / "new.yaml").read_text() == text

    def test_a_file_without_stores_that_an_old_server_reads_too_asks_for_it(
        self, tmp_path
    ):
        put(tmp_path, any=ANY_AGE)
        asked = run(tmp_path, "migrate", "any.yaml")
        assert (asked.code, asked.out) == (0, ANY_AGE)
        assert (
            "any.yaml:1:1: check: this file can be for 0.1.2 to 0.2.24, too; if its "
            "server is one of them, run this again with '--from 0.2'\n"
        ) in asked.err
        answered = run(tmp_path, "migrate", "any.yaml", "--from", "0.2")
        assert "storage:\n" in answered.out
        assert "can be for" not in answered.err
        named = run(tmp_path, "migrate", "any.yaml", "--target", "latest")
        assert "'--from 0.2'" not in named.err

    def test_a_named_release_that_does_not_read_the_file_is_named(self, tmp_path):
        put(tmp_path, old=OLD)
        for release, told in (("0.2", 0), ("0.2.23", 0), ("0.3", 1), ("1.5.0", 1)):
            named = run(tmp_path, "migrate", "old.yaml", "--from", release)
            lines = [
                each for each in named.err.splitlines() if "'--from' names" in each
            ]
            assert len(lines) == told, release
        form = r"old\.yaml:\d+:\d+: check: .* and '--from' names 1\.5\.0; leave it out"
        assert re.match(form, lines[0])

    def test_a_folder_names_what_is_left_if_asked(self, tmp_path):
        put(tmp_path, new=NEWER, old=OLD)
        done = run(tmp_path, "migrate", "--check", ".", "-v")
        assert "./new.yaml: already for 1.5, nothing to do\n" in done.err
        assert "new.yaml" not in run(tmp_path, "migrate", "--check", ".").err

    @pytest.mark.parametrize(
        "name", ["1.5", "1.5.0", "v1.5", "ogx-1.5.0", "1", "latest"]
    )
    def test_naming_the_own_release_gives_the_same(self, tmp_path, name):
        put(tmp_path, new=NEWER)
        bare = run(tmp_path, "migrate", "new.yaml")
        named = run(tmp_path, "migrate", "new.yaml", "--target", name)
        assert (named.code, named.out) == (bare.code, bare.out)

    @pytest.mark.parametrize("text", [OLD, HALF], ids=["old", "half"])
    def test_naming_the_default_gives_the_same(self, text):
        bare, named = library.migrate(text), library.migrate(text, target="0.3")
        assert bare == named
        assert bare.target.name == "0.3"
        assert library.migrate(bare.text).text == bare.text

    def test_a_half_finished_catalog_is_completed_in_its_own_release(self, tmp_path):
        put(tmp_path, half=HALF, lists=LISTS)
        done = run(tmp_path, "migrate", "half.yaml")
        assert "persistence:" in done.out
        assert "kvstore:" not in done.out
        # of 0.4 and later it would be 'base_url'
        assert "url: " in done.out
        done = run(tmp_path, "migrate", "lists.yaml")
        assert "\nmodels:" not in done.out
        assert "insecure: true" in done.out
        assert "for 1.2" in done.err

    def test_an_earlier_target_that_is_named_is_refused_with_the_line(self, tmp_path):
        put(tmp_path, new=NEWER)
        done = run(tmp_path, "migrate", "new.yaml", "--target", "0.7")
        assert (done.code, done.out) == (2, "")
        assert "new.yaml:21:22: error: this file is for 1.2.0 or later" in done.err

    def test_one_text_has_one_target(self, tmp_path):
        both = f"{OLD}---\n{NEWER}"
        put(tmp_path, both=both)
        done = run(tmp_path, "migrate", "both.yaml")
        assert done.out.endswith(f"---\n{NEWER}")
        assert "both.yaml (document 2): is for 1.2.0 or later" in done.err
        assert "migrated to 0.3" in done.err

    def test_the_json_report_names_the_target_of_each_file(self, tmp_path):
        put(tmp_path, new=NEWER, old=OLD)
        done = run(tmp_path, "migrate", "--check", ".", "--report", "json")
        report = json.loads(done.err)
        assert report["target"] == ""
        assert [each["target"] for each in report["files"]] == ["1.5", "0.3"]

    def test_the_source_decides_too(self):
        assert library.migrate(NEWER, from_release="1.1").text == NEWER
        assert library.migrate(HALF, from_release="0.2").target.name == "0.3"


class TestValidate:
    def test_each_file_is_judged_by_the_newest_release_that_it_fits(self, tmp_path):
        put(tmp_path, new=NEWER.replace("[inference, responses, files]", "[files]"))
        put(tmp_path, half=HALF, old=OLD)
        report = json.loads(run(tmp_path, "validate", ".", "--format", "json").out)
        judges = {each["file"]: each["releases"] for each in report["files"]}
        assert judges == {
            "./half.yaml": ["0.3.5"],
            "./new.yaml": ["1.5.0"],
            "./old.yaml": ["0.2.24"],
        }
        assert report["target"] == ""

    def test_the_summary_names_the_judges_and_what_migrate_does(self, tmp_path):
        put(tmp_path, old=NAMED)
        done = run(tmp_path, "validate", "old.yaml")
        assert done.code == 0
        first, fixes, last = done.err.splitlines()[-3:]
        assert first.endswith("; judged by 0.2.24")
        assert fixes == "up to 1 can be fixed: --diff --unsafe-fixes shows how"
        assert last == (
            "1 file is for 0.2 or earlier: 'stackcfg migrate' brings it to 0.3"
        )
        done = run(tmp_path, "validate", "old.yaml", "--target", "0.2")
        assert done.err.splitlines()[-2:] == [first, fixes]

    def test_sarif_and_junit_name_the_release(self, tmp_path):
        put(tmp_path, old=OLD)
        sarif = json.loads(run(tmp_path, "validate", "--format", "sarif").out)
        [run_of_tool] = sarif["runs"]
        assert list(run_of_tool["properties"]["releases"].values()) == [["0.2.24"]]
        junit = run(tmp_path, "validate", "--format", "junit").out
        assert '<property name="release" value="0.2.24" />' in junit

    def test_the_library_names_the_release(self):
        found = library.validate(NEWER)
        assert [target.name for target in found.targets] == ["1.5"]
        assert found.to_dict()["releases"] == ["1.5.0"]


class TestSettings:
    SETTINGS = """\
target = "0.3"
exclude = ["legacy/", "*.tmp.yaml"]

[per-file-target]
"production/" = "v0.7.3"
"*-next.yaml" = "latest"
"""

    def test_a_file_has_its_target(self, tmp_path):
        (tmp_path / "stackcfg.toml").write_text(self.SETTINGS)
        put(tmp_path, **{"a": OLD, "production/b": OLD, "production/c-next": OLD})
        report = json.loads(
            run(tmp_path, "migrate", "--check", ".", "--report", "json").err
        )
        found = {each["file"]: each["target"] for each in report["files"]}
        assert found == {
            "./a.yaml": "0.3",
            "./production/b.yaml": "0.7.3",
            "./production/c-next.yaml": "1.5",
        }
        report = json.loads(run(tmp_path, "validate", "--format", "json").out)
        judges = {each["file"]: each["releases"] for each in report["files"]}
        assert judges["./production/b.yaml"] == ["0.7.3"]
        assert judges["./a.yaml"] == ["0.3.5"]
        inside = run(tmp_path / "production", "validate", "--format", "json").out
        assert [each["releases"] for each in json.loads(inside)["files"]] == [
            ["0.7.3"],
            ["1.5.0"],
        ]

    def test_the_command_line_beats_the_settings(self, tmp_path):
        (tmp_path / "stackcfg.toml").write_text(self.SETTINGS)
        put(tmp_path, **{"production/b": OLD})
        done = run(tmp_path, "validate", "--target", "0.4", "--format", "json")
        assert json.loads(done.out)["files"][0]["releases"] == ["0.4.7"]

    def test_a_source_after_the_target_of_a_file_is_a_problem_of_the_file(
        self, tmp_path
    ):
        settings = self.SETTINGS.replace('target = "0.3"\n', "")
        (tmp_path / "stackcfg.toml").write_text(settings)
        put(tmp_path, **{"production/b": OLD, "a": NEWER})
        done = run(tmp_path, "migrate", "--check", ".", "--from", "1.5")
        assert done.code == 2
        assert "production/b.yaml: error: --from is later than 0.7.3" in done.err

    def test_excluded_files_are_left_out_of_a_folder(self, tmp_path):
        (tmp_path / "stackcfg.toml").write_text(self.SETTINGS)
        put(tmp_path, **{"a": OLD, "b.tmp": OLD, "x/legacy/c": OLD})
        done = run(tmp_path, "migrate", "-w", ".", "-v")
        assert done.code == 0
        assert "./b.tmp.yaml: skipped: excluded\n" in done.err
        assert (tmp_path / "x/legacy/c.yaml").read_text() == OLD
        # who names a file means it
        assert run(tmp_path, "migrate", "--check", "b.tmp.yaml").code == 1

    @pytest.mark.parametrize("command", ["migrate --check", "validate", "show"])
    def test_a_pattern_of_the_command_line_leaves_out_named_files_too(
        self, tmp_path, command
    ):
        put(tmp_path, a=NEWER, b="providers: [")
        words = [*command.split(), "--exclude", "b.*"]
        done = run(tmp_path, *words, "a.yaml", "b.yaml")
        assert "b.yaml" not in done.out + done.err
        done = run(tmp_path, *words, "b.yaml")
        assert (done.code, done.err) == (
            2,
            "error: every file is excluded; -v names them\n",
        )

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("exclude = 'a'", "'exclude' must be a list of file patterns"),
            ("exclude = [1]", "'exclude' must be a list of file patterns"),
            ("per-file-target = 1", "'per-file-target' must be a table"),
            ("[per-file-target]\n'a' = 1", "'per-file-target.a' must be a string"),
            ("[per-file-target]\n'a' = '9'", "target of 'a' '9' is not one of 0.1"),
            ("per-file-targets = 1", "did you mean 'per-file-target'?"),
        ],
    )
    def test_a_mistake_is_named(self, tmp_path, text, message):
        (tmp_path / "stackcfg.toml").write_text(text)
        put(tmp_path, a=OLD)
        done = run(tmp_path, "validate", "a.yaml")
        assert (done.code, done.out) == (2, "")
        assert message in done.err


class TestOutputs:
    @pytest.mark.parametrize("output", ["a.yaml", "link", "hard", "stackcfg.toml"])
    @pytest.mark.parametrize(
        "command",
        [
            "migrate a.yaml -o",
            "validate a.yaml --output-file",
            "validate --output-file",
        ],
    )
    def test_an_output_never_replaces_what_is_read(self, tmp_path, command, output):
        (tmp_path / "stackcfg.toml").write_text('target = "0.3"\n')
        put(tmp_path, a=OLD)
        (tmp_path / "link").symlink_to("a.yaml")
        (tmp_path / "hard").hardlink_to(tmp_path / "a.yaml")
        done = run(tmp_path, *command.split(), output)
        assert (done.code, done.out) == (2, "")
        assert f"error: {output} is an input of this command" in done.err
        assert (tmp_path / "a.yaml").read_text() == OLD
        assert (tmp_path / "stackcfg.toml").read_text() == 'target = "0.3"\n'

    def test_the_schema_is_an_input(self, tmp_path):
        (tmp_path / "ours.json").write_text("{}")
        put(tmp_path, a=OLD)
        words = [
            "validate",
            "a.yaml",
            "--schema",
            "ours.json",
            "--output-file",
            "ours.json",
        ]
        assert run(tmp_path, *words).code == 2
        assert (tmp_path / "ours.json").read_text() == "{}"
