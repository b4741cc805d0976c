"""The loop over files: one bad file does not stop the others, other YAML is skipped."""

from __future__ import annotations

import pytest

from stackcfg.cli.batch import FileOutcome, InputFile, find_inputs, process_file
from stackcfg.cli.errors import print_error
from stackcfg.errors import StackcfgError
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.reports.data.formats import FORMATS as DATA_FORMATS
from stackcfg.reports.migrate.formats import FORMATS as REPORTS
from stackcfg.reports.show.formats import FORMATS as SHOW_FORMATS
from stackcfg.reports.validate.formats import FORMATS as VALIDATE_FORMATS
from stackcfg.system.files import FileError
from stackcfg.yamltext.document import Position
from tests.support.in_process import run_here
from tests.support.running import OLD

RUN_CONFIG = "version: 2\nimage_name: a\nproviders: {}\n"


def outcome(tmp_path, error=None, text=RUN_CONFIG, in_folder=False) -> FileOutcome[str]:
    path = tmp_path / "run.yaml"
    path.write_text(text)

    def work(_file: InputFile, text: str) -> str:
        if error is not None:
            raise error
        return text.upper()

    return process_file(InputFile(str(path), "name", in_folder), work)


def test_a_result_is_kept_with_the_text(tmp_path):
    found = outcome(tmp_path)
    assert found == FileOutcome("name", RUN_CONFIG.upper(), text=RUN_CONFIG)


def test_standard_input_has_the_name_it_is_given():
    assert find_inputs(["-"], "pod.yaml") == [InputFile("-", "pod.yaml")]


def test_an_error_becomes_a_problem_with_its_place_and_hint(tmp_path):
    problem = outcome(tmp_path, InputError("bad", Position(2, 3), "fix it")).problem
    assert problem == ("bad", 2, 3, "fix it")


def test_an_error_about_another_file_names_that_file(tmp_path):
    assert outcome(tmp_path, FileError("new.yaml", "is a folder")).name == "new.yaml"


def test_an_unexpected_error_is_a_problem_unless_details_are_wanted(
    tmp_path, monkeypatch
):
    monkeypatch.delenv("STACKCFG_TRACEBACK", raising=False)
    problem = outcome(tmp_path, RuntimeError("boom")).problem
    assert problem is not None
    assert problem.message == "internal error: RuntimeError: boom"
    monkeypatch.setenv("STACKCFG_TRACEBACK", "1")
    with pytest.raises(RuntimeError, match="boom"):
        outcome(tmp_path, RuntimeError("boom"))


def test_output_that_cannot_be_written_stops_the_loop(tmp_path):
    with pytest.raises(OSError, match="full"):
        outcome(tmp_path, OSError("full"))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (None, "services: {}\n"),
        (NotRunConfigError("none", Position(1, 1)), RUN_CONFIG),
        (InputError("not YAML", Position(1, 1)), "storage: [\n"),
    ],
)
def test_other_yaml_is_skipped_in_a_folder_and_refused_by_name(tmp_path, error, text):
    error = error or NotRunConfigError("none", Position(1, 1))
    assert outcome(tmp_path, error, text, in_folder=True).skipped
    assert outcome(tmp_path, error, text).problem is not None


def test_a_run_config_that_cannot_be_parsed_is_not_skipped(tmp_path):
    error = InputError("not YAML", Position(1, 1))
    assert outcome(tmp_path, error, in_folder=True).problem is not None


@pytest.mark.parametrize("command", ["migrate --check", "validate", "show"])
def test_every_command_skips_other_yaml_alike(command, tmp_path):
    (tmp_path / "run.yaml").write_text(OLD)
    (tmp_path / "chart.yaml").write_text("storage: {{ .Values.storage }\n  a: [\n")
    done = run_here(*command.split(), "-v", ".", cwd=tmp_path)
    assert done.code != 2
    assert "./chart.yaml: skipped: " in done.err


@pytest.mark.parametrize(
    ("command", "formats"),
    [
        (["migrate"], REPORTS),
        (["validate"], VALIDATE_FORMATS),
        (["show"], SHOW_FORMATS),
        (["data", "plan"], (*DATA_FORMATS, "job")),
    ],
)
def test_the_help_lists_the_formats_of_the_dictionary(command, formats):
    words = "".join(run_here(*command, "--help").out.split())
    assert f"[{'|'.join(formats)}]" in words


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (StackcfgError("bad"), "error: bad\n"),
        (StackcfgError("bad", hint="fix it"), "error: bad; fix it\n"),
        (FileError("a.yaml", "bad"), "a.yaml: error: bad\n"),
        (FileError("a.yaml", "bad", (2, 0)), "a.yaml:2: error: bad\n"),
        (FileError("a.yaml", "bad", (2, 3)), "a.yaml:2:3: error: bad\n"),
    ],
)
def test_an_error_is_one_line_with_the_place_first(error, line, capsys):
    print_error(error)
    assert capsys.readouterr().err == line
