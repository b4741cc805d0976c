"""The cache of `validate`: the same output from it, and nothing from it that may be wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest

from stackcfg.cli import result_cache, validate_file
from stackcfg.cli import validate as command
from stackcfg.cli.checked_json import decode_checked
from stackcfg.cli.settings import load_project_settings
from stackcfg.cli.settings_errors import SettingsError
from stackcfg.reports.validate.formats import FORMATS
from stackcfg.system.cache_folder import digest_files
from tests.cli.test_validate_manifests import CONFIG_MAP
from tests.support.budgets import budget
from tests.support.in_process import run_here
from tests.support.running import OLD, STARTER, Done, environment, held_back

CACHE = ".stackcfg_cache"
WITH_CACHE = ("validate", "--cache", CACHE)
GOOD = (STARTER / "output.yaml").read_text()
BROKEN = """\
image_name: x
providers:
  inference:
  - provider_id: openai
    provider_type: remote::openai
    config: {api_key: sk-a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6, base_ur: http://x}
storage:
  backends:
    kv_default: {type: kv_sqlite, db_path: /data/kv.db}
    sql: {type: sql_postgres, host: db, db: d, user: u, pasword: hunter2hunter2}
  stores:
    metadata: {backend: kv_defualt, namespace: registry}
"""
SECRETS = ("sk-a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", "hunter2hunter2", "hunter2")
UNREADABLE = "image_name: [\nproviders: {}\n"


READ_ONCE = cache(digest_files)
"""The code of this checkout stays as it is, and all of it is read for each run."""


@pytest.fixture(autouse=True)
def _the_code_is_read_once(monkeypatch):
    monkeypatch.setattr(result_cache, "digest_files", READ_ONCE)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder with every kind of file: clean, broken, old, unreadable, another one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "broken.yaml").write_text(BROKEN)
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "unreadable.yaml").write_text(UNREADABLE)
    (tmp_path / "service.yaml").write_text("apiVersion: v1\nkind: Service\n")
    return tmp_path


def results_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("results-*.json"))


def entries_in(folder: Path) -> dict[str, list[object]]:
    [path] = results_in(folder)
    entries: dict[str, list[object]] = json.loads(path.read_text())
    return entries


def rewrite(folder: Path, change) -> None:
    """Change the entries of a cache as another program could."""
    [path] = results_in(folder)
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def judge_here(monkeypatch, *paths: str, judged: list[str] | None = None) -> None:
    """Validate in this process, and note the texts that are judged."""
    judge = validate_file.validate

    def note(text, settings):
        if judged is not None:
            judged.append(text)
        return judge(text, settings)

    with monkeypatch.context() as patch:
        patch.setattr(validate_file, "validate", note)
        command.run_plain(list(paths))


def write_settings(project: Path, more: str = "") -> None:
    (project / "stackcfg.toml").write_text(f'cache = "{CACHE}"\n{more}')


@pytest.mark.parametrize(
    "options",
    [
        *([f"--format={name}"] for name in FORMATS),
        ["--statistics"],
        ["--strict"],
        ["--exit-zero"],
        ["--quiet", "--color"],
        ["-v", "--no-color"],
        ["--target=0.7"],
        ["--ignore=unknown-backend"],
        ["--select=unused-backend"],
    ],
    ids=" ".join,
)
def test_output_and_exit_code_are_those_of_a_run_without_a_cache(project, options):
    plain = run_here("validate", *options)
    for _ in range(3):
        assert run_here(*WITH_CACHE, *options) == plain
    assert len(entries_in(project / CACHE)) == 3


def test_only_what_changed_is_judged_again(project, monkeypatch):
    write_settings(project)
    judged: list[str] = []
    judge_here(monkeypatch, ".", judged=judged)
    assert sorted(judged) == sorted([GOOD, BROKEN, OLD, UNREADABLE])
    judged.clear()
    judge_here(monkeypatch, ".", judged=judged)
    assert judged == [UNREADABLE]
    changed = GOOD.replace("starter", "changed")
    (project / "good.yaml").write_text(changed)
    judge_here(monkeypatch, ".", judged=judged)
    assert judged == [UNREADABLE, changed, UNREADABLE]


def test_a_file_with_the_old_time_and_size_is_judged_again(project, monkeypatch):
    write_settings(project)
    path = project / "good.yaml"
    before = path.stat()
    judge_here(monkeypatch, "good.yaml")
    path.write_text(GOOD.replace("starter", "startre"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    judged: list[str] = []
    judge_here(monkeypatch, "good.yaml", judged=judged)
    assert len(judged) == 1


@pytest.mark.parametrize(
    "settings",
    [
        'target = "0.7"',
        'ignore = ["unused-backend"]',
        'select = ["unknown-backend"]',
        '[per-file-ignores]\n"good.yaml" = ["unused-backend"]',
        '[per-file-target]\n"good.yaml" = "0.7"',
        '[[providers]]\napi = "eval"\nprovider_type = "inline::mine"\nfamily = "kv"\nfield = "kvstore"\n'
        'new_field = "persistence"\nname = "eval::mine"',
    ],
)
def test_another_setting_judges_again(project, monkeypatch, settings):
    write_settings(project)
    judge_here(monkeypatch, "good.yaml")
    write_settings(project, settings)
    for expected in ([GOOD], []):
        judged: list[str] = []
        judge_here(monkeypatch, "good.yaml", judged=judged)
        assert judged == expected


@pytest.mark.parametrize(
    "name", ["stackcfg.cli.result_cache.__version__", "sys.version"]
)
def test_another_version_of_the_program_or_of_python_judges_again(
    project, monkeypatch, name
):
    write_settings(project)
    judge_here(monkeypatch, "good.yaml")
    monkeypatch.setattr(name, "99.0")
    judged: list[str] = []
    judge_here(monkeypatch, "good.yaml", judged=judged)
    # a checkout is known by its files, whatever its version is
    assert judged == ([GOOD] if name == "sys.version" else [])


def test_changed_code_of_a_checkout_judges_again(project, monkeypatch):
    write_settings(project)
    judge_here(monkeypatch, "good.yaml")
    monkeypatch.setattr(result_cache, "digest_files", lambda _folder: "other code")
    judged: list[str] = []
    judge_here(monkeypatch, "good.yaml", judged=judged)
    assert judged == [GOOD]


def test_a_named_file_and_one_that_was_found_are_two(project):
    """A file in a folder is judged more strictly: it may be none for the command."""
    doubtful = "image: x\nproviders:\n  inference: []\n"
    (project / "doubtful.yaml").write_text(doubtful)
    named = run_here("validate", "doubtful.yaml")
    found = run_here("validate", "-v", ".")
    for _ in range(2):
        assert run_here(*WITH_CACHE, "doubtful.yaml") == named
        assert run_here(*WITH_CACHE, "-v", ".") == found


SERVER = """\
apiVersion: ogx.io/v1beta1
kind: OGXServer
metadata: {name: demo}
spec:
  distribution: {image: "docker.io/ogxai/distribution-starter:1.2.5"}
  overrideConfig: {name: demo-config, key: run.yaml}
"""


def test_what_depends_on_another_file_is_judged_each_time(project):
    """The server that mounts a config decides for which release it is judged."""
    folder = project / "mounted"
    folder.mkdir()
    (folder / "config.yaml").write_text(CONFIG_MAP)
    alone = run_here("validate", "mounted")
    assert run_here(*WITH_CACHE, "mounted") == alone
    (folder / "server.yaml").write_text(SERVER)
    with_server = run_here("validate", "mounted")
    assert "1.2.5" in with_server.err
    for _ in range(2):
        assert run_here(*WITH_CACHE, "mounted") == with_server
    (folder / "server.yaml").unlink()
    assert run_here(*WITH_CACHE, "mounted") == alone


def test_a_baseline_counts_as_it_is_now(project):
    run_here("validate", "--write-baseline", "known.json", "broken.yaml")
    for baseline in (["--baseline", "known.json"], []):
        plain = run_here("validate", *baseline, "broken.yaml", "good.yaml")
        for _ in range(2):
            cached = run_here(*WITH_CACHE, *baseline, "broken.yaml", "good.yaml")
            assert cached == plain
    content = json.loads((project / "known.json").read_text())
    content["findings"] = content["findings"][1:]
    (project / "known.json").write_text(json.dumps(content))
    options = ["--baseline", "known.json", "broken.yaml", "good.yaml"]
    assert run_here(*WITH_CACHE, *options) == run_here("validate", *options)


def test_the_cache_holds_no_passwords(project):
    for name in FORMATS:
        run_here(*WITH_CACHE, "--format", name)
    shown = run_here(*WITH_CACHE, "--show-secrets")
    assert "hunter2hunter2" in shown.out
    kept = "".join(path.read_text() for path in (project / CACHE).iterdir())
    assert "unknown-backend" in kept
    assert not [secret for secret in SECRETS if secret in kept]
    assert run_here(*WITH_CACHE).out == run_here("validate").out


@pytest.mark.parametrize(
    "options",
    [
        ["--fix", "--diff"],
        ["--fix", "--no-backup"],
        ["--add-ignore", "later"],
        ["--write-baseline", "known.json"],
        ["--show-secrets"],
        ["--schema", "own.json"],
    ],
    ids=" ".join,
)
def test_a_run_that_changes_files_or_shows_passwords_keeps_nothing(project, options):
    (project / "own.json").write_text("{}")
    run_here(*WITH_CACHE, *options)
    assert not (project / CACHE).exists()


def test_fixes_are_written_although_the_findings_are_kept(project):
    run_here(*WITH_CACHE, "broken.yaml")
    fixed = run_here(*WITH_CACHE, "--fix", "--no-backup", "broken.yaml")
    assert "written" in fixed.err
    text = (project / "broken.yaml").read_text()
    assert text != BROKEN
    assert run_here(*WITH_CACHE, "broken.yaml") == run_here("validate", "broken.yaml")


def test_standard_input_is_read_each_time(project):
    for text in (BROKEN, GOOD):
        plain = run_here("validate", "-", stdin=text)
        assert run_here(*WITH_CACHE, "-", stdin=text) == plain
    assert not (project / CACHE).exists()


def _lie(entries):
    """Say that a file with findings has none."""
    good = next(each for each in entries.values() if decode_checked(each[1]).code == 0)
    return {key: [day, good[1], check] for key, (day, _, check) in entries.items()}


def _swap(entries):
    return dict(zip(entries, reversed(entries.values()), strict=True))


@pytest.mark.parametrize(
    "change",
    [
        _lie,
        _swap,
        lambda _: [],
        lambda _: None,
        lambda entries: dict.fromkeys(entries),
        lambda entries: {key: [1, "{}", ""] for key in entries},
        lambda entries: {key: [*each, 1] for key, each in entries.items()},
        lambda entries: {key: each[1] for key, each in entries.items()},
    ],
)
def test_a_tampered_entry_counts_for_nothing(project, change):
    plain = run_here("validate")
    run_here(*WITH_CACHE)
    rewrite(project / CACHE, change)
    assert run_here(*WITH_CACHE) == plain
    assert run_here(*WITH_CACHE) == plain


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b'{"a": [1, "' + b"x" * 100]
)
def test_a_broken_file_counts_for_nothing(project, content):
    plain = run_here("validate")
    run_here(*WITH_CACHE)
    [path] = results_in(project / CACHE)
    path.write_bytes(content)
    assert run_here(*WITH_CACHE) == plain
    assert len(entries_in(project / CACHE)) == 3


def test_a_pipe_in_place_of_the_entries_is_not_waited_for(project):
    run_here(*WITH_CACHE)
    [path] = results_in(project / CACHE)
    path.unlink()
    os.mkfifo(path)
    assert run_here(*WITH_CACHE) == run_here("validate")


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "[0]", '["0", [1,0,0,0,0,0,0]]', "[" * 100_000, '{"code": 0}'],
)
def test_an_entry_of_another_shape_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        decode_checked(text)


def test_the_folder_is_a_cache_for_other_programs(project):
    run_here(*WITH_CACHE)
    assert (project / CACHE / ".gitignore").read_text() == "*\n"
    tag = (project / CACHE / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    subprocess.run(["git", "init", "-q"], check=True)
    done = subprocess.run(
        ["git", "status", "--porcelain"], capture_output=True, text=True, check=True
    )
    assert CACHE not in done.stdout


@pytest.mark.parametrize("folder", [".", "deploy", "good.yaml"])
def test_a_folder_with_other_files_is_not_touched(project, folder):
    (project / "deploy").mkdir()
    (project / "deploy" / "values.yaml").write_text("a: 1\n")
    before = sorted(project.rglob("*"))
    done = run_here("validate", "--cache", folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"{folder}: error: ")
    assert sorted(project.rglob("*")) == before


@pytest.mark.parametrize("folder", [".", "..", "../other", "/tmp/cache", "link/cache"])
def test_settings_name_no_folder_outside_of_the_project(project, folder):
    (project / "link").symlink_to(project.parent)
    (project / "stackcfg.toml").write_text(f'cache = "{folder}"\n')
    with pytest.raises(SettingsError, match="inside of the project"):
        load_project_settings(str(project))


def test_the_folder_of_the_settings_is_beside_them(project):
    write_settings(project)
    (project / "deploy").mkdir()
    (project / "deploy" / "run.yaml").write_text(GOOD)
    run_here("validate", "run.yaml", cwd=project / "deploy")
    assert len(entries_in(project / CACHE)) == 1


def test_no_cache_turns_the_setting_off(project):
    write_settings(project)
    assert run_here("validate", "--no-cache") == run_here("validate", "--no-cache")
    assert not (project / CACHE).exists()
    assert run_here("validate", "--cache", "x", "--no-cache").code == 2


def test_a_folder_that_cannot_be_written_changes_nothing(project):
    plain = run_here("validate")
    (project / "locked").mkdir(mode=0o500)
    options = ("validate", "--cache", "locked/cache")
    assert held_back(*options) == plain
    assert "Permission denied" in held_back(*options, "-v").err


def test_a_cache_that_cannot_be_written_is_read(project):
    plain = run_here(*WITH_CACHE)
    kept = entries_in(project / CACHE)
    (project / CACHE).chmod(0o500)
    (project / "good.yaml").write_text(GOOD + "# changed\n")
    assert held_back(*WITH_CACHE) == plain
    assert entries_in(project / CACHE) == kept


def test_what_nobody_uses_is_removed(project, monkeypatch):
    write_settings(project)
    now = time.time()
    judge_here(monkeypatch, "good.yaml", "broken.yaml")
    other = project / CACHE / "results-0123456789abcdef.json"
    other.write_text("{}")
    monkeypatch.setattr(time, "time", lambda: now + 20 * 24 * 3600)
    judge_here(monkeypatch, "good.yaml")
    assert len(results_in(project / CACHE)) == 2
    monkeypatch.setattr(time, "time", lambda: now + 40 * 24 * 3600)
    judge_here(monkeypatch, "good.yaml")
    assert len(entries_in(project / CACHE)) == 1
    assert not other.exists()


def test_runs_at_the_same_time_do_not_disturb_each_other(project):
    files, runs = budget(8), 4
    for number in range(files):
        name = f"run-{number}.yaml"
        (project / name).write_text(
            BROKEN.replace("image_name: x", f"image_name: {number}")
        )
    plain = run_here("validate")
    words = [sys.executable, "-m", "stackcfg", *WITH_CACHE]
    running = [
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        )
        for _ in range(runs)
    ]
    for process in running:
        out, err = process.communicate()
        assert Done(process.returncode, out.decode(), err.decode()) == plain
    assert len(entries_in(project / CACHE)) == files + 3
    names = {path.name.partition("-")[0] for path in (project / CACHE).iterdir()}
    assert names == {"results", ".gitignore", "CACHEDIR.TAG"}


def test_worker_processes_share_the_cache(project):
    for number in range(120):
        name = f"run-{number}.yaml"
        (project / name).write_text(GOOD.replace("starter", f"starter-{number}"))
    plain = run_here("validate")
    assert run_here(*WITH_CACHE) == plain
    assert len(entries_in(project / CACHE)) == 123
    (project / "run-7.yaml").write_text(GOOD)
    assert run_here(*WITH_CACHE) == plain
