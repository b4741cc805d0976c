"""`stackcfg validate` as users meet it: exit codes, formats, streams, folders, settings."""

from __future__ import annotations

import base64
import gc
import io
import json
import os
import pty
import re
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from textwrap import indent
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
import yaml
from jsonschema import Draft202012Validator

import stackcfg as library
from stackcfg.__main__ import main
from stackcfg.cli.fast_path import parse_plain_validate
from stackcfg.loading.errors import InputError
from stackcfg.manifests.file_names import is_searched
from stackcfg.system import progress
from stackcfg.system.files import find_files
from stackcfg.validation.findings import Span
from stackcfg.validation.known_rules import rule_infos
from tests.support.budgets import ALL
from tests.support.in_process import run_here
from tests.support.running import OLD, ROOT, Done, environment, held_back

CLEAN = """\
image_name: demo
providers: {}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_sqlite, db_path: /data/sql.db}
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_default, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
telemetry: {enabled: true}
"""
"""A config that only 0.3 reads: what judges it without a target is 0.3.5."""
BROKEN = CLEAN.replace(
    "inference: {backend: sql_default", "inference: {backend: sql_defualt"
)
WARNED = CLEAN + "stray: 1\n"
FILES = {"broken.yaml": BROKEN, "clean.yaml": CLEAN, "warned.yaml": WARNED}

FIXABLE = "1 can be fixed: --diff shows how, --fix writes it\n"

FORMATS = (
    "full",
    "concise",
    "json",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "markdown",
)
REPORT_SCHEMA = json.loads((ROOT / "schemas" / "validate-report-v1.json").read_text())


def line(file: str, text: str, place: str = "") -> str:
    """Return the one finding in a text as `concise` writes it, at another place if given."""
    [found] = library.validate(text).findings
    where = place or f"{found.span.start.line}:{found.span.start.column}"
    severity = "" if found.severity == "error" else f" [{found.severity}]"
    return f"{file}:{where}: {found.rule}: {found.message}; {found.help}{severity}"


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def validate(
    *arguments: str | Path, cwd: Path, stdin: str | bytes = b"", **extra: str
) -> Done:
    """Run the command in this process, which saves the start of Python."""
    output, errors = (
        io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline=""),
        io.StringIO(),
    )
    data = stdin.encode() if isinstance(stdin, str) else stdin
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(output),
        redirect_stderr(errors),
        chdir(cwd),
    ):
        patch.setattr(sys, "argv", ["stackcfg", "validate", *map(str, arguments)])
        patch.setattr(
            sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        )
        for name in os.environ.keys() - environment(**extra).keys():
            patch.delenv(name)
        for name, value in extra.items():
            patch.setenv(name, value)
        threshold = gc.get_threshold()
        with pytest.raises(SystemExit) as stop:
            main()
        gc.set_threshold(*threshold)
        gc.unfreeze()
    output.flush()
    return Done(
        int(stop.value.code or 0), output.buffer.getvalue().decode(), errors.getvalue()
    )


def concise(
    *arguments: str | Path, cwd: Path, stdin: str | bytes = b"", **extra: str
) -> Done:
    return validate("--format", "concise", *arguments, cwd=cwd, stdin=stdin, **extra)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return put(tmp_path, FILES)


def test_the_examples_have_the_findings_they_are_for():
    assert [
        (each.rule, each.severity) for each in library.validate(BROKEN).findings
    ] == [("unknown-backend", "error")]
    assert [
        (each.rule, each.severity) for each in library.validate(WARNED).findings
    ] == [("unknown-key", "warning")]
    assert library.validate(CLEAN).findings == ()


class TestExitCode:
    @pytest.mark.parametrize(
        ("files", "options", "code"),
        [
            (["clean.yaml"], [], 0),
            (["warned.yaml"], [], 0),
            (["warned.yaml"], ["--strict"], 1),
            (["broken.yaml"], [], 1),
            (["clean.yaml", "broken.yaml", "clean.yaml"], ["--strict"], 1),
            (["broken.yaml", "warned.yaml"], ["--exit-zero"], 0),
            (["warned.yaml"], ["--strict", "--exit-zero"], 0),
            (["broken.yaml", "nowhere.yaml"], [], 2),
            (["nowhere.yaml"], ["--exit-zero"], 2),
        ],
    )
    def test_files_decide_on_the_exit_code(self, folder, files, options, code):
        assert validate(*files, *options, cwd=folder).code == code

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (
                ["--select", "unknown-backnd"],
                "there is no rule 'unknown-backnd'; did you mean 'unknown-backend'?",
            ),
            (
                ["--ignore", "unused-backend,zzz"],
                "there is no rule 'zzz'; 'stackcfg rules' lists them",
            ),
            (["--target", "9"], "target '9' is not one of 0."),
            (["--target", "0.3.99"], "target '0.3.99' is not one of 0."),
            (
                ["--format", "xml"],
                "'xml' is not one of 'full', 'concise', 'json', 'sarif', 'github', 'gitlab', 'junit'",
            ),
            (["--nonsense"], "No such option: --nonsense"),
        ],
    )
    def test_a_mistake_of_usage_is_exit_code_two(self, folder, options, words):
        done = validate("clean.yaml", *options, cwd=folder)
        assert (done.code, done.out) == (2, "")
        assert words in " ".join(done.err.split())

    def test_one_unreadable_file_does_not_stop_the_others(self, folder):
        put(folder, {"a.yaml": "image_name: demo\nproviders: [1\nb: 2\n"})
        done = concise("a.yaml", "nowhere.yaml", "broken.yaml", cwd=folder)
        assert (done.code, done.err) == (2, "")
        first, *rest = done.out.splitlines()
        assert first.startswith("a.yaml:2:12: error: not valid YAML: ")
        assert rest == [
            "nowhere.yaml: error: no such file",
            line("broken.yaml", BROKEN),
        ]

    def test_an_internal_error_is_one_line_and_does_not_stop_the_others(self, folder):
        script = (
            "import stackcfg.cli.validate_file as command\n"
            "real = command.validate\n"
            "def failing(text, settings):\n"
            "    if 'stray' in text: raise RuntimeError('boom')\n"
            "    return real(text, settings)\n"
            "command.validate = failing\n"
        )
        done = patched(
            script,
            "validate",
            "--format",
            "concise",
            "warned.yaml",
            "broken.yaml",
            cwd=folder,
        )
        assert (done.code, done.err) == (2, "")
        assert done.out.splitlines() == [
            "warned.yaml: error: internal error: RuntimeError: boom; STACKCFG_TRACEBACK=1 shows the details",
            line("broken.yaml", BROKEN),
        ]


def patched(script: str, *arguments: str, cwd: Path) -> Done:
    """Run the command after a script has replaced a part of it."""
    code = f"{script}\nfrom stackcfg.__main__ import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        capture_output=True,
        env=environment(),
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


class TestSelection:
    BOTH = BROKEN + "stray: 1\n"

    @pytest.mark.parametrize(
        ("options", "rules"),
        [
            ([], ["unknown-backend", "unknown-key"]),
            (["--select", "unknown-key"], ["unknown-key"]),
            (
                ["--select", "unknown-key, unknown-backend"],
                ["unknown-backend", "unknown-key"],
            ),
            (
                ["--select", "unknown-key", "--select", "unknown-backend"],
                ["unknown-backend", "unknown-key"],
            ),
            (["--select", "tilde-path"], []),
            (["--ignore", "unknown-key"], ["unknown-backend"]),
            (["--ignore", "unknown-key,unknown-backend"], []),
            (["--select", "unknown-key", "--ignore", "unknown-key"], []),
        ],
    )
    def test_select_and_ignore_choose_the_rules(self, tmp_path, options, rules):
        put(tmp_path, {"run.yaml": self.BOTH})
        done = concise("run.yaml", *options, cwd=tmp_path)
        assert [each.split(": ")[1] for each in done.out.splitlines()] == rules
        assert done.code == (1 if "unknown-backend" in rules else 0)

    BOTH_WAYS = ("--select", "unknown-key,tilde-path", "--ignore", "unknown-key")

    def test_a_rule_that_is_selected_and_ignored_is_named(self, tmp_path):
        put(tmp_path, {"run.yaml": self.BOTH})
        words = "rule 'unknown-key' is selected and ignored: it is not checked\n"
        for options in ((), ("--format", "concise")):
            done = validate(*self.BOTH_WAYS, *options, "run.yaml", cwd=tmp_path)
            assert words in done.err
            assert "tilde-path" not in done.err
        for options in (("--quiet",), ("--format", "json")):
            done = validate(*self.BOTH_WAYS, *options, "run.yaml", cwd=tmp_path)
            assert done.err == ""
        put(tmp_path, {"stackcfg.toml": 'ignore = ["unknown-key"]\n'})
        done = validate("--select", "unknown-key", "run.yaml", cwd=tmp_path)
        assert "selected and ignored" not in done.err

    @pytest.mark.parametrize("target", ["0.3", "0.3.0", "0.3.5"])
    def test_the_report_names_the_target(self, folder, target):
        done = validate(
            "--target", target, "--format", "json", "clean.yaml", cwd=folder
        )
        assert (done.code, json.loads(done.out)["target"]) == (0, target)


