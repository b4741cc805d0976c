"""The action for GitHub workflows: its shape, and its steps as bash runs them on a runner.

stackcfg is installed as the action does it, from wheels of what is installed here: no package index is asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.support.running import ROOT, STARTER, Done, environment
from tests.support.wheels import offline_variables

ACTION: Final[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: Final[list[dict[str, Any]]] = ACTION["runs"]["steps"]
FIND, SET_UP, INSTALL, RUN = STEPS
EXPRESSION: Final = re.compile(r"\$\{\{ (.+?) \}\}")
DEFAULTS: Final = {name: entry["default"] for name, entry in ACTION["inputs"].items()}

BASH: Final = shutil.which("bash") or "bash"
OLD: Final = (STARTER / "input.yaml").read_text()
GOOD: Final = (STARTER / "output.yaml").read_text()
BROKEN: Final = GOOD.replace("backend: kv_default", "backend: kv_defalt", 1)
BROKEN_LINE: Final = BROKEN[: BROKEN.index("kv_defalt")].count("\n") + 1
WARNED: Final = f"{GOOD}unheard_of: 1\n"
ERROR: Final = f"line={BROKEN_LINE},endLine={BROKEN_LINE},col=18,endColumn=27,title=stackcfg(unknown-backend)::"

Outputs = dict[str, str]


def test_every_input_says_what_it_is_and_is_used():
    used = {
        name for step in STEPS for name in names_in(step) if name.startswith("inputs.")
    }
    assert used == {f"inputs.{name}" for name in ACTION["inputs"]}
    assert all(entry["description"] for entry in ACTION["inputs"].values())


def test_every_output_that_is_read_was_written_before():
    written: set[str] = set()
    for step in STEPS:
        assert {name for name in names_in(step) if name.startswith("steps.")} <= written
        if "run" in step:
            written |= {
                f"steps.{step.get('id')}.outputs.{name}"
                for name in re.findall(r"'(\w+)=%s", step["run"])
            }
        else:
            written.add(f"steps.{step['id']}.outputs.python-path")


def names_in(step: dict[str, Any]) -> set[str]:
    """Return the inputs and outputs that a step reads."""
    expressions = [
        found
        for value in step.get("env", {}).values()
        for found in EXPRESSION.findall(value)
    ]
    return set(
        re.findall(
            r"(?:inputs|steps)\.[\w.-]+", " ".join([*expressions, step.get("if", "")])
        )
    )


def test_no_script_holds_an_expression():
    assert ACTION["runs"]["using"] == "composite"
    for step in FIND, INSTALL, RUN:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]


def test_only_python_is_set_up_and_only_where_there_is_none():
    assert re.fullmatch(r"actions/setup-python@[0-9a-f]{40}", SET_UP["uses"])
    assert SET_UP["if"] == "steps.found.outputs.python == ''"
    assert SET_UP["with"]["update-environment"] is False


def run_step(
    step: dict[str, Any], known: Outputs, folder: Path, temporary: Path, **extra: str
) -> tuple[Done, Outputs]:
    """Run a step in a folder as a runner does; return its end and its outputs."""
    written = temporary / "output"
    written.write_text("")
    script = temporary / "script.sh"
    script.write_text(step["run"])
    values = {
        name: evaluated(text, known) for name, text in step.get("env", {}).items()
    }
    files = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(written),
        "RUNNER_TEMP": str(temporary),
    }
    done = subprocess.run(
        [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=folder,
        env=environment(CI="true") | files | values | extra,
        capture_output=True,
        text=True,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in written.read_text().splitlines())
    named = {
        f"steps.{step.get('id')}.outputs.{name}": value
        for name, value in outputs.items()
    }
    return Done(done.returncode, done.stdout, done.stderr), named


def evaluated(text: str, known: Outputs) -> str:
    """Return a string with its expressions evaluated; `||` takes the first value."""

    def first(match: re.Match[str]) -> str:
        return next(
            filter(
                None, (known.get(name.strip(), "") for name in match[1].split("||"))
            ),
            "",
        )

    return EXPRESSION.sub(first, text)


def executable(path: Path, script: str) -> None:
    path.write_text(f"#!{BASH}\n{script}\n")
    path.chmod(0o755)


def test_a_python_that_is_too_old_is_not_taken(tmp_path):
    executable(tmp_path / "python3", "exit 1")
    done, outputs = run_step(FIND, {}, tmp_path, tmp_path, PATH=str(tmp_path))
    assert (done.code, outputs) == (0, {})


def test_the_next_python_is_used_if_the_first_is_too_old(tmp_path):
    executable(tmp_path / "python3", "exit 1")
    executable(tmp_path / "python", f'exec "{sys.executable}" "$@"')
    done, outputs = run_step(FIND, {}, tmp_path, tmp_path, PATH=str(tmp_path))
    assert done.code == 0
    assert outputs == {"steps.found.outputs.python": sys.executable}


@pytest.mark.parametrize("name", ["found", "set up"])
def test_the_python_that_installs_is_found(name):
    known = {
        "found": {"steps.found.outputs.python": "found"},
        "set up": {"steps.setup.outputs.python-path": "set up"},
    }
    assert evaluated(INSTALL["env"]["PYTHON"], known[name]) == name


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """What the steps before the last one leave behind: once, installing is the slow part.

    They run in a repository with modules that must not be imported.
    """
    temporary = tmp_path_factory.mktemp("runner temp")
    folder = tmp_path_factory.mktemp("hostile repository")
    trap = f"from pathlib import Path\nPath({str(temporary / 'imported')!r}).touch()\n"
    for module in ("ensurepip", "json", "pip", "stackcfg", "venv"):
        (folder / f"{module}.py").write_text(trap)
    known: Outputs = {}
    offline = offline_variables(tmp_path_factory.mktemp("wheels"))
    # the wheels are for this Python, and another one may come first
    here = str(Path(sys.executable).parent)
    offline["PATH"] = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
    for step in FIND, INSTALL:
        done, outputs = run_step(step, known, folder, temporary, **offline)
        assert done.code == 0, done.err
        known |= outputs
    checked, _ = run_step(RUN, known | inputs(), folder, temporary)
    assert "no run configs found" in checked.err or "no YAML files" in checked.err
    assert not (temporary / "imported").exists()
    return known


def inputs(**given: str) -> Outputs:
    """Return the inputs of the action, with the defaults of those not given."""
    named = {name.replace("_", "-"): value for name, value in given.items()}
    assert named.keys() <= DEFAULTS.keys()
    return {f"inputs.{name}": value for name, value in (DEFAULTS | named).items()}


class Repository:
    """A checked out repository with run configs that the last step checks."""

    def __init__(self, folder: Path, installed: Outputs) -> None:
        self.folder = folder / "work tree"
        self._temporary = folder / "runner temp"
        self._installed = installed
        self._summary = self._temporary / "summary.md"
        self.folder.mkdir()
        self._temporary.mkdir()

    def add(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def validate(self, **given: str) -> Done:
        known = self._installed | inputs(**given)
        done, _ = run_step(
            RUN,
            known,
            self.folder,
            self._temporary,
            GITHUB_STEP_SUMMARY=str(self._summary),
        )
        return done

    def summary(self) -> str:
        return self._summary.read_text()


@pytest.fixture
def repository(tmp_path: Path, installed: Outputs) -> Repository:
    return Repository(tmp_path, installed)


def test_stackcfg_is_installed_apart(installed):
    python = Path(installed["steps.installed.outputs.python"])
    assert python.is_file()
    assert not python.is_relative_to(ROOT)
    where = "import stackcfg, sys; print(stackcfg.__file__.startswith(sys.prefix))"
    done = subprocess.run(
        [python, "-I", "-c", where], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


def test_a_clean_repository_passes_in_silence(repository):
    repository.add("run.yaml", GOOD)
    repository.add("configs/config.yaml", "receivers: {}\n")
    assert repository.validate() == Done(0, "", "")


def test_findings_become_annotations_whatever_the_names(repository):
    repository.add("my configs/starter run.yaml", BROKEN)
    repository.add("more of them/run.yaml", BROKEN)
    repository.add("not named.yaml", BROKEN)
    done = repository.validate(paths="my configs/starter run.yaml\n\nmore of them\n")
    assert done.code == 1
    errors = [line for line in done.out.splitlines() if line.startswith("::error ")]
    assert [line.split(ERROR)[0] for line in errors] == [
        "::error file=my configs/starter run.yaml,",
        "::error file=more of them/run.yaml,",
    ]


def test_a_named_file_that_is_no_run_config_is_an_error_of_its_own(repository):
    repository.add("run.yaml", "receivers: {}\n")
    done = repository.validate(paths="run.yaml")
    assert done.code == 2
    assert done.out.startswith("::error file=run.yaml,line=1,")


@pytest.mark.parametrize(("strict", "code"), [("false", 0), ("true", 1), ("yes", 2)])
def test_strict_makes_warnings_count(repository, strict, code):
    repository.add("run.yaml", WARNED)
    done = repository.validate(strict=strict)
    assert done.code == code
    assert (
        "title=stackcfg(unknown-key)::" if code < 2 else "neither true nor false"
    ) in done.out


@pytest.mark.parametrize(
    ("target", "code"), [("", 0), ("0.3", 0), ("0.3.5", 0), ("9.9", 2)]
)
def test_the_target_is_passed_on(repository, target, code):
    repository.add("run.yaml", GOOD)
    assert repository.validate(target=target).code == code


def test_further_options_are_passed_on(repository):
    repository.add("run.yaml", BROKEN)
    done = repository.validate(
        args="--ignore\nunknown-backend\n  --ignore=unused-backend\n", format="concise"
    )
    assert done == Done(0, "", "")


def test_options_stand_before_the_files(repository):
    repository.add("--strict", BROKEN)
    done = repository.validate(paths="--strict", format="concise")
    assert done.code == 1
    assert done.out.startswith(f"--strict:{BROKEN_LINE}:18: unknown-backend: ")


def test_sarif_is_written_beside_the_annotations(repository):
    repository.add("my run.yaml", BROKEN)
    done = repository.validate(sarif_file="code scanning.sarif")
    assert done.code == 1
    assert ERROR in done.out
    log = json.loads((repository.folder / "code scanning.sarif").read_text())
    assert log["version"] == "2.1.0"
    assert "unknown-backend" in {found["ruleId"] for found in log["runs"][0]["results"]}


def test_sarif_that_cannot_be_written_fails(repository):
    repository.add("run.yaml", GOOD)
    assert repository.validate(sarif_file="no such folder/findings.sarif").code == 2


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_an_input_is_never_a_command(repository, name):
    repository.add("run.yaml", GOOD)
    given = {
        name.replace(
            "-", "_"
        ): 'x"; touch ran; $(touch ran) `touch ran` ${x:=$(touch ran)} *\n; touch ran'
    }
    repository.validate(**given)
    assert not (repository.folder / "ran").exists()


def test_a_pattern_names_files(repository):
    repository.add("deploy/a b/run.yaml", BROKEN)
    repository.add("deploy/run.yaml", GOOD)
    done = repository.validate(paths="deploy/**/run.yaml", format="concise")
    assert done.code == 1
    assert done.out.startswith(f"deploy/a b/run.yaml:{BROKEN_LINE}:")
    none = repository.validate(paths="deploy/*.json")
    place = "file=deploy/*.json,title=stackcfg"
    message = "deploy/*.json: no file matches this pattern"
    assert none == Done(2, f"::error {place}::{message}\n", "")


def test_the_summary_has_the_files_and_the_rules(repository):
    repository.add("my configs/run.yaml", BROKEN)
    repository.validate(target="0.3", paths="my configs")
    assert "| `my configs/run.yaml` | 0.3.5 | 1 |" in repository.summary()
    assert "| `unknown-backend` | error | 1 |" in repository.summary()


def test_no_summary_is_written_where_none_is_wanted(repository):
    repository.add("run.yaml", BROKEN)
    repository.validate(summary="false")
    repository.validate(summary="false", mode="diff")
    assert not (repository.folder.parent / "runner temp" / "summary.md").exists()


def test_a_file_that_needs_migration_fails_the_check(repository):
    repository.add("my configs/run.yaml", OLD)
    repository.add("new/run.yaml", GOOD)
    done = repository.validate(mode="migrate-check", paths="my configs\nnew")
    assert done.code == 1
    assert "my configs/run.yaml: needs migration" in done.err
    summary = repository.summary()
    assert "| `my configs/run.yaml` | needed, for 0.3 |" in summary
    assert (
        "`my configs/run.yaml` after the migration:\n\n```mermaid\nflowchart" in summary
    )
    assert (repository.folder / "my configs" / "run.yaml").read_text() == OLD


def test_no_file_that_needs_migration_passes_the_check(repository):
    repository.add("run.yaml", GOOD)
    assert repository.validate(mode="migrate-check").code == 0
    assert "mermaid" not in repository.summary()


def test_a_diff_is_shown_and_fails_nothing(repository):
    repository.add("run.yaml", OLD)
    done = repository.validate(mode="diff", layout="preserve", paths="run.yaml")
    assert done.code == 0
    assert "+storage:" in done.out
    assert "````diff\n--- a/run.yaml" in repository.summary()
    assert "registry.db" in repository.summary()


def test_a_file_that_cannot_be_read_fails_every_mode(repository):
    repository.add("run.yaml", "a: [\n")
    for mode in ("validate", "migrate-check", "diff"):
        assert repository.validate(mode=mode, paths="run.yaml").code == 2, mode


def test_an_unknown_mode_is_refused(repository):
    done = repository.validate(mode="write")
    assert done.code == 2
    assert "none of validate, migrate-check, diff" in done.out
