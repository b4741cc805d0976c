"""The pre-commit hooks: their files, their runs by pre-commit, and the page on them.

pre-commit installs them from a repository that holds this work tree as it is, with wheels of what is installed here.
Without pre-commit those tests are skipped; in CI that is a failure.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from stackcfg import migrate
from tests.docs.pages import read_page
from tests.support.needs import missing
from tests.support.running import ROOT, STARTER, Done, environment
from tests.support.wheels import offline_variables

MANIFEST: Final = ROOT / ".pre-commit-hooks.yaml"
HOOKS: Final[dict[str, dict[str, Any]]] = {
    hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text())
}
FILES: Final = HOOKS["stackcfg-validate"]["files"]

OLD: Final = (STARTER / "input.yaml").read_text()
NEW: Final = (STARTER / "output.yaml").read_text()
BROKEN: Final = NEW.replace("backend: kv_default", "backend: kv_defalt", 1)
BROKEN_LINE: Final = BROKEN[: BROKEN.index("kv_defalt")].count("\n") + 1
TAG: Final = "v9.8.7"
"""The tag of the commit that the hooks are installed from."""
OTHER: Final = "receivers: {}\nexporters: {}\n"

RUN_CONFIGS: Final = """\
run.yaml
run.yml
.llama/distributions/starter/run.yaml
.ogx/distributions/starter/config.yaml
apps/02-deep-research/run.yml
configs of mine/run.yaml
distribution/run.yaml
llama_stack/templates/ollama/run.yaml
run-with-safety.yaml
llama_stack/distributions/starter/run-with-postgres-store.yaml
tests/e2e/configs/run-ci.yaml
distribution/run-standalone.yaml
run-testing-cluster.yaml
starter-run.yaml
.venv-run.yaml
examples/openai-faiss-run.yaml
src/lightspeed_stack/data/default_run.yaml
docs/latest-run.yaml
run-config.yaml
run_config.yml
docs/docs/distributions/k8s/stack_run_config.yaml
benchmarking/k8s-benchmark/stack-configmap.yaml
llama-stack-config.yaml
llamastack/config/llamastack-config.yaml
testdata/test_llama_stack_config.yaml
manifests/llama-stack-user-config-configmap.yaml
ogx-config.yaml
src/llama_stack/distributions/starter/config.yaml
src/ogx/distributions/ci-tests/config.yaml
ogx/config.yml
packages/llama-stack-distribution-demo/patches/config.yaml
kubernetes/llama-stack/configmap.yaml
""".splitlines()

OTHER_FILES: Final = """\
config.yaml
configmap.yaml
deploy/app/config.yml
distributions/otelcol/config.yaml
pkg/logx/config.yaml
blogx-config.yaml
monitoring-stack-configmap.yaml
values.yaml
llama-stack/helm/values.yaml
llama-stack/helm/templates/configmap.yaml
deploy/templates/llama-stack-config.yaml
packages/llama-stack-distribution-starter/overlays/config.yaml
src/llama_stack/distributions/starter/build.yaml
docs/static/llama-stack-spec.yaml
kubernetes/llama-stack/deployment.yaml
config/crd/bases/ogx.io_ogxservers.yaml
lightspeed-stack.yaml
scripts/telemetry/otel-collector-config.yaml
.github/workflows/run.yml
.github/workflows/nightly-run.yaml
tools/.github/workflows/run.yml
.gitlab/run.yml
.tekton/run.yaml
tekton/tasks/run.yaml
pipeline-run.yaml
pipelinerun.yaml
ci/task-run.yaml
dry-run.yaml
nightly-dry-run.yaml
test_run.yml
run-tests.yml
run-test.yaml
tasks/run_backup.yml
rerun.yaml
running.yaml
prerun-config.yaml
trunk.yaml
run.yaml.bak
run.yaml/kustomization.yaml
run.json
""".splitlines()


@pytest.mark.parametrize("path", RUN_CONFIGS)
def test_a_run_config_is_taken(path):
    assert re.search(FILES, path)


@pytest.mark.parametrize("path", OTHER_FILES)
def test_another_file_is_not_taken(path):
    assert not re.search(FILES, path)


def test_the_manifest_has_the_hooks():
    assert {name: hook["entry"] for name, hook in HOOKS.items()} == {
        "stackcfg-validate": "stackcfg validate",
        "stackcfg-fix": "stackcfg validate --fix --no-backup",
        "stackcfg-migrate": "stackcfg migrate --write --no-backup",
    }
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        assert hook["types"] == ["yaml"]
        assert hook["files"] == FILES
        assert hook["require_serial"] is True
        assert hook.get("pass_filenames", True) is True


def code_blocks() -> list[str]:
    """Return the YAML of the page on hooks and CI: hooks, a workflow, steps of one."""
    return read_page("ci.md").of_language("yaml")


def test_readme_shows_the_hooks_of_the_page():
    assert code_blocks()[0] in read_page("../README.md").of_language("yaml")


def test_the_page_names_the_hooks():
    (repository,) = yaml.safe_load(code_blocks()[0])["repos"]
    assert {hook["id"] for hook in repository["hooks"]} == HOOKS.keys()


def test_the_page_names_inputs_of_the_action():
    known = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"].keys()
    workflow = yaml.safe_load(code_blocks()[1])
    (job,) = workflow["jobs"].values()
    for steps in job["steps"], yaml.safe_load(code_blocks()[2]):
        (ours,) = [step for step in steps if step["uses"].startswith("./")]
        assert ours["with"].keys() <= known
        others = [step["uses"] for step in steps if step is not ours]
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in others)


def test_the_page_uploads_the_file_that_the_action_writes():
    ours, upload = yaml.safe_load(code_blocks()[2])
    assert upload["with"]["sarif_file"] == ours["with"]["sarif-file"]
    assert upload["if"] == "${{ !cancelled() }}"


@dataclass(frozen=True)
class Hooks:
    """pre-commit with the hooks installed: their source, its commit, their folder.

    `pip` are the variables with which pip installs them.
    """

    source: Path
    commit: str
    home: Path
    pip: Mapping[str, str]

    def config(self, rev: str = TAG, **options: Any) -> str:
        """Return the config of the page with this source and further options of hooks."""
        config = yaml.safe_load(code_blocks()[0])
        (repository,) = config["repos"]
        repository |= {"repo": str(self.source), "rev": rev}
        for hook in repository["hooks"]:
            hook |= options.get(hook["id"], {})
        return yaml.safe_dump(config)

    def pre_commit(self, folder: Path, *arguments: str | Path) -> Done:
        command = [sys.executable, "-m", "pre_commit", *map(str, arguments)]
        return run(command, folder, PRE_COMMIT_HOME=str(self.home), **self.pip)


@dataclass(frozen=True)
class Scratch:
    """A repository that uses the hooks; all its files are staged."""

    folder: Path
    hooks: Hooks

    def add(self, **files: str) -> None:
        write(self.folder, files)
        git(self.folder, "add", "--all")

    def run(self, *arguments: str) -> Done:
        return self.hooks.pre_commit(self.folder, "run", "--color=never", *arguments)


def run(command: list[str], folder: Path, **extra: str) -> Done:
    """Run a command in a folder, without the variables of a git hook that runs these tests."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(**extra),
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def git(folder: Path, *arguments: str) -> str:
    """Run git without the user's settings and return its output."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    author = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    done = run(["git", *author, *arguments], folder, **settings)
    assert done.code == 0, done.err
    return done.out


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def copy_of_work_tree(folder: Path) -> str:
    """Make a repository of the work tree with uncommitted changes; tag and return its commit."""
    folder.mkdir()
    listed = git(
        ROOT,
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    )
    for name in dict.fromkeys(filter(None, listed.split("\0"))):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "the work tree")
    git(folder, "tag", TAG)
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """Install the hooks by pre-commit, once, since it is slow."""
    if importlib.util.find_spec("pre_commit") is None:
        missing("no pre-commit to install the hooks with")
    if not (ROOT / ".git").exists():
        missing("no git repository to install the hooks from")
    folder = tmp_path_factory.mktemp("hooks")
    source, wheels = folder / "stackcfg", folder / "wheels"
    wheels.mkdir()
    commit, pip = copy_of_work_tree(source), offline_variables(wheels)
    made = Hooks(source, commit, folder / "home", pip)
    user = scratch_repository(folder / "user", made)
    done = made.pre_commit(user.folder, "install-hooks")
    assert done.code == 0, done.out + done.err
    return made


@pytest.fixture
def scratch(hooks: Hooks, tmp_path: Path) -> Scratch:
    return scratch_repository(tmp_path / "scratch", hooks)


def scratch_repository(folder: Path, hooks: Hooks) -> Scratch:
    folder.mkdir()
    git(folder, "init", "--quiet")
    made = Scratch(folder, hooks)
    made.add(**{".pre-commit-config.yaml": hooks.config()})
    return made


def test_the_manifest_is_valid(hooks):
    done = hooks.pre_commit(ROOT, "validate-manifest", MANIFEST)
    assert done.code == 0, done.out


def test_a_config_of_the_target_passes(scratch):
    scratch.add(**{"run.yaml": NEW})
    done = scratch.run("--all-files")
    assert done.code == 0, done.out
    assert done.out.count("Passed") == len(HOOKS)


def test_a_finding_fails_with_its_place_and_rule(scratch):
    scratch.add(**{"my configs/starter-run.yaml": BROKEN})
    done = scratch.run("stackcfg-validate")
    assert done.code == 1
    assert "- exit code: 1\n" in done.out
    assert "error[unknown-backend]" in done.out
    assert f"--> my configs/starter-run.yaml:{BROKEN_LINE}:" in done.out


def test_options_follow_the_entry(scratch):
    options = {
        "stackcfg-validate": {"args": ["--format=concise", "--ignore=unused-backend"]}
    }
    scratch.add(
        **{
            "run.yaml": BROKEN,
            ".pre-commit-config.yaml": scratch.hooks.config(**options),
        }
    )
    done = scratch.run("stackcfg-validate", "--all-files")
    assert f"\nrun.yaml:{BROKEN_LINE}:" in done.out
    assert ": unknown-backend: " in done.out


def test_an_old_config_is_migrated_in_place(scratch):
    name = "my configs/run.yaml"
    scratch.add(**{name: OLD})
    done = scratch.run("stackcfg-migrate", "--all-files")
    assert done.code == 1
    assert "- files were modified by this hook" in done.out
    assert "exit code" not in done.out
    assert (scratch.folder / name).read_text() == migrate(OLD, layout="preserve").text
    assert [path.name for path in (scratch.folder / name).parent.iterdir()] == [
        "run.yaml"
    ]
    again = scratch.run("--all-files")
    assert again.code == 0, again.out


def test_certain_fixes_are_written_in_place(scratch):
    scratch.add(**{"run.yaml": BROKEN})
    done = scratch.run("stackcfg-fix", "--all-files")
    assert done.code == 1
    assert "- files were modified by this hook" in done.out
    assert "1 fix written in 1 file" in done.out
    assert (scratch.folder / "run.yaml").read_text() == NEW
    again = scratch.run("stackcfg-fix", "--all-files")
    assert again.code == 0, again.out


def test_other_yaml_is_left_alone(scratch):
    scratch.add(
        **{"config.yaml": OTHER, ".github/workflows/run.yml": OTHER, "run.json": "{}"}
    )
    done = scratch.run("--all-files")
    assert done.code == 0, done.out
    assert done.out.count("(no files to check)Skipped") == len(HOOKS)


def test_a_name_that_says_run_config_must_hold_one(scratch):
    scratch.add(**{"run.yaml": OTHER})
    done = scratch.run("stackcfg-validate", "--all-files")
    assert done.code == 1
    assert "- exit code: 2\n" in done.out
    assert "not a run config" in done.out


def test_autoupdate_takes_the_newest_tag(hooks, scratch):
    scratch.add(**{".pre-commit-config.yaml": hooks.config(hooks.commit)})
    done = hooks.pre_commit(scratch.folder, "autoupdate")
    assert done.code == 0, done.out + done.err
    config = scratch.folder / ".pre-commit-config.yaml"
    (repository,) = yaml.safe_load(config.read_text())["repos"]
    assert repository["rev"] == TAG
    scratch.add(**{"run.yaml": BROKEN})
    done = scratch.run("stackcfg-validate", "--all-files")
    assert done.code == 1
    assert "error[unknown-backend]" in done.out


def test_sixty_files_are_one_process(scratch):
    scratch.add(**{f"configs/run-{number}.yaml": NEW for number in range(60)})
    done = scratch.run("stackcfg-validate", "--verbose")
    assert done.code == 0, done.out
    assert done.out.count("no problems in ") == 1
    assert "no problems in 60 files" in done.out