class TestFormats:
    def test_the_default_is_for_people(self, folder):
        done = validate("broken.yaml", "clean.yaml", cwd=folder)
        assert done.out.startswith("error[unknown-backend]: ")
        assert " --> broken.yaml:9:26\n" in done.out
        assert (
            "9 |     inference: {backend: sql_defualt, table_name: inference_store}\n"
            in done.out
        )
        assert "  |                          ^^^^^^^^^^^\n" in done.out
        assert done.err == f"2 files: 1 error; judged by 0.3.5\n{FIXABLE}"

    def test_a_clean_file_prints_only_the_summary(self, folder):
        assert validate("clean.yaml", cwd=folder) == Done(
            0, "", "no problems in 1 file; judged by 0.3.5\n"
        )

    @pytest.mark.parametrize("name", FORMATS[2:])
    def test_other_formats_leave_standard_error_alone(self, folder, name):
        done = validate(
            "--format", name, "broken.yaml", "warned.yaml", "clean.yaml", cwd=folder
        )
        assert (done.code, done.err) == (1, "")
        assert done.out.endswith("\n")

    def test_concise_is_one_line_for_each_finding(self, folder):
        done = concise("broken.yaml", "clean.yaml", "warned.yaml", cwd=folder)
        assert done.out.splitlines() == [
            line("broken.yaml", BROKEN),
            line("warned.yaml", WARNED),
        ]

    def test_json_lists_every_file_and_fits_its_schema(self, folder):
        report = json.loads(
            validate("--format", "json", *FILES, "nowhere.yaml", cwd=folder).out
        )
        Draft202012Validator(REPORT_SCHEMA).validate(report)
        assert [each["file"] for each in report["files"]] == [*FILES, "nowhere.yaml"]
        assert report["summary"] == {
            "files": 4,
            "unchecked": 1,
            "errors": 1,
            "warnings": 1,
            "infos": 0,
            "ignored": 0,
            "known": 0,
        }

    def test_sarif_lists_the_findings_and_every_rule(self, folder):
        [run] = json.loads(validate("--format", "sarif", *FILES, cwd=folder).out)[
            "runs"
        ]
        assert [each["ruleId"] for each in run["results"]] == [
            "unknown-backend",
            "unknown-key",
        ]
        assert [each["id"] for each in run["tool"]["driver"]["rules"]] == [
            info.id for info in rule_infos()
        ]

    def test_github_is_one_annotation_for_each_finding(self, folder):
        done = validate("--format", "github", *FILES, cwd=folder)
        assert [each.split("title=")[0] for each in done.out.splitlines()] == [
            "::error file=broken.yaml,line=9,endLine=9,col=26,endColumn=37,",
            "::warning file=warned.yaml,line=12,endLine=12,col=1,endColumn=6,",
        ]

    def test_junit_has_a_suite_for_each_file(self, folder):
        root = ElementTree.fromstring(
            validate("--format", "junit", *FILES, cwd=folder).out
        )
        assert [(suite.get("name"), suite.get("failures")) for suite in root] == [
            ("broken.yaml", "1"),
            ("clean.yaml", "0"),
            ("warned.yaml", "1"),
        ]

    def test_the_environment_names_a_format(self, folder):
        plain = validate("broken.yaml", cwd=folder, STACKCFG_FORMAT="concise")
        with_option = validate(
            "broken.yaml", "--strict", cwd=folder, STACKCFG_FORMAT="concise"
        )
        assert plain == with_option == Done(1, line("broken.yaml", BROKEN) + "\n", "")

    def test_the_option_beats_the_environment(self, folder):
        assert (
            concise("broken.yaml", cwd=folder, STACKCFG_FORMAT="json").out
            == line("broken.yaml", BROKEN) + "\n"
        )

    @pytest.mark.parametrize("options", [[], ["--strict"]])
    def test_an_unknown_format_in_the_environment_is_an_error(self, folder, options):
        done = validate("clean.yaml", *options, cwd=folder, STACKCFG_FORMAT="xml")
        assert (done.code, done.out) == (2, "")
        assert "'xml' is not one of" in done.err

    def test_an_empty_format_in_the_environment_is_ignored(self, folder):
        assert (
            validate("clean.yaml", cwd=folder, STACKCFG_FORMAT="").err
            == "no problems in 1 file; judged by 0.3.5\n"
        )


class TestOutputFile:
    @pytest.mark.parametrize("name", FORMATS)
    def test_the_output_file_holds_what_would_be_printed(self, folder, name):
        printed = validate("--format", name, *FILES, cwd=folder)
        kept = validate(
            "--format",
            name,
            "--output-file",
            "found",
            *FILES,
            cwd=folder,
            FORCE_COLOR="1",
        )
        assert (kept.code, kept.out, kept.err) == (printed.code, "", printed.err)
        assert (folder / "found").read_text() == printed.out

    def test_the_output_file_is_empty_when_nothing_is_found(self, folder):
        put(folder, {"found": "of yesterday"})
        assert concise("--output-file", "found", "clean.yaml", cwd=folder).code == 0
        assert (folder / "found").read_text() == ""

    def test_a_dash_is_standard_output(self, folder):
        assert (
            concise("--output-file", "-", "broken.yaml", cwd=folder).out
            == line("broken.yaml", BROKEN) + "\n"
        )
        assert sorted(os.listdir(folder)) == sorted(FILES)

    def test_an_output_file_that_cannot_be_written_is_named(self, folder):
        done = concise("--output-file", "no/such/folder", "clean.yaml", cwd=folder)
        assert (done.code, done.out) == (2, "")
        assert (
            done.err
            == "no/such/folder: error: cannot be written: there is no folder 'no/such'\n"
        )


class TestStandardInput:
    def test_standard_input_has_a_name(self, tmp_path):
        assert concise("-", stdin=BROKEN, cwd=tmp_path) == Done(
            1, line("<stdin>", BROKEN) + "\n", ""
        )

    def test_standard_input_has_the_name_it_is_given(self, tmp_path):
        done = concise("-", "--stdin-filename", "pod.yaml", stdin=BROKEN, cwd=tmp_path)
        assert done == Done(1, line("pod.yaml", BROKEN) + "\n", "")

    def test_standard_input_may_be_one_of_several_files(self, folder):
        done = concise("warned.yaml", "-", "clean.yaml", stdin=BROKEN, cwd=folder)
        assert done.out.splitlines() == [
            line("warned.yaml", WARNED),
            line("<stdin>", BROKEN),
        ]

    def test_settings_for_single_files_count_for_its_name(self, tmp_path):
        put(
            tmp_path,
            {"stackcfg.toml": '[per-file-ignores]\n"a/*.yaml" = ["unknown-backend"]\n'},
        )
        assert (
            concise("-", "--stdin-filename", "a/b.yaml", stdin=BROKEN, cwd=tmp_path).out
            == ""
        )
        assert (
            concise("-", "--stdin-filename", "b.yaml", stdin=BROKEN, cwd=tmp_path).out
            != ""
        )


