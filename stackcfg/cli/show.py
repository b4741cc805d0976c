"""The command `show`: finds and reads files, asks for their overviews, prints them."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from typing import Final

from stackcfg.cli.exit_codes import FAILED, OK
from stackcfg.cli.problems import problem_from_error
from stackcfg.cli.settings import ProjectSettings
from stackcfg.loading.configs import may_hold_run_config
from stackcfg.loading.errors import NotRunConfigError, Problem
from stackcfg.releases import stores as facts
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import DEFAULT_TARGET, families, parse_target
from stackcfg.releases.stores import StoreField
from stackcfg.releases.versions import Release
from stackcfg.show.overview import FileOverview, read_overviews
from stackcfg.system.files import STDIN, find_files, read_file
from stackcfg.system.output import stdout_encoding, write_stdout

FORMATS: Final = ("tree", "json", "mermaid")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command is asked to do: show references as `version` reads them, which the user calls `target`.

    `flexible`: nobody called for it, so a config that is for later releases only is shown as one of those reads it.
    """

    target: str
    version: Release
    format: str = FORMATS[0]
    stdin_name: str = "<stdin>"
    verbose: bool = False
    declared: tuple[StoreField, ...] = ()
    flexible: bool = False
    color: bool | None = None


def version_of(target: str) -> Release:
    """The release that a target stands for: itself, or the last one of a family. Raises `ValueError`."""
    return parse_target(
        target, [each for each in families() if each.last >= CATALOG_SINCE]
    ).last


def options_of(own: ProjectSettings, target: str | None = None) -> Options:
    """Options from the target that a command line names and the project's own settings.

    A target of the project that has no catalog, and so no references to read, does not count here. Raises `ValueError`
    for a target that is none of the choices.
    """
    if (
        target is None
        and own.target is not None
        and parse_target(own.target).last >= CATALOG_SINCE
    ):
        target = own.target
    asked = target or DEFAULT_TARGET.name
    return Options(
        asked, version_of(asked), declared=own.declared, flexible=target is None
    )


def run(paths: list[str], options: Options) -> int:
    """Show every run config that the paths name; the exit code of all."""
    gc.freeze()
    files = list(find_files(paths))
    if not files:
        print("error: no YAML files there; name a run config", file=sys.stderr)
        return FAILED
    kept: list[FileOverview] = []
    shown = failed = 0
    for path, in_folder in files:
        found = _one(path, in_folder, options)
        if found is None:
            continue
        if options.format == "tree" and found.problem is None:
            _print_tree(found, options, first=not shown)
        elif found.problem is None or options.format == "json":
            kept.append(found)
        if found.problem is not None and options.format != "json":
            print(_problem_line(found.file, found.problem, options), file=sys.stderr)
        failed += found.problem is not None
        shown += found.problem is None
    if not shown and not failed:
        print(
            "error: no run configs there; -v says why each file was passed over",
            file=sys.stderr,
        )
        return FAILED
    _print_document(kept, options)
    return FAILED if failed else OK


def _one(path: str, in_folder: bool, options: Options) -> FileOverview | None:
    """The overview of one file; None when a file found in a folder is no run config."""
    name = options.stdin_name if path == STDIN else path
    try:
        text = read_file(path)
        if in_folder and not may_hold_run_config(text):
            _passed_over(name, "not a run config", options)
            return None
        catalog = (
            facts.with_declared_fields(options.declared)
            if options.declared
            else facts.load_store_fields()
        )
        return FileOverview(
            name,
            read_overviews(text, options.version, catalog, flexible=options.flexible),
        )
    except NotRunConfigError as error:
        if in_folder:
            _passed_over(name, error.message, options)
            return None
        return FileOverview(name, problem=problem_from_error(error))
    except Exception as error:  # one file must not keep the others from their turn
        return FileOverview(name, problem=problem_from_error(error))


def _passed_over(name: str, reason: str, options: Options) -> None:
    if options.verbose and options.format == "tree":
        print(f"{name}: passed over: {reason}", file=sys.stderr)


def _problem_line(file: str, problem: Problem, options: Options) -> str:
    from stackcfg.reports.console.colors import paint
    from stackcfg.system.terminal import wants_color

    place = f":{problem.line}:{problem.column}" if problem.line else ""
    hint = f"; {problem.hint}" if problem.hint else ""
    return f"{file}{place}: {paint('error', 'error', wants_color(sys.stderr, options.color))}: {problem.message}{hint}"


def _print_tree(found: FileOverview, options: Options, first: bool) -> None:
    from stackcfg.reports.show import tree as overview_tree
    from stackcfg.system.terminal import terminal_width, wants_color

    encoding = stdout_encoding()
    try:
        "".join(overview_tree.UNICODE).encode(encoding)
        guides = overview_tree.UNICODE
    except UnicodeEncodeError:
        guides = overview_tree.ASCII
    look = overview_tree.Look(
        terminal_width(sys.stdout), wants_color(sys.stdout, options.color), guides
    )
    lines = overview_tree.render(found, look)
    write_stdout(
        ("" if first else "\n") + "".join(f"{line}\n" for line in lines), encoding
    )


def _print_document(found: list[FileOverview], options: Options) -> None:
    """The formats that are one document about all files."""
    if options.format == "json":
        from stackcfg.reports.show import json as overview_json

        write_stdout(overview_json.render(found, options.target, options.version))
    elif options.format == "mermaid" and found:
        from stackcfg.reports.show import mermaid as overview_mermaid

        write_stdout(overview_mermaid.render(found))
