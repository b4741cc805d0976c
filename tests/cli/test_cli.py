"""The command line as users meet it: modes, exit codes, messages, streams."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stackcfg import __version__
from tests.support.in_process import run_here
from tests.support.running import OLD, STARTER, environment, held_back

NEW = """\
storage:
  backends:
    kv_default:
      type: kv_sqlite
      db_path: /data/kvstore.db
    sql_default:
      type: sql_postgres
      host: db.example
      user: llama
      password: hunter2
  stores:
    metadata:
      backend: kv_default
      namespace: registry
    inference:
      backend: sql_default
      table_name: inference_store
      max_write_queue_size: 10000
      num_writers: 4
    conversations:
      backend: sql_default
      table_name: openai_conversations
"""

PARTIAL = (
    OLD
    + "providers:\n  inference:\n  - provider_id: v\n    provider_type: inline::vllm\n    config: {}\n"
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(OLD)
    return path


class TestOutput:
    def test_one_file_goes_to_standard_output(self, old):
        done = run_here("migrate", old)
        assert (done.code, done.out) == (0, NEW)
        assert "kv_default" in done.err
        assert old.read_text() == OLD

    def test_an_output_that_cannot_be_written_is_named(self, old, tmp_path):
        done = run_here("migrate", old, "-o", tmp_path / "nowhere" / "new.yaml")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(
            f"{tmp_path}/nowhere/new.yaml: error: cannot be written"
        )

    def test_the_output_file_may_not_be_the_input(self, old, tmp_path):
        done = run_here("migrate", old, "-o", old)
        assert (done.code, done.out, old.read_text()) == (2, "", OLD)
        assert (
            done.err
            == f"error: {old} is an input of this command; it would be overwritten; --write changes a file in place and keeps a backup\n"
        )
        done = run_here("migrate", old, "-o", tmp_path / "new.yaml")
        assert (done.code, done.out) == (0, "")
        assert (tmp_path / "new.yaml").read_text() == NEW

    @pytest.mark.parametrize("linked", [False, True])
    def test_another_file_is_overwritten_only_with_force(self, old, tmp_path, linked):
        kept = tmp_path / "kept.yaml"
        kept.write_text("precious: true\n")
        output = kept
        if linked:
            output = tmp_path / "link.yaml"
            output.symlink_to(kept)
        done = run_here("migrate", old, "-o", output)
        assert (done.code, done.out, kept.read_text()) == (2, "", "precious: true\n")
        assert done.err.startswith(
            f"{old}: error: {output} exists and has other content; --force overwrites it"
        )
        assert run_here("migrate", old, "-o", output, "--force").code == 0
        assert (kept.read_text(), output.is_symlink()) == (NEW, linked)
        # what it holds already, and an empty file, are nothing to lose
        assert run_here("migrate", old, "-o", output).code == 0
        kept.write_text("")
        assert run_here("migrate", old, "-o", output).code == 0
        assert kept.read_text() == NEW

    def test_a_link_that_leads_nowhere_is_no_output(self, old, tmp_path):
        loop = tmp_path / "loop.yaml"
        loop.symlink_to(loop)
        done = run_here("migrate", old, "-o", loop)
        assert (done.code, loop.is_symlink()) == (2, True)
        assert (
            done.err == f"{loop}: error: cannot be written: the link leads to itself\n"
        )

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
    def test_a_pipe_cannot_be_changed_in_place(self, tmp_path):
        pipe = tmp_path / "run.yaml"
        os.mkfifo(pipe)
        done = run_here("migrate", "-w", pipe)
        assert done.code == 2
        assert (
            done.err
            == f"error: {pipe} is a device or a pipe, which cannot be changed in place\n"
        )

    def test_standard_input_has_the_name_it_is_given(self):
        done = run_here("migrate", "-", "--stdin-filename", "pod.yaml", stdin=OLD)
        assert (done.code, done.out) == (0, NEW)
        assert "pod.yaml: 4 stores" in done.err

    def test_byte_order_mark_and_line_ends_are_kept(self, tmp_path):
        path = tmp_path / "run.yaml"
        path.write_bytes(b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode())
        run_here("migrate", "-w", path)
        assert path.read_bytes() == b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode()

    def test_report_none_prints_nothing(self, old):
        assert run_here("migrate", old, "--report", "none").err == ""

    def test_layout_preserve_keeps_the_database(self, old):
        assert (
            "db_path: /data/registry.db"
            in run_here("migrate", "--layout", "preserve", old).out
        )


class TestWrite:
    def test_write_changes_the_file_and_keeps_a_backup(self, old):
        done = run_here("migrate", "-w", old)
        assert (done.code, old.read_text()) == (0, NEW)
        assert (old.parent / "run.yaml.bak").read_text() == OLD
        assert "run.yaml.bak" in done.err

    def test_a_backup_is_never_overwritten(self, old):
        (old.parent / "run.yaml.bak").write_text("precious")
        run_here("migrate", "-w", old)
        assert (old.parent / "run.yaml.bak").read_text() == "precious"
        assert (old.parent / "run.yaml.bak.1").read_text() == OLD

    def test_no_backup_leaves_only_the_file(self, old):
        run_here("migrate", "-w", "--no-backup", old)
        assert sorted(os.listdir(old.parent)) == ["run.yaml"]

    def test_mode_and_link_are_kept(self, old, tmp_path):
        old.chmod(0o640)
        link = tmp_path / "link.yaml"
        link.symlink_to("run.yaml")
        assert run_here("migrate", "-w", link).code == 0
        assert link.is_symlink()
        assert old.read_text() == NEW
        assert stat.S_IMODE(old.stat().st_mode) == 0o640

    def test_another_hard_link_keeps_the_old_text(self, old, tmp_path):
        other = tmp_path / "other.yaml"
        other.hardlink_to(old)
        before = other.read_text()
        run_here("migrate", "-w", old)
        assert other.read_text() == before != old.read_text()

    def test_a_second_run_changes_nothing(self, old):
        run_here("migrate", "-w", old)
        before = old.stat().st_mtime_ns
        done = run_here("migrate", "-w", old)
        assert (done.code, old.stat().st_mtime_ns) == (0, before)
        assert "nothing to migrate" in done.err

    def test_standard_input_cannot_be_written(self):
        done = run_here("migrate", "-w", "-", stdin=OLD)
        assert (done.code, done.err) == (
            2,
            "error: standard input cannot be changed in place\n",
        )


class TestCheckAndDiff:
    def test_check_writes_nothing_and_says_by_exit_code(self, old):
        done = run_here("migrate", "--check", old)
        assert (done.code, done.out, old.read_text()) == (1, "", OLD)
        old.write_text(NEW)
        assert run_here("migrate", "--check", old).code == 0

    def test_a_diff_is_a_patch(self, old):
        done = run_here("migrate", "--diff", old)
        assert done.code == 1
        assert f"--- a/{old}" in done.out
        assert "+storage:\n" in done.out
        assert "-  password: hunter2\n" in done.out
        assert old.read_text() == OLD

    def test_secrets_are_masked_in_the_log_of_a_ci(self, old):
        assert "hunter2" not in run_here("migrate", "--diff", old, CI="true").out
        assert (
            "hunter2"
            in run_here("migrate", "--diff", "--show-secrets", old, CI="true").out
        )

    def test_no_report_names_a_password(self, old):
        for report in ("full", "concise", "json"):
            assert "hunter2" not in run_here("migrate", "--report", report, old).err


class TestManyFiles:
    def test_every_run_config_in_a_folder_is_migrated(self, tmp_path):
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "run.yaml").write_text(OLD)
        (tmp_path / "b.yml").write_text(OLD)
        (tmp_path / "compose.yaml").write_text("services: {}\n")
        (tmp_path / "notes.txt").write_text(OLD)
        done = run_here("migrate", "-w", ".", "-v", cwd=tmp_path)
        assert done.code == 0
        assert (tmp_path / "a" / "run.yaml").read_text() == NEW
        assert (tmp_path / "b.yml").read_text() == NEW
        assert (tmp_path / "notes.txt").read_text() == OLD
        assert "compose.yaml: skipped: not a run config" in done.err

    def test_what_git_ignores_is_skipped(self, tmp_path):
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
        (tmp_path / ".gitignore").write_text("build/\n")
        (tmp_path / "build").mkdir()
        (tmp_path / "build" / "run.yaml").write_text(OLD)
        (tmp_path / "run.yaml").write_text(OLD)
        assert run_here("migrate", "-w", tmp_path).code == 0
        assert (tmp_path / "build" / "run.yaml").read_text() == OLD
        assert (tmp_path / "run.yaml").read_text() == NEW

    def test_several_files_need_a_mode(self, old):
        done = run_here("migrate", old, STARTER / "input.yaml")
        assert done.code == 2
        assert done.out == ""
        assert "--write" in done.err

    def test_the_worst_code_wins(self, tmp_path, old):
        broken, unfinished = tmp_path / "broken.yaml", tmp_path / "unfinished.yaml"
        broken.write_text("a: [")
        unfinished.write_text(PARTIAL)
        assert run_here("migrate", "--check", old, unfinished).code == 3
        assert run_here("migrate", "--check", old, unfinished, broken).code == 2
        assert run_here("migrate", "--check", old).code == 1

    def test_one_bad_file_does_not_stop_the_others(self, tmp_path, old):
        broken = tmp_path / "a.yaml"
        broken.write_text("a: [")
        assert run_here("migrate", "-w", broken, old).code == 2
        assert old.read_text() == NEW
        assert broken.read_text() == "a: ["


class TestPartial:
    def test_exit_code_three_names_the_action_required(self, tmp_path):
        path = tmp_path / "run.yaml"
        path.write_text(PARTIAL)
        done = run_here("migrate", path)
        assert done.code == 3
        assert (
            f"{path}:12:5: action required: 'inline::vllm' was removed in 0.2.16; changed to 'remote::vllm'; start 'vllm serve MODEL'"
            in done.err
        )

    def test_allow_partial_makes_the_exit_code_zero(self, tmp_path):
        path = tmp_path / "run.yaml"
        path.write_text(PARTIAL)
        assert run_here("migrate", "--allow-partial", path).code == 0


BAD = {
    "not YAML": (b"a: [1\nb: 2\n", ":1:4: error: not valid YAML: "),
    "not UTF-8": (b"a: 1\nb: \xff\n", ":2:4: error: not UTF-8 text"),
    "binary": (b"\x00\x01\x02", ":1:1: error: not YAML text"),
    "nested brackets": (
        b"a: " + b"[" * 100_000,
        ":1:103: error: nested more than 100 levels deep",
    ),
    "alias bomb": (
        b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10))
            for n in range(1, 12)
        ),
        "error: aliases expand to millions of values",
    ),
    "50 MB": (b"a: 1\n" * 10_000_000, ": error: larger than 10 MiB: not a run config"),
    "not a run config": (b"services: {}\n", ":1:1: error: not a run config"),
    "duplicate key": (
        b"image_name: a\nproviders: {}\nimage_name: b\n",
        ":3:1: error: duplicate key 'image_name' on lines 1 and 3",
    ),
    "empty": (b"", ":1:1: error: not a run config"),
    "tab": (
        b"image_name: a\nproviders:\n\tinference: []\n",
        ":3:1: error: not valid YAML: ",
    ),
}


class TestBadInput:
    @pytest.mark.parametrize("name", BAD)
    def test_bad_input_is_one_line_with_file_and_place(self, name, tmp_path):
        content, message = BAD[name]
        path = tmp_path / "run.yaml"
        path.write_bytes(content)
        done = run_here("migrate", "-w", path)
        assert done.code == 2
        assert done.out == ""
        assert done.err.startswith(str(path))
        assert message in done.err
        assert done.err.count("\n") == 1
        assert os.listdir(tmp_path) == ["run.yaml"]

    def test_a_missing_file_is_named(self):
        done = run_here("migrate", "nowhere.yaml")
        assert (done.code, done.err) == (2, "nowhere.yaml: error: no such file\n")

    def test_an_empty_folder_is_an_error(self, tmp_path):
        done = run_here("migrate", "-w", tmp_path)
        assert (done.code, done.out) == (2, "")
        assert "no YAML files, scripts or Dockerfiles found" in done.err

    def test_a_file_without_permission_is_named(self, old):
        old.chmod(0)
        assert "permission denied" in held_back("migrate", old).err

    def test_a_folder_cannot_be_the_output_file(self, old, tmp_path):
        done = run_here("migrate", old, "-o", tmp_path)
        assert (done.code, done.err) == (
            2,
            f"{tmp_path}: error: cannot be written: is a folder\n",
        )

    def test_standard_input_that_is_no_text_has_its_name(self):
        done = run_here(
            "migrate", "-", "--stdin-filename", "pod.yaml", stdin=b"a: \xff\n"
        )
        assert done.err.startswith("pod.yaml:1:4: error: not UTF-8 text")

    def test_a_mistake_of_usage_is_exit_code_two(self, old):
        for arguments in (
            ["--layout", "x"],
            ["--target", "9"],
            ["-w", "--check"],
            ["--from", "1.0", "--target", "0.3"],
            ["--nonsense"],
        ):
            done = run_here("migrate", *arguments, old)
            assert (done.code, done.out) == (2, ""), arguments
            assert "Error" in done.err


class TestFace:
    def test_the_version_is_printed(self):
        assert (
            run_here("--version").out
            == run_here("-V").out
            == f"stackcfg {__version__}\n"
        )

    def test_help_names_every_option(self):
        words = run_here("migrate", "-h").out
        for option in (
            "--output",
            "--write",
            "--diff",
            "--check",
            "--target",
            "--from",
            "--layout",
            "--allow-partial",
        ):
            assert option in words

    def test_no_color_beats_force_color(self, old):
        assert "\x1b[" in run_here("migrate", old, FORCE_COLOR="1").err
        assert (
            "\x1b[" not in run_here("migrate", old, FORCE_COLOR="1", NO_COLOR="1").err
        )
        assert "\x1b[" not in run_here("migrate", old).err

    def test_an_internal_error_is_one_line(self, capsys, monkeypatch):
        monkeypatch.delenv("STACKCFG_TRACEBACK", raising=False)
        from stackcfg.cli import errors as guard

        def broken() -> int:
            raise RuntimeError("boom")

        assert guard.run_guarded(broken) == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_an_interrupt_during_the_imports_is_no_traceback(self):
        script = (
            "import stackcfg.__main__ as entry\n"
            "def interrupted(arguments): raise KeyboardInterrupt\n"
            "entry._find_plain_command = interrupted\n"
            "entry.start()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=environment(),
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "")

    def test_an_interrupted_command_exits_with_130(self):
        from stackcfg.cli import errors as guard

        def interrupted() -> int:
            raise KeyboardInterrupt

        assert guard.run_guarded(interrupted) == 130


class TestTargets:
    NEW = "version: 2\ndistro_name: mine\nproviders: {}\nstorage:\n  backends: {}\nconnectors: []\n"

    def test_a_file_of_later_releases_is_refused_where_an_earlier_target_was_asked_for(
        self, tmp_path
    ):
        (tmp_path / "run.yaml").write_text(self.NEW)
        done = run_here("migrate", "--target", "0.4", "run.yaml", cwd=tmp_path)
        assert (done.code, done.out) == (2, "")
        assert done.err == (
            "run.yaml:2:1: error: this file is for 0.5.0 or later; downgrading to 0.4 is not supported; name a later --target\n"
        )

    def test_a_newer_file_is_left_alone_without_a_target(self, tmp_path):
        (tmp_path / "run.yaml").write_text(self.NEW)
        done = run_here("migrate", "run.yaml", cwd=tmp_path)
        assert (done.code, done.out, done.err) == (
            0,
            self.NEW,
            "run.yaml: already for 0.5.0 or later, nothing to migrate; still to be done:\n"
            "run.yaml:5:3: check: 'backends': 'kv_default' is not defined, and is the "
            "default of 'metadata'; 1.5.0 refuses the file\n"
            "run.yaml: 1 to check\n",
        )

    def test_a_source_after_the_target_is_refused(self, tmp_path):
        (tmp_path / "run.yaml").write_text(self.NEW)
        done = run_here(
            "migrate", "--from", "0.5", "--target", "0.4", "run.yaml", cwd=tmp_path
        )
        assert (done.code, done.out) == (2, "")
        assert "'0.5' is later than 0.4; downgrading is not supported" in done.err

    def test_later_targets_are_named_to_a_user_who_named_none(self, tmp_path):
        (tmp_path / "run.yaml").write_text(
            "metadata_store:\n  type: sqlite\n  db_path: /data/registry.db\n"
        )
        line = "0.3 is the default; later targets are 0.4,"
        assert line in run_here("migrate", "run.yaml", cwd=tmp_path).err
        assert (
            line
            not in run_here("migrate", "--target", "0.3", "run.yaml", cwd=tmp_path).err
        )
        assert (
            line
            not in run_here("migrate", "--report", "json", "run.yaml", cwd=tmp_path).err
        )
        (tmp_path / "stackcfg.toml").write_text('target = "0.3"\n')
        assert line not in run_here("migrate", "run.yaml", cwd=tmp_path).err


PRODUCTS = (
    ["--version"],
    ["--help"],
    ["rules"],
    ["explain", "unknown-key"],
    ["schema", "0.3"],
    ["migrate", "--report", "none", STARTER / "input.yaml"],
    ["migrate", "--diff", "--report", "none", STARTER / "input.yaml"],
    ["validate", "--format", "json", STARTER / "output.yaml"],
    ["show", STARTER / "output.yaml"],
)


class TestWhereTheOutputGoes:
    @pytest.mark.parametrize("words", PRODUCTS, ids=lambda words: words[0])
    def test_a_closed_output_is_exit_code_141(self, words):
        reading, writing = os.pipe()
        os.close(reading)
        assert run_into(writing, words) == (141, "")
        os.close(writing)

    @pytest.mark.parametrize("unbuffered", ["", "1"])
    @pytest.mark.parametrize("words", PRODUCTS, ids=lambda words: words[0])
    def test_a_full_disk_is_exit_code_two(self, words, unbuffered):
        message = (
            "stackcfg: error: the output cannot be written: No space left on device\n"
        )
        with open("/dev/full", "wb") as full:
            done = run_into(full.fileno(), words, PYTHONUNBUFFERED=unbuffered)
        assert done == (2, message)

    def test_a_full_disk_for_messages_is_exit_code_two(self):
        command = [sys.executable, "-m", "stackcfg", "migrate", "nowhere.yaml"]
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, stderr=full, env=environment(), check=False)
        assert done.returncode == 2

    @pytest.mark.parametrize(
        "words",
        [*PRODUCTS, ["validate", "--help"], ["data", "plan", "-h"]],
        ids=lambda words: " ".join(map(str, words[:2])),
    )
    def test_an_output_closed_before_the_start_is_exit_code_two(self, words):
        command = [
            "bash",
            "-c",
            'exec "$0" -m stackcfg "$@" >&-',
            sys.executable,
            *map(str, words),
        ]
        done = subprocess.run(
            command, stderr=subprocess.PIPE, text=True, env=environment(), check=False
        )
        assert (done.returncode, done.stderr) == (
            2,
            "stackcfg: error: standard output is closed\n",
        )

    @pytest.mark.parametrize(
        "words", [["migrate"], ["migrate", "--layout", "consolidate"]]
    )
    def test_a_closed_standard_error_does_not_mix_into_the_product(self, words, old):
        command = [
            "bash",
            "-c",
            'exec "$0" -m stackcfg "$@" 2>&-',
            sys.executable,
            *words,
            old,
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment(), check=False
        )
        assert (done.returncode, done.stdout) == (0, NEW)


def run_into(output: int, words: list[str | Path], **variables: str) -> tuple[int, str]:
    """Return the exit code and the messages of a command that prints into an open file."""
    command = [sys.executable, "-m", "stackcfg", *map(str, words)]
    done = subprocess.run(
        command,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
        check=False,
    )
    return done.returncode, done.stderr