SKIPPED = {
    "chart.yaml": "{{- if .Values.storage }}\nstorage: 1\n{{- end }}\n",
    "cloud.yaml": "Resources:\n  Provider: !Ref Storage\n  provider: 1\n",
    "compose.yaml": "services: {}\n",
    "empty.yml": "",
    "storage.yaml": "storage: 5Gi\n",
    "values.yaml": "providers: {}\nmodels: {llama: {enabled: true}}\n",
    "values-typed.yaml": "providers: {inference: [{provider_type: a}]}\nmodels: {llama: {enabled: true}}\n",
}


class TestFolders:
    def test_only_run_configs_count(self, folder):
        put(
            folder,
            {
                **SKIPPED,
                "sub/deep/run.yml": BROKEN,
                "run.json": "{",
                "notes.txt": BROKEN,
            },
        )
        done = concise("-v", ".", cwd=folder)
        assert done.code == 1
        assert [os.path.normpath(each) for each in done.out.splitlines()] == [
            line("broken.yaml", BROKEN),
            line("sub/deep/run.yml", BROKEN),
            line("warned.yaml", WARNED),
        ]
        assert [os.path.normpath(each) for each in done.err.splitlines()] == [
            "chart.yaml: skipped: not a run config",
            "cloud.yaml: skipped: not a run config",
            "compose.yaml: skipped: not a run config",
            "empty.yml: skipped: not a run config",
            "storage.yaml: skipped: not a run config",
            "values-typed.yaml: skipped: not a run config but the values of a chart: 'models' is a mapping, as in charts",
            "values.yaml: skipped: not a run config",
        ]

    def test_without_paths_the_current_folder_is_searched(self, folder):
        assert concise(cwd=folder) == concise(".", cwd=folder)
        assert validate(cwd=folder) == validate(".", cwd=folder)

    def test_skipped_files_are_not_counted(self, folder):
        put(folder, SKIPPED)
        summary = f"3 files: 1 error, 1 warning; judged by 0.3.5\n{FIXABLE}"
        assert validate(cwd=folder).err == summary

    @pytest.mark.parametrize("name", SKIPPED)
    def test_a_file_that_is_named_is_never_skipped(self, tmp_path, name):
        put(tmp_path, SKIPPED)
        done = concise(name, cwd=tmp_path)
        assert (done.code, done.err) == (2, "")
        assert re.match(rf"{name}:\d+:\d+: error: ", done.out)

    @pytest.mark.parametrize(
        "text",
        ["providers:\n  a: [\nprovider_type: b\n", "image_name: a\nproviders: !x {}\n"],
    )
    def test_a_broken_run_config_is_not_skipped(self, tmp_path, text):
        put(tmp_path, {"run.yaml": text})
        done = concise(".", cwd=tmp_path)
        assert done.code == 2
        assert re.match(r"\./run\.yaml:\d+:\d+: error: ", done.out)

    @pytest.mark.parametrize("files", [{}, {"notes.txt": BROKEN}])
    def test_a_folder_without_yaml_is_an_error(self, tmp_path, files):
        put(tmp_path, files)
        assert concise(".", cwd=tmp_path) == Done(
            2,
            "",
            "error: no YAML files, scripts or Dockerfiles found in '.'; name a run config\n",
        )

    def test_a_folder_without_run_configs_is_an_error(self, tmp_path):
        put(tmp_path, {"compose.yaml": "services: {}\n"})
        message = "error: no run configs found; -v says why each file was skipped\n"
        assert concise(".", cwd=tmp_path) == Done(2, "", message)

    @pytest.mark.parametrize("output_format", ["json", "sarif", "gitlab", "junit"])
    def test_a_document_is_whole_also_where_nothing_was_found(
        self, tmp_path, output_format
    ):
        """A program that reads it, such as an upload of SARIF, needs one."""
        put(tmp_path, {"compose.yaml": "services: {}\n"})
        done = validate(
            "--format", output_format, "--output-file", "found", ".", cwd=tmp_path
        )
        assert (done.code, done.out) == (2, "")
        found = (tmp_path / "found").read_text()
        if output_format == "junit":
            assert found.startswith("<?xml")
        elif output_format == "gitlab":
            assert json.loads(found) == []
        else:
            assert json.loads(found)

    def test_a_file_that_git_ignores_is_skipped_unless_its_folder_is_named(
        self, folder
    ):
        subprocess.run(["git", "init", "-q", folder], check=True)
        put(folder, {".gitignore": "build/\n", "build/run.yaml": BROKEN})
        assert "build" not in concise(".", cwd=folder).out
        assert concise("build", cwd=folder).out == line("build/run.yaml", BROKEN) + "\n"

    @pytest.mark.parametrize(
        "paths",
        [
            ["conf", "conf"],
            ["conf", "conf/"],
            ["conf", "./conf"],
            ["conf/run.yaml", "conf"],
            [
                "conf/run.yaml",
                "conf/../conf/run.yaml",
                "./conf/run.yaml",
                "conf//run.yaml",
            ],
        ],
    )
    def test_a_file_that_is_named_twice_is_reported_once(self, tmp_path, paths):
        put(tmp_path, {"conf/run.yaml": BROKEN})
        assert concise(*paths, cwd=tmp_path).out == line("conf/run.yaml", BROKEN) + "\n"

    def test_a_link_to_a_file_is_read_and_one_to_a_folder_is_not_followed(
        self, tmp_path
    ):
        """Following links to folders would never end where they form a circle."""
        put(tmp_path, {"conf/run.yaml": BROKEN})
        for name, target in (
            ("link.yaml", "run.yaml"),
            ("circle", ".."),
            ("self.yaml", "self.yaml"),
            ("gone.yaml", "x"),
        ):
            (tmp_path / "conf" / name).symlink_to(target)
        done = concise("conf", cwd=tmp_path)
        assert done.out.splitlines() == [
            line("conf/link.yaml", BROKEN),
            line("conf/run.yaml", BROKEN),
        ]
        assert concise("conf/gone.yaml", cwd=tmp_path) == Done(
            2,
            "conf/gone.yaml: error: the symbolic link leads to 'x': no such file\n",
            "",
        )

    def test_a_pipe_in_a_folder_is_not_read(self, tmp_path):
        """Reading a pipe would wait for ever."""
        put(tmp_path, {"conf/run.yaml": BROKEN, "conf/folder.yaml/run.yml": WARNED})
        os.mkfifo(tmp_path / "conf" / "pipe.yaml")
        assert [
            name for name, _ in find_files([str(tmp_path / "conf")], is_searched)
        ] == [
            str(tmp_path / "conf" / "folder.yaml" / "run.yml"),
            str(tmp_path / "conf" / "run.yaml"),
        ]

    def test_a_folder_that_cannot_be_read_is_named(self, tmp_path, monkeypatch):
        put(tmp_path, {"run.yaml": CLEAN, "locked/run.yaml": CLEAN})
        scandir = os.scandir

        def refusing(path: str):
            if str(path).endswith("locked"):
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refusing)
        assert list(find_files([str(tmp_path)], is_searched)) == [
            (str(tmp_path / "locked"), True),
            (str(tmp_path / "run.yaml"), True),
        ]

    def test_files_and_folders_without_permission_are_named(self, tmp_path):
        put(tmp_path, {"a.yaml": BROKEN, "b.yaml": BROKEN, "locked/run.yaml": BROKEN})
        (tmp_path / "b.yaml").chmod(0)
        (tmp_path / "locked").chmod(0)
        done = held_back("validate", "--format", "concise", ".", cwd=tmp_path)
        (tmp_path / "locked").chmod(0o700)
        assert done.code == 2
        assert done.out.splitlines() == [
            "./" + line("a.yaml", BROKEN),
            "./b.yaml: error: permission denied",
            "./locked: error: permission denied",
        ]

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_strange_file_name_breaks_no_format(self, tmp_path, name):
        """No name of a file breaks a line, a document or the terminal."""
        names = [
            "run\nx:1.yaml",
            "\x1b[31m\u202e.yaml",
            "sp ace%20,:.yaml",
            "é日本.yaml",
            "-x.yaml",
        ]
        put(tmp_path, dict.fromkeys((f"conf/{each}" for each in names), BROKEN))
        with suppress(OSError):  # not every file system has such names
            (tmp_path / "conf" / os.fsdecode(b"\xff.yaml")).write_text(BROKEN)
        files = len(os.listdir(tmp_path / "conf"))
        done = validate("--format", name, "conf", cwd=tmp_path)
        assert done.code == 1
        assert [
            char for char in done.out if not char.isprintable() and char != "\n"
        ] == []
        if name == "json":
            assert json.loads(done.out)["summary"]["errors"] == files
        elif name == "sarif":
            assert len(json.loads(done.out)["runs"][0]["results"]) == files
        elif name == "gitlab":
            assert len(json.loads(done.out)) == files
        elif name == "junit":
            assert ElementTree.fromstring(done.out).get("failures") == str(files)
        elif name == "markdown":
            assert done.out.count("\n- `conf/") == files
        elif name != "full":
            assert len(done.out.splitlines()) == files


