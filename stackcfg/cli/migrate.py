"""The command `migrate`: reads files, runs the engine, writes and reports."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from stackcfg.cli import exit_codes
from stackcfg.cli.problems import problem_from_error
from stackcfg.cli.settings import ProjectSettings, load_project_settings
from stackcfg.loading.configs import looks_like_run_config, may_hold_run_config
from stackcfg.loading.errors import Problem
from stackcfg.migration.engine import (
    InputError,
    NotRunConfigError,
    ProofError,
    Settings,
    migrate,
    settings_for,
)
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.migration.result import MigratedFile, MigrationResult, build_data_command
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.releases.versions import format_release
from stackcfg.system.files import (
    STDIN,
    FileError,
    find_files,
    is_same_file,
    read_file,
    write_file,
)
from stackcfg.system.output import write_stdout

if TYPE_CHECKING:
    from stackcfg.system.progress import Progress

OLD, NEW = "OLD", "NEW"
"""What files are called whose names nobody knows."""

UNDECODED = "surrogateescape"
"""How bytes of a file name that are no text are written: as they were."""


class Options(NamedTuple):
    """What the command is asked to do. `mode` is stdout, output, write, diff or check."""

    settings: Settings
    mode: str = "stdout"
    output: str | None = None
    backup: bool = True
    allow_partial: bool = False
    stdin_name: str = "<stdin>"
    report: str | None = None
    color: bool | None = None
    show_secrets: bool = False
    verbose: bool = False


def options_of(
    own: ProjectSettings,
    target: str | None = None,
    source: str | None = None,
    layout: str = CONSOLIDATE,
) -> Options:
    """Options from the words of a command line and the project's own settings.

    Raises `ValueError` for a word that is none of the choices.
    """
    settings = settings_for(
        target or own.target or DEFAULT_TARGET.name, layout, own.declared, source
    )
    return Options(settings._replace(asked=bool(target or own.target)))


def run_plain(mode: str, paths: list[str]) -> int:
    """Migrate with nothing but a mode given; the settings file counts here too. Raises `ProjectError`."""
    return run(paths, options_of(load_project_settings(os.curdir))._replace(mode=mode))


def run(paths: list[str], options: Options) -> int:
    """Migrate every file that the paths name; the exit code of all."""
    gc.freeze()
    files = list(find_files(paths))
    refusal = _refusal(files, options)
    if refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return exit_codes.FAILED
    if not files:
        print("error: no YAML files there; name a run config", file=sys.stderr)
        return exit_codes.FAILED
    codes: list[int] = []
    kept: list[MigratedFile] = []
    moved = False
    shown = options.report or ("full" if len(files) == 1 else "concise")
    if shown in ("full", "json"):
        options = options._replace(settings=options.settings._replace(detect=True))
    progress = _progress(len(files), options.color)
    for path, in_folder in files:
        progress.advance(path)
        outcome = _one(path, in_folder, options)
        if outcome is None:
            continue
        codes.append(_code(outcome, options))
        moved = moved or (outcome.migration is not None and outcome.migration.changed)
        if shown == "json":
            kept.append(_without_text(outcome))
        else:
            _report(outcome, shown, options, progress)
    progress.pause()
    if moved and shown in ("full", "concise") and not options.settings.asked:
        print(_further(options), file=sys.stderr)
    if shown == "json":
        from stackcfg.reports.migrate.json import render

        sys.stderr.write(
            render(kept, options.settings.target.name, options.settings.layout)
        )
    elif not codes:
        print(
            "error: no run configs there; -v says why each file was passed over",
            file=sys.stderr,
        )
    return exit_codes.worst(codes) if codes else exit_codes.FAILED


def _further(options: Options) -> str:
    """The one line that says which later targets exist, for who named none."""
    from stackcfg.releases.families import families

    names = [
        family.name
        for family in families()
        if family.last > options.settings.target.last
    ]
    return f"{options.settings.target.name} is the default; later targets are {', '.join(names)}: --target {names[-1]}"


def _progress(total: int, color: bool | None) -> Progress:
    from stackcfg.system.progress import Progress

    return Progress(total, color)


def _refusal(files: list[tuple[str, bool]], options: Options) -> str:
    """Why these files and options do not go together, or nothing."""
    single = options.mode in ("stdout", "output")
    if single and (len(files) > 1 or any(in_folder for _, in_folder in files)):
        return "several files: use --write to change them in place, --diff to look, --check to ask"
    same = [
        path
        for path, _ in files
        if options.output is not None and is_same_file(path, options.output)
    ]
    if options.mode == "output" and same:
        return f"{options.output} is the file itself: --write changes it in place and keeps a backup"
    if options.mode == "write" and any(path == STDIN for path, _ in files):
        return "standard input cannot be changed in place"
    return ""


def _one(path: str, in_folder: bool, options: Options) -> MigratedFile | None:
    """Migrate one file; None when a file found in a folder is no run config."""
    name = options.stdin_name if path == STDIN else path
    text = ""
    try:
        text = read_file(path)
        if in_folder and not may_hold_run_config(text):
            _passed_over(name, "not a run config", options)
            return None
        done = migrate(text, options.settings)
        backup = _deliver(path, name, text, done, options)
    except NotRunConfigError as error:
        if in_folder:
            _passed_over(name, error.message, options)
            return None
        return MigratedFile(name, problem=problem_from_error(error))
    except InputError as error:
        if in_folder and not looks_like_run_config(text):
            _passed_over(name, error.message, options)
            return None
        return MigratedFile(name, problem=problem_from_error(error))
    except FileError as error:
        return MigratedFile(
            error.path if error.path == options.output else name,
            problem=problem_from_error(error),
        )
    except ProofError as error:
        message = (
            f"the result would not hold what it must, so nothing is written: {error}"
        )
        return MigratedFile(
            name,
            problem=Problem(message, hint="please report this file's shape as a bug"),
        )
    except Exception as error:  # one file must not keep the others from their turn
        return MigratedFile(name, problem=problem_from_error(error))
    return MigratedFile(
        name,
        done,
        backup=backup,
        data_command=_data_command(name, path == STDIN, backup, done, options),
    )


def _data_command(
    name: str,
    is_stdin: bool,
    backup: str | None,
    done: MigrationResult,
    options: Options,
) -> str:
    """What brings the stored data along. Where nobody said where the new config goes, it is called NEW."""
    old, new = OLD if is_stdin else name, options.output or NEW
    if options.mode == "write":
        old, new = backup or OLD, name
    settings = options.settings
    source = format_release(settings.source) if settings.source else ""
    return build_data_command(done, old, new, settings.target.name, source)


def _passed_over(name: str, reason: str, options: Options) -> None:
    if options.verbose and options.report != "json":
        from stackcfg.reports.console.characters import flat

        print(flat(f"{name}: passed over: {reason}"), file=sys.stderr)


def _deliver(
    path: str, name: str, old: str, done: MigrationResult, options: Options
) -> str | None:
    """Put the result where the mode says; the name of the backup, if one was made."""
    if options.mode == "stdout":
        write_stdout(done.text, errors=UNDECODED)
    elif options.mode == "output" and options.output is not None:
        write_file(options.output, done.text)
    elif options.mode == "write" and done.changed:
        return write_file(path, done.text, backup=options.backup)
    elif options.mode == "diff" and done.changed:
        write_stdout("".join(_diff(name, old, done.text, options)), errors=UNDECODED)
    return None


def _diff(name: str, old: str, new: str, options: Options) -> Iterator[str]:
    import difflib

    from stackcfg.redaction.yaml import mask_yaml
    from stackcfg.system.terminal import is_tty

    public = is_tty(sys.stdout) or bool(os.environ.get("CI"))
    if public and not options.show_secrets:
        old, new = mask_yaml(old), mask_yaml(new)
    lines = difflib.unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        f"a/{name}",
        f"b/{name}",
    )
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _code(outcome: MigratedFile, options: Options) -> int:
    if outcome.migration is None:
        return exit_codes.FAILED
    if outcome.migration.needs_action and not options.allow_partial:
        return exit_codes.PARTIAL
    asked = options.mode in ("check", "diff")
    return exit_codes.FINDINGS if asked and outcome.migration.changed else exit_codes.OK


def _without_text(outcome: MigratedFile) -> MigratedFile:
    """The outcome without the new text, which a report does not need and a thousand files would add up."""
    if outcome.migration is None:
        return outcome
    done = outcome.migration
    return outcome._replace(migration=MigrationResult("", done.changed, done.configs))


def _report(
    outcome: MigratedFile, shown: str, options: Options, progress: Progress
) -> None:
    from stackcfg.reports.migrate import text
    from stackcfg.system.terminal import terminal_width, wants_color

    in_color = wants_color(sys.stderr, options.color)
    done = options.mode not in ("check", "diff")
    lines: Iterator[str] = iter(())
    if outcome.migration is None:
        lines = iter([text.problem(outcome, in_color)])
    elif shown == "full":
        settings = options.settings
        lines = text.full(
            outcome,
            settings.target.name,
            settings.layout,
            in_color,
            terminal_width(sys.stderr),
            done,
        )
    elif shown == "concise" and (
        outcome.migration.changed or outcome.migration.needs_action or options.verbose
    ):
        lines = text.concise(outcome, in_color, done)
    for line in lines:
        progress.pause()
        print(line, file=sys.stderr)