class TestSettings:
    @pytest.mark.parametrize("name", ["stackcfg.toml", "pyproject.toml"])
    @pytest.mark.parametrize(
        ("settings", "lines"),
        [
            ("", [line("broken.yaml", BROKEN), line("warned.yaml", WARNED)]),
            (
                'target = "0.3.5"',
                [line("broken.yaml", BROKEN), line("warned.yaml", WARNED)],
            ),
            ('select = ["unknown-key"]', [line("warned.yaml", WARNED)]),
            ('ignore = ["unknown-key"]', [line("broken.yaml", BROKEN)]),
            (
                'per-file-ignores = {"warned.yaml" = ["unknown-key"]}',
                [line("broken.yaml", BROKEN)],
            ),
            ('per-file-ignores = {"*.yaml" = ["unknown-key", "unknown-backend"]}', []),
            (
                'per-file-ignores = {"b*" = ["unknown-key", "unknown-backend"]}',
                [line("warned.yaml", WARNED)],
            ),
        ],
    )
    def test_settings_hold_for_both_ways_in(self, folder, name, settings, lines):
        head = "[tool.stackcfg]\n" if name == "pyproject.toml" else ""
        put(folder, {name: f"{head}{settings}\n"})
        plain = validate(*FILES, cwd=folder, STACKCFG_FORMAT="concise")
        assert plain.out.splitlines() == lines
        assert concise(*FILES, cwd=folder) == plain

    @pytest.mark.parametrize(
        ("settings", "options", "rules"),
        [
            (
                'select = ["unknown-key"]',
                ["--select", "unknown-backend"],
                ["unknown-backend"],
            ),
            ('ignore = ["unknown-key"]', ["--select", "unknown-key"], ["unknown-key"]),
            ('ignore = ["unknown-key"]', ["--ignore", "unknown-backend"], []),
            (
                'target = "0.3.0"',
                ["--target", "0.3.5"],
                ["unknown-backend", "unknown-key"],
            ),
        ],
    )
    def test_the_command_line_beats_the_settings(
        self, folder, settings, options, rules
    ):
        put(folder, {"stackcfg.toml": settings})
        done = concise(*FILES, *options, cwd=folder)
        assert [each.split(": ")[1] for each in done.out.splitlines()] == rules

    def test_a_target(self, folder):
        put(folder, {"stackcfg.toml": 'target = "0.3.0"\n'})
        assert (
            json.loads(validate("--format", "json", "clean.yaml", cwd=folder).out)[
                "target"
            ]
            == "0.3.0"
        )

    @pytest.mark.parametrize(
        ("pattern", "silent"),
        [
            ("conf/*.yaml", ["conf/run.yaml"]),
            ("conf/run.yaml", ["conf/run.yaml"]),
            ("run.yaml", ["conf/run.yaml", "run.yaml"]),
            ("*", ["conf/run.yaml", "run.yaml"]),
            ("**/run.yaml", ["conf/run.yaml", "run.yaml"]),
            ("conf/**", ["conf/run.yaml"]),
            ("conf/", ["conf/run.yaml"]),
            ("./conf/*.yaml", ["conf/run.yaml"]),
            ("other/*", []),
            ("onf/run.yaml", []),
        ],
    )
    def test_patterns_name_the_files_they_match(self, tmp_path, pattern, silent):
        put(tmp_path, {"run.yaml": BROKEN, "conf/run.yaml": BROKEN})
        put(
            tmp_path,
            {
                "stackcfg.toml": f'[per-file-ignores]\n"{pattern}" = ["unknown-backend"]\n'
            },
        )
        done = concise("run.yaml", "conf/run.yaml", cwd=tmp_path)
        loud = [each.split(":")[0] for each in done.out.splitlines()]
        assert sorted([*loud, *silent]) == ["conf/run.yaml", "run.yaml"]

    def test_patterns_are_relative_to_the_settings(self, tmp_path):
        put(
            tmp_path,
            {
                "stackcfg.toml": '[per-file-ignores]\n"a/b/*.yaml" = ["unknown-backend"]\n',
                "a/b/run.yaml": BROKEN,
            },
        )
        assert concise(cwd=tmp_path / "a").code == 0
        assert concise("../a/b/run.yaml", cwd=tmp_path / "a").code == 0
        assert concise(tmp_path / "a" / "b" / "run.yaml", cwd=tmp_path / "a").code == 0

    def test_the_nearest_settings_count(self, tmp_path):
        put(
            tmp_path,
            {
                "stackcfg.toml": 'ignore = ["unknown-backend"]\n',
                "a/stackcfg.toml": "",
                "a/run.yaml": BROKEN,
            },
        )
        put(tmp_path, {"b/pyproject.toml": "[tool.other]\n", "b/run.yaml": BROKEN})
        assert concise("run.yaml", cwd=tmp_path / "a").code == 1
        assert concise("run.yaml", cwd=tmp_path / "b").code == 0

    PROVIDER = CLEAN.replace(
        "providers: {}",
        "providers:\n  eval:\n  - provider_id: mine\n    provider_type: inline::mine\n    config:\n"
        "      kvstore: {backend: kv_defualt, namespace: mine}",
    )
    DECLARED = '[[providers]]\napi = "eval"\nprovider_type = "inline::mine"\nfamily = "kv"\nfield = "kvstore"\n'

    def test_a_declared_provider_is_known(self, tmp_path):
        put(tmp_path, {"run.yaml": self.PROVIDER})
        before = concise("run.yaml", cwd=tmp_path).out
        put(tmp_path, {"stackcfg.toml": self.DECLARED})
        after = concise("run.yaml", cwd=tmp_path).out
        assert [each.split(": ")[1] for each in before.splitlines()] == [
            "provider-type",
            "unknown-backend",
        ]
        assert [each.split(": ")[1] for each in after.splitlines()] == [
            "unknown-backend"
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (
                'targt = "0.3"\n',
                "stackcfg.toml:1: error: unknown setting 'targt'; did you mean 'target'?",
            ),
            (
                "# ours\n\nzzz = 1\n",
                "stackcfg.toml:3: error: unknown setting 'zzz'; known are target, select, ignore, ",
            ),
            (
                "target = 3\n",
                "stackcfg.toml:1: error: 'target' must be a string, as in \"0.3\"",
            ),
            ('target = "9"\n', "stackcfg.toml:1: error: target '9' is not one of "),
            (
                'ignore = "unknown-key"\n',
                "stackcfg.toml:1: error: 'ignore' must be a list of rule ids",
            ),
            (
                'select = ["x", 3]\n',
                "stackcfg.toml:1: error: 'select' must be a list of rule ids",
            ),
            (
                'ignore = [\n  "unknown-kee",\n]\n',
                "stackcfg.toml:2: error: there is no rule 'unknown-kee'; did you mean 'unknown-key'?",
            ),
            (
                'select = ["zzz"]\n',
                "stackcfg.toml:1: error: there is no rule 'zzz'; 'stackcfg rules' lists them",
            ),
            (
                "per-file-ignores = 3\n",
                "stackcfg.toml:1: error: 'per-file-ignores' must be a table of file patterns",
            ),
            (
                '[per-file-ignores]\n"*.yml" = "all"\n',
                "stackcfg.toml:2: error: 'per-file-ignores.*.yml' must be a list of rule ids",
            ),
            (
                '[per-file-ignores]\n"*.yml" = ["zzz"]\n',
                "stackcfg.toml:2: error: there is no rule 'zzz'",
            ),
            (
                "providers = 3\n",
                "stackcfg.toml:1: error: 'providers' must be a list of tables, [[providers]]",
            ),
            (
                "[[providers]]\nfeld = 1\n",
                "stackcfg.toml:2: error: unknown key 'feld' in [[providers]]; known are api, ",
            ),
            ("ignore = [\n", "stackcfg.toml:1: error: not valid TOML: "),
        ],
    )
    def test_mistakes_are_named_with_their_line(self, folder, text, words):
        put(folder, {"stackcfg.toml": text})
        for options in ([], ["--format", "json"]):
            done = validate("clean.yaml", *options, cwd=folder)
            assert (done.code, done.out) == (2, "")
            assert done.err.startswith(f"{folder}/{words}")
            assert done.err.count("\n") == 1

    def test_mistakes_in_pyproject_are_named_with_their_line(self, folder):
        put(
            folder,
            {
                "pyproject.toml": '[project]\nname = "ignor"\n\n[tool.stackcfg]\nignor = []\n'
            },
        )
        done = concise("clean.yaml", cwd=folder)
        assert done == Done(
            2,
            "",
            f"{folder}/pyproject.toml:5: error: unknown setting 'ignor'; did you mean 'ignore'?\n",
        )

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"a = 1\n# caf\xe9\n", "2: error: not UTF-8 text"),
            (b"ignore = [\n", "1: error: not valid TOML: Invalid value"),
            (
                b"ignore = []\nignore = []\n",
                "2:12: error: not valid TOML: Cannot overwrite a value",
            ),
        ],
    )
    def test_settings_that_are_not_toml_are_named(self, folder, content, message):
        (folder / "stackcfg.toml").write_bytes(content)
        assert concise("clean.yaml", cwd=folder) == Done(
            2, "", f"{folder}/stackcfg.toml:{message}\n"
        )

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("stackcfg.toml", b'\xef\xbb\xbfignore = ["unknown-backend"]\r\n'),
            (
                "pyproject.toml",
                b'\xef\xbb\xbf[tool.stackcfg]\r\nignore = ["unknown-backend"]\r\n',
            ),
        ],
    )
    def test_settings_with_byte_order_mark_and_crlf_are_read(
        self, folder, name, content
    ):
        (folder / name).write_bytes(content)
        assert concise("broken.yaml", cwd=folder) == Done(0, "", "")

    @pytest.mark.parametrize(
        "text",
        [
            "[project]\nname = 'stackcfg'\n",
            "tool = 'stackcfg'\n",
            "[tool.other]\nx = 'stackcfg'\n",
        ],
    )
    def test_a_pyproject_that_only_mentions_stackcfg_has_no_settings(
        self, folder, text
    ):
        put(folder, {"pyproject.toml": text})
        assert concise("clean.yaml", cwd=folder) == Done(0, "", "")


CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: llama\ndata:\n  note: text\n  run.yaml: |\n"
SECRET = CONFIG_MAP.replace("kind: ConfigMap", "kind: Secret").replace(
    "\ndata:", "\nstringData:"
)


class TestContainers:
    """Lines and columns are those of the file, whatever holds the run config."""

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            (CONFIG_MAP + indent(BROKEN, "    "), "16:30"),
            (SECRET + indent(BROKEN, "    "), "16:30"),
            ((CONFIG_MAP + indent(BROKEN, "    ")).replace("\n", "\r\n"), "16:30"),
            ("\ufeff" + CONFIG_MAP + indent(BROKEN, "    "), "16:30"),
            (CONFIG_MAP.replace("|\n", "|-2\n") + indent(BROKEN, "    "), "16:30"),
            (
                "apiVersion: v1\nkind: List\nitems:\n- "
                + indent(CONFIG_MAP + indent(BROKEN, "    "), "  ")[2:],
                "19:32",
            ),
            ("services: {}\n---\n" + BROKEN, "11:26"),
            (f"{CLEAN}---\n{BROKEN}", "21:26"),
            (
                f"{CONFIG_MAP}{indent(CLEAN, '    ')}---\n{CONFIG_MAP}{indent(BROKEN, '    ')}",
                "35:30",
            ),
            ("# 1\n\n# 3\n---\n" + BROKEN, "13:26"),
            ("%YAML 1.1\n---\n" + BROKEN, "11:26"),
            (BROKEN.replace("demo", "{{ .Values.name }}"), "9:26"),
            (
                BROKEN.replace("demo", "'{{ name }}'").replace("/data", "{{ folder }}"),
                "9:26",
            ),
            (BROKEN.replace("\n", "\r\n"), "9:26"),
            (BROKEN.replace("image_name: demo", 'image_name: "\U0001f600é"'), "9:26"),
            (
                BROKEN.replace("{backend: sql_d", '{"\U0001f600é": 1, backend: sql_d'),
                "9:35",
            ),
        ],
    )
    def test_a_finding_in_a_container_is_at_the_line_of_the_file(
        self, tmp_path, text, place
    ):
        put(tmp_path, {"run.yaml": text})
        done = concise("run.yaml", "--select", "unknown-backend", cwd=tmp_path)
        assert (done.code, done.out) == (1, line("run.yaml", BROKEN, place) + "\n")

    def test_the_frame_names_the_config(self, tmp_path):
        put(
            tmp_path,
            {"run.yaml": f"services: {{}}\n---\n{CONFIG_MAP}{indent(BROKEN, '    ')}"},
        )
        done = validate("run.yaml", cwd=tmp_path)
        assert " --> run.yaml:18:30 (document 2 data.run.yaml)\n" in done.out
        assert (
            "\n18 |         inference: {backend: sql_defualt, table_name: inference_store}\n"
            in done.out
        )

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                CONFIG_MAP + "    image_name: [demo\n    providers: {}\n",
                "run.yaml:8:17: error: data.run.yaml: not valid YAML: ",
            ),
            (
                "a: 1\n---\nimage_name: [demo\nproviders: {}\n",
                "run.yaml:3:13: error: not valid YAML: ",
            ),
            (
                "{% include 'x' %}\n" + CLEAN,
                "run.yaml:1:1: error: a template decides about the structure of the run config ({% include 'x' %})",
            ),
            (
                CLEAN + "{{- toYaml .Values.more }}\n",
                "run.yaml:12:1: error: a template decides about the structure",
            ),
        ],
    )
    def test_a_refusal_in_a_container_is_at_the_line_of_the_file(
        self, tmp_path, text, message
    ):
        put(tmp_path, {"run.yaml": text})
        done = concise("run.yaml", cwd=tmp_path)
        assert (done.code, done.err) == (2, "")
        assert done.out.startswith(message)
        assert done.out.count("\n") == 1

    @pytest.mark.parametrize("before", ["{% if x %}", "{{- if .Values.x }}"])
    def test_a_template_may_decide_whether_there_is_a_run_config(
        self, tmp_path, before
    ):
        put(tmp_path, {"run.yaml": f"{before}\n{BROKEN}"})
        [found] = library.validate(BROKEN).findings
        row, column = found.span.start
        done = concise("run.yaml", cwd=tmp_path)
        assert done.out.splitlines() == [
            line("run.yaml", BROKEN, f"{row + 1}:{column}")
        ]

    def test_findings_in_a_config_that_is_encoded_are_at_its_value(self, tmp_path):
        encoded = base64.b64encode(BROKEN.encode()).decode()
        text = f"apiVersion: v1\nkind: Secret\ndata:\n  run.yaml: {encoded}\n"
        put(tmp_path, {"run.yaml": text})
        done = concise("run.yaml", cwd=tmp_path)
        assert done.code == 1
        assert done.out.startswith("run.yaml:4:13: ")
        assert encoded not in run_here("validate", "run.yaml", cwd=tmp_path).out


class TestColor:
    @pytest.mark.parametrize(
        ("options", "variables", "colored"),
        [
            ([], {}, False),
            ([], {"FORCE_COLOR": "1"}, True),
            ([], {"NO_COLOR": "1"}, False),
            ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
            ([], {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
            (["--color"], {}, True),
            (["--color"], {"NO_COLOR": "1"}, True),
            (["--no-color"], {"FORCE_COLOR": "1"}, False),
        ],
    )
    def test_option_and_environment_decide_on_colors(
        self, folder, options, variables, colored
    ):
        done = validate("broken.yaml", *options, cwd=folder, **variables)
        assert ("\x1b[" in done.out) is colored
        assert "\x1b[" not in done.err

    @pytest.mark.parametrize("name", FORMATS[1:])
    def test_only_frames_are_colored(self, folder, name):
        done = validate(
            "--color", "--format", name, "broken.yaml", cwd=folder, FORCE_COLOR="1"
        )
        assert "\x1b" not in done.out + done.err

    @pytest.mark.parametrize(
        ("variables", "colored"),
        [
            ({"TERM": "xterm"}, True),
            ({"TERM": "dumb"}, False),
            ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ],
    )
    def test_a_terminal_is_colored_unless_the_environment_forbids_it(
        self, folder, variables, colored
    ):
        shown, _ = on_terminal("validate", "broken.yaml", cwd=folder, **variables)
        assert ("\x1b[" in shown) is colored
        assert "sql_defualt" in shown

    def test_frames_fit_a_narrow_terminal(self, folder):
        put(
            folder,
            {
                "broken.yaml": BROKEN.replace(
                    "inference_store}", f"inference_store}} # {'x' * 200}"
                )
            },
        )
        shown, _ = on_terminal(
            "validate", "broken.yaml", cwd=folder, TERM="dumb", COLUMNS="50"
        )
        rows = [row for row in shown.splitlines() if "|" in row and "=" not in row]
        assert max(map(len, rows)) <= 50
        assert any("sql_defualt" in row for row in rows)


def on_terminal(
    *arguments: str, cwd: Path, piped: bool = False, script: str = "", **extra: str
) -> tuple[str, str]:
    """Return what a command writes to a terminal, and to a piped standard output."""
    master, slave = pty.openpty()
    command = [
        sys.executable,
        "-c",
        f"{script}\nfrom stackcfg.__main__ import main\nmain()",
        *arguments,
    ]
    output = subprocess.PIPE if piped else slave
    with subprocess.Popen(
        command,
        cwd=cwd,
        stdin=slave,
        stdout=output,
        stderr=slave,
        env=environment(**extra),
    ) as process:
        os.close(slave)
        shown = b""
        with suppress(OSError):  # what a terminal says when nobody is there any more
            while piece := os.read(master, 65_536):
                shown += piece
        rest = process.stdout.read() if process.stdout else b""
    os.close(master)
    return shown.decode().replace("\r\n", "\n"), rest.decode()


PASSWORDS = """\
image_name: demo
providers:
  inference:
  - provider_id: vllm
    provider_type: remote::vllm
    config:
      api_token: |
        hunter2
        hunter2, and more
      url: "http://user:hunter2@models"
      timeuot: 3
server: {port: 8321, prot: 1}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql_default: {type: sql_postgres, user: llama, password: hunter2 hunter2, hosst: db}
    sql_other:
      type: sql_postgres
      user: llama
      password: "hunter2
        hunter2"
      pasword: hunter2
  stores:
    metadata: {backend: kv_default, namespace: registry}
    inference: {backend: sql_defualt, table_name: inference_store}
    conversations: {backend: sql_default, table_name: openai_conversations}
"""
VLLM = """\
image_name: demo
providers:
  inference:
  - {provider_id: vllm, provider_type: "remote::vllm", config: {CONFIG}}
"""
QUOTED = {
    "an old default": "api_token: '${env.TOKEN:hunter2}'",
    "a long old default": "api_token: '${env.TOKEN:hunter2-hunter2-hunter2-hunter2-hunter2}'",
    "an old default in a URL": "url: 'http://u:${env.TOKEN:hunter2}@models'",
    "a URL around an old default": "url: 'http://u:hunter2@models/${env.PATH:x}'",
    "a variable in small letters": "api_token: '${env.token:=hunter2}'",
    "a long variable in small letters": "api_token: '${env.token:=hunter2-hunter2-hunter2-hunter2-hunter2}'",
    "a key twice": "api_token: hunter2, api_token: hunter2",
    "a URL for a switch": "tls_verify: 'http://u:hunter2@models'",
    "a list": "api_token: [hunter2]",
    "a number": "api_token: 7777777",
    "a number as a default": "api_token: '${env.TOKEN:=7777777}'",
    "a number in another spelling": "api_token: '${env.TOKEN:=07_777_777}'",
    "a misspelt key": "api_tokn: 1, pasword: hunter2",
    "a broken file": "api_token: hunter2, x: ]",
}


class TestSecrets:
    @pytest.mark.parametrize("name", FORMATS)
    @pytest.mark.parametrize("container", ["", CONFIG_MAP])
    def test_secrets_stay_hidden_in_every_format(self, tmp_path, name, container):
        put(
            tmp_path,
            {
                "run.yaml": container
                + (indent(PASSWORDS, "    ") if container else PASSWORDS)
            },
        )
        done = validate("--format", name, "run.yaml", cwd=tmp_path)
        assert done.code == 1
        assert "timeuot" in done.out
        assert "hunter2" not in done.out + done.err

    @pytest.mark.parametrize("case", QUOTED)
    def test_secrets_stay_hidden_in_messages_and_fixes(self, tmp_path, case):
        put(tmp_path, {"run.yaml": VLLM.replace("CONFIG", QUOTED[case])})
        for name in ("full", "concise", "json", "sarif"):
            done = validate(
                "--format", name, "--target", "0.3", "run.yaml", cwd=tmp_path
            )
            assert re.search("hunt|7777|7_777", done.out + done.err) is None, name
            assert "run.yaml" in done.out

    @pytest.mark.parametrize("written", ["7", "a", "${env.TOKEN:=7}"])
    def test_a_word_too_short_for_a_secret_garbles_no_message(self, tmp_path, written):
        put(
            tmp_path,
            {
                "run.yaml": VLLM.replace(
                    "CONFIG", f"api_token: '{written}', max_tokens: a"
                )
            },
        )
        found = library.validate((tmp_path / "run.yaml").read_text()).findings
        assert [each.message for each in found if "*" in each.message + each.help] == []
        assert "must be an integer, not a string" in " ".join(
            each.message for each in found
        )

    def test_no_fix_writes_a_mask(self, tmp_path):
        put(tmp_path, {"run.yaml": VLLM.replace("CONFIG", QUOTED["an old default"])})
        done = validate(
            *("--target", "0.3", "--select", "old-placeholder"),
            *("--format", "json", "run.yaml"),
            cwd=tmp_path,
        )
        [found] = json.loads(done.out)["files"][0]["diagnostics"]
        assert found["fix"] is None
        assert found["help"] == "write ${env.TOKEN:=********}"
        put(
            tmp_path,
            {"run.yaml": VLLM.replace("CONFIG", "url: '${env.URL:http://models}'")},
        )
        done = validate(
            *("--target", "0.3", "--select", "old-placeholder"),
            *("--format", "json", "run.yaml"),
            cwd=tmp_path,
        )
        [found] = json.loads(done.out)["files"][0]["diagnostics"]
        assert [each["text"] for each in found["fix"]["replacements"]] == [
            "'${env.URL:=http://models}'"
        ]

    @pytest.mark.parametrize("container", ["", CONFIG_MAP])
    def test_show_secrets_shows_secrets(self, tmp_path, container):
        """Masked and unmasked frames differ only in the secrets: marks stay in place."""
        put(
            tmp_path,
            {
                "run.yaml": container
                + (indent(PASSWORDS, "    ") if container else PASSWORDS)
            },
        )
        hidden = validate("run.yaml", cwd=tmp_path)
        shown = validate("--show-secrets", "run.yaml", cwd=tmp_path)
        assert hidden.err == shown.err
        assert len(hidden.out) == len(shown.out)
        pairs = {
            (mine, its)
            for mine, its in zip(hidden.out, shown.out, strict=True)
            if mine != its
        }
        assert {mine for mine, _ in pairs} == {"*"}
        assert f"password: {'*' * 15}, hosst: db}}" in hidden.out
        assert "password: hunter2 hunter2, hosst: db}" in shown.out

    def test_secrets_of_a_file_that_cannot_be_parsed_stay_hidden(self, tmp_path):
        put(
            tmp_path,
            {"run.yaml": "image_name: demo\nproviders: {password: hunter2, x: ]\n"},
        )
        done = validate("run.yaml", cwd=tmp_path)
        assert done.code == 2
        assert "\n2 | providers: {password: *******, x: ]\n" in done.out
        assert "hunter2" not in done.out


ODD = {
    "empty": (b"", "1:1: error: not a run config"),
    "blank": (b" \n\n", "1:1: error: not a run config"),
    "only comments": (b"# run config\n# of nothing\n", "1:1: error: not a run config"),
    "only marks": (b"---\n---\n...\n", "1:1: error: not a run config"),
    "a word": (b"hello\n", "1:1: error: not a run config"),
    "a list": (b"- provider_type: inline::x\n", "1:1: error: not a run config"),
    "null": (b"null\n", "1:1: error: not a run config"),
    "UTF-16": (
        CLEAN.encode("utf-16"),
        "1:1: error: UTF-16 text; convert it to UTF-8",
    ),
    "UTF-32": (
        CLEAN.encode("utf-32"),
        "1:1: error: not UTF-8 text; convert it to UTF-8",
    ),
    "Latin-1": (
        CLEAN.replace("demo", "caf\xe9").encode("latin-1"),
        "1:16: error: not UTF-8 text; convert it to UTF-8",
    ),
    "a picture": (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "1:1: error: not UTF-8 text; convert it to UTF-8",
    ),
    "a zero byte": (
        b"image_name: a\0\n",
        "1:14: error: not YAML text: the character U+0000 is not allowed; remove it",
    ),
    "half a surrogate pair": (
        b'image_name: "\\ud800"\nproviders: {}\n',
        "1:13: error: not valid YAML: half of a ",
    ),
    "a tab for indentation": (
        CLEAN.replace("  stores", "\tstores").encode(),
        "7:1: error: not valid YAML: ",
    ),
    "a tab before a value": (
        CLEAN.replace(": demo", ":\tdemo").encode(),
        "1:12: error: not valid YAML: ",
    ),
    "brackets without end": (
        b"a: " + b"[" * 10_000,
        "1:103: error: nested more than 100 levels deep",
    ),
    "levels without end": (
        b"".join(b" " * n + b"a:\n" for n in range(300)),
        "101:101: error: nested more than 100 levels deep",
    ),
    "aliases of aliases": (
        b"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 10))
            for n in range(98, 110)
        ),
        "7:8: error: aliases expand to millions of values",
    ),
    "an alias of itself": (
        b"image_name: a\nproviders: &p\n  a: *p\n",
        "3:6: error: alias '*p' is inside its own anchor",
    ),
    "an alias of nothing": (
        b"image_name: *x\nproviders: {}\n",
        "1:13: error: alias '*x' has no anchor before it",
    ),
    "a foreign tag": (
        b"image_name: !x y\nproviders: {}\n",
        "1:13: error: unknown tag '!x'; the server refuses it",
    ),
    "a tag of Python": (
        b"image_name: !!python/name:os.system x\nproviders: {}\n",
        "1:13: error: unknown tag ",
    ),
    "a mapping for a key": (
        b"? {a: b}\n: c\nimage_name: a\nproviders: {}\n",
        "1:3: error: a list or mapping cannot be a key",
    ),
    "a merge of a word": (
        b"image_name: a\nproviders: {<<: x}\n",
        "2:17: error: a merge key '<<' must name a mapping",
    ),
    "a date that is none": (
        b"image_name: a\nproviders: {}\nversion: 2024-13-45\n",
        "3:10: error: a value does not fit its type",
    ),
    "more than 10 MiB": (
        CLEAN.encode() + b"# more\n" * 1_500_000,
        " error: larger than 10 MiB: not a run config",
    ),
}

AS_JSON = json.dumps(yaml.safe_load(BROKEN), indent=2)
FINE = {
    "BOM": ("\ufeff" + BROKEN, "9:26"),
    "CRLF": (BROKEN.replace("\n", "\r\n"), "9:26"),
    "CR": (BROKEN.replace("\n", "\r"), "9:26"),
    "mixed line ends": (BROKEN.replace("\n", "\r\n", 4), "9:26"),
    "no end of the last line": (BROKEN[:-1], "9:26"),
    "trailing spaces": (BROKEN.replace("\n", "   \n"), "9:26"),
    "a long line": (BROKEN.replace("demo", "d" * 300_000), "9:26"),
    "JSON": (AS_JSON, "21:20"),
    "an anchor": (BROKEN.replace("sql_defualt", "&name sql_defualt"), "9:26"),
    "a merge key": (
        BROKEN.replace("{backend: sql_defualt,", "{<<: {backend: sql_defualt},"),
        "9:17",
    ),
}


class TestOddInput:
    @pytest.mark.parametrize("name", ODD)
    def test_odd_input_is_refused_in_one_line(self, tmp_path, name):
        content, message = ODD[name]
        (tmp_path / "run.yaml").write_bytes(content)
        done = concise("run.yaml", cwd=tmp_path)
        assert (done.code, done.err, done.out.count("\n")) == (2, "", 1)
        assert done.out.startswith(f"run.yaml:{message}")

    @pytest.mark.parametrize("name", FINE)
    def test_unusual_text_is_read_as_any_other(self, tmp_path, name):
        text, place = FINE[name]
        (tmp_path / "run.yaml").write_bytes(text.encode())
        done = concise("run.yaml", cwd=tmp_path)
        assert (done.code, done.err) == (1, "")
        assert [each.split(": ")[:2] for each in done.out.splitlines()] == [
            [f"run.yaml:{place}", "unknown-backend"]
        ]

    @pytest.mark.parametrize("name", ["CR", "a long line", "BOM", "JSON"])
    def test_frames_show_unusual_text(self, tmp_path, name):
        text, place = FINE[name]
        (tmp_path / "run.yaml").write_bytes(text.encode())
        done = validate("run.yaml", cwd=tmp_path)
        source, mark = re.search(
            rf"\n{place.split(':')[0]} \| (.*)\n +\| ( *\^+)\n", done.out
        ).groups()
        assert source[mark.index("^") : len(mark)].strip('"') in ("sql_defualt", "zzz")

    def test_values_of_every_type_are_checked_at_every_top_level_key(self):
        """No YAML value makes a rule fail, and every finding has a place in the file."""
        values = [
            "1",
            "1.5",
            "true",
            "~",
            "[]",
            "{}",
            "[1, [2]]",
            "{1: 2, ~: 3}",
            "2024-01-02",
            ".nan",
            "!!binary aGk=",
            '""',
        ]
        paths = [
            "image_name",
            "providers",
            "storage",
            "server",
            "apis",
            "version",
            "registered_resources",
            "telemetry",
        ]
        for path in paths:
            for value in values:
                lines = [
                    each
                    for each in CLEAN.splitlines()
                    if not each.startswith(f"{path}:")
                ]
                if path == "storage":
                    lines = lines[:2]
                text = "\n".join([*lines, f"{path}: {value}", ""])
                places_are_in(text)

    def test_values_of_every_type_are_checked_inside_the_storage(self):
        values = ["1", "true", "~", "[]", "{}", "[1]", "{1: 2}", '""']
        for part in (
            "{type: kv_sqlite, db_path: /data/kv.db}",
            "kv_sqlite",
            "{backend: kv_default, namespace: registry}",
            "registry",
        ):
            for value in values:
                places_are_in(CLEAN.replace(part, value))


def places_are_in(text: str) -> None:
    try:
        found = library.validate(text)
    except InputError as error:
        spans = [Span(error.position, error.position)]
    else:
        spans = [each.span for each in found.findings]
    lines = text.split("\n")
    for span in spans:
        assert 1 <= span.start.line <= len(lines), text
        assert 1 <= span.start.column <= len(lines[span.start.line - 1]) + 1, text


class TestManyFiles:
    MANY = 150

    @pytest.fixture
    def many(self, tmp_path: Path) -> Path:
        kinds = [
            CLEAN,
            BROKEN,
            WARNED,
            "services: {}\n",
            "image_name: [\nproviders: {}\n",
            PASSWORDS,
            OLD,
        ]
        return put(
            tmp_path,
            {
                f"conf/{number:03}.yaml": kinds[number % len(kinds)]
                for number in range(self.MANY)
            },
        )

    @pytest.mark.parametrize("name", ["full", "concise", "json"] if ALL else ["full"])
    def test_two_processes_print_what_one_prints(self, many, name):
        done = [
            patched(
                f"import stackcfg.system.parallel as parallel\nparallel._cores = lambda: {cores}\n",
                *("validate", "-v", "--format", name, "conf"),
                cwd=many,
            )
            for cores in (1, 2)
        ]
        assert done[0].out == done[1].out
        assert sorted(done[0].err.splitlines()) == sorted(done[1].err.splitlines())
        assert [each.code for each in done] == [2, 2]
        assert "149.yaml" in done[0].out

    def test_a_reader_that_leaves_early_is_exit_code_141(self, many):
        command = [sys.executable, "-m", "stackcfg", "validate", "conf"]
        with subprocess.Popen(
            command,
            cwd=many,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        ) as process:
            assert process.stdout
            assert process.stderr
            assert process.stdout.read(7) == b"error[u"
            process.stdout.close()
            said = process.stderr.read()
        assert (process.returncode, said) == (141, b"")

    @pytest.mark.parametrize(
        ("redirection", "message"),
        [
            (">&-", "stackcfg: error: standard output is closed\n"),
            (
                "> /dev/full",
                "stackcfg: error: the output cannot be written: No space left on device\n",
            ),
        ],
    )
    def test_an_output_that_cannot_be_written_is_exit_code_two(
        self, many, redirection, message
    ):
        command = f'exec "$0" -m stackcfg validate --format concise conf {redirection}'
        done = subprocess.run(
            ["bash", "-c", command, sys.executable],
            cwd=many,
            capture_output=True,
            text=True,
            env=environment(),
            check=False,
        )
        assert (done.returncode, done.stderr) == (2, message)


class Screen(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        return True


class TestProgress:
    @pytest.fixture
    def clock(self, monkeypatch):
        now = SimpleNamespace(seconds=100.0)
        monkeypatch.setattr(
            progress, "time", SimpleNamespace(monotonic=lambda: now.seconds)
        )
        monkeypatch.setenv("TERM", "xterm")
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            monkeypatch.delenv(name, raising=False)
        return now

    def shown(self, clock, monkeypatch, screen, total=9, seconds=0.6) -> str:
        monkeypatch.setattr(sys, "stderr", screen)
        bar = progress.Progress(total)
        bar.advance("first.yaml")
        clock.seconds += seconds
        bar.advance("second.yaml")
        bar.hide()
        return screen.getvalue()

    def test_a_bar_appears_after_half_a_second(self, clock, monkeypatch):
        text = self.shown(clock, monkeypatch, Screen())
        assert "second.yaml" in text
        assert "first.yaml" not in text

    @pytest.mark.parametrize(
        ("asked", "variables", "colored"),
        [
            (None, {}, True),
            (None, {"NO_COLOR": "1"}, False),
            (None, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
            (False, {"FORCE_COLOR": "1"}, False),
            (True, {"NO_COLOR": "1"}, True),
        ],
    )
    @pytest.mark.parametrize(
        ("kind", "step"),
        [(progress.Progress, "run.yaml"), (progress.RowProgress, 3)],
    )
    def test_option_and_environment_decide_on_the_color_of_a_bar(
        self, clock, monkeypatch, kind, step, asked, variables, colored
    ):
        screen = Screen()
        monkeypatch.setattr(sys, "stderr", screen)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        bar = kind(9, asked)
        clock.seconds += 0.6
        bar.advance(step)
        bar.hide()
        assert bool(re.search(r"\x1b\[[39]\d", screen.getvalue())) is colored

    def test_no_bar_appears_before_half_a_second(self, clock, monkeypatch):
        assert self.shown(clock, monkeypatch, Screen(), seconds=0.4) == ""

    def test_no_bar_appears_for_a_single_file(self, clock, monkeypatch):
        assert self.shown(clock, monkeypatch, Screen(), total=1) == ""

    def test_no_bar_appears_without_a_terminal(self, clock, monkeypatch):
        assert self.shown(clock, monkeypatch, io.StringIO()) == ""

    def test_a_bar_stays_out_of_the_product(self, folder):
        """The bar is on the terminal, gone at the end, and nowhere in the output."""
        script = "import stackcfg.system.progress as progress\nprogress.DELAY = 0\n"
        shown, product = on_terminal(
            "validate",
            "--format",
            "json",
            *FILES,
            cwd=folder,
            piped=True,
            script=script,
            TERM="xterm",
        )
        assert "━" in shown
        assert shown.endswith("\x1b[1A\x1b[2K")
        assert product == validate("--format", "json", *FILES, cwd=folder).out

    def test_a_bar_makes_way_for_printed_lines(self, folder):
        script = "import stackcfg.system.progress as progress\nprogress.DELAY = 0\n"
        shown, _ = on_terminal(
            "validate",
            "--format",
            "concise",
            *FILES,
            cwd=folder,
            script=script,
            TERM="xterm",
        )
        seen = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "\x1b", shown)
        assert f"\x1b{line('broken.yaml', BROKEN)}\n" in seen
        assert f"\x1b{line('warned.yaml', WARNED)}\n" in seen


class TestWaysIn:
    @pytest.mark.parametrize(
        ("words", "plain"),
        [
            (["validate"], ([], None, None)),
            (["validate", "a.yaml", "-", "b"], (["a.yaml", "-", "b"], None, None)),
            (["validate", "--strict", "a.yaml"], None),
            (["validate", "a.yaml", "-v"], None),
            (["migrate", "a.yaml"], None),
            ([], None),
        ],
    )
    def test_only_plain_command_lines_are_parsed_here(self, words, plain):
        assert parse_plain_validate(words) == plain

    @pytest.mark.parametrize("options", [[], ["--format", "json"]])
    def test_a_process_of_its_own_does_the_same(self, folder, options):
        done = run_here("validate", "-", ".", *options, cwd=folder, stdin=BROKEN)
        assert validate("-", ".", *options, cwd=folder, stdin=BROKEN) == done
        assert done.code == 1

    @pytest.mark.parametrize(
        "files", [["broken.yaml"], ["nowhere.yaml", "clean.yaml"], ["."], ["-"]]
    )
    def test_a_plain_command_line_prints_what_the_full_one_prints(self, folder, files):
        short = validate(*files, cwd=folder, stdin=WARNED)
        assert validate("--format", "full", *files, cwd=folder, stdin=WARNED) == short


class TestHelp:
    def test_help_fits_eighty_columns_and_names_every_option(self):
        words = run_here("validate", "--help", COLUMNS="80").out
        assert max(map(len, words.splitlines())) <= 80
        assert [
            option
            for option in OPTIONS
            if f"  {option}" not in words and f", {option}" not in words
        ] == []
        assert "0 nothing found" in words
        assert "STACKCFG_FORMAT" in words
        assert "<str>" not in words

    def test_no_option_is_left_out_here(self):
        words = run_here("validate", "--help").out
        assert sorted(
            set(re.findall(r"(?m)^  (?:-\w, )?(--[a-z-]+)", words))
        ) == sorted(OPTIONS)


OPTIONS = (
    "--target",
    "--format",
    "--output-file",
    "--select",
    "--ignore",
    "--schema",
    "--fix",
    "--diff",
    "--add-ignore",
    "--no-backup",
    "--unsafe-fixes",
    "--baseline",
    "--write-baseline",
    "--statistics",
    "--quiet",
    "--strict",
    "--exit-zero",
    "--cache",
    "--no-cache",
    "--exclude",
    "--stdin-filename",
    "--color",
    "--show-secrets",
    "--verbose",
    "--help",
)
