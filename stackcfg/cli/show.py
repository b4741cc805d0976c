"""The command `show`: finds and reads files, asks for their overviews, prints them."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from typing import Final

from stackcfg.cli.exit_codes import FAILED, OK
from stackcfg.cli.problems import problem_of
from stackcfg.cli.settings import Project
from stackcfg.loading.configs import is_worth_parsing
from stackcfg.loading.errors import NotRunConfigError, Problem
from stackcfg.releases import stores as facts
from stackcfg.releases.changes import CATALOG
from stackcfg.releases.families import DEFAULT_TARGET, families, target_named
from stackcfg.releases.stores import ConsumerField
from stackcfg.releases.versions import Release
from stackcfg.show.overview import FileOverview, overviews
from stackcfg.system.files import STDIN, find, read
from stackcfg.system.output import own_encoding, put

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
    declared: tuple[ConsumerField, ...] = ()
    flexible: bool = False
    color: bool | None = None


def version_of(target: str) -> Release:
    """The release that a target stands for: itself, or the last one of a family. Raises `ValueError`."""
    return target_named(target, [each for each in families() if each.last >= CATALOG]).last


def options_of(own: Project, target: str | None = None) -> Options:
    """Options from the target that a command line names and the project's own settings.

    A target of the project that has no catalog, and so no references to read, does not count here. Raises `ValueError`
    for a target that is none of the choices.
    """
    if target is None and own.target is not None and target_named(own.target).last >= CATALOG:
        target = own.target
    asked = target or DEFAULT_TARGET.name
    return Options(asked, version_of(asked), declared=own.declared, flexible=target is None)


def run(paths: list[str], options: Options) -> int:
    """Show every run config that the paths name; the exit code of all."""
    gc.freeze()
    files = list(find(paths))
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
        print("error: no run configs there; -v says why each file was passed over", file=sys.stderr)
        return FAILED
    _print_document(kept, options)
    return FAILED if failed else OK


def _one(path: str, in_folder: bool, options: Options) -> FileOverview | None:
    """The overview of one file; None when a file found in a folder is no run config."""
    name = options.stdin_name if path == STDIN else path
    try:
        text = read(path)
        if in_folder and not is_worth_parsing(text):
            _passed_over(name, "not a run config", options)
            return None
        catalog = facts.extended(options.declared) if options.declared else facts.load()
        return FileOverview(name, overviews(text, options.version, catalog, flexible=options.flexible))
    except NotRunConfigError as error:
        if in_folder:
            _passed_over(name, error.message, options)
            return None
        return FileOverview(name, problem=problem_of(error))
    except Exception as error:  # one file must not keep the others from their turn
        return FileOverview(name, problem=problem_of(error))


def _passed_over(name: str, reason: str, options: Options) -> None:
    if options.verbose and options.format == "tree":
        print(f"{name}: passed over: {reason}", file=sys.stderr)


def _problem_line(file: str, problem: Problem, options: Options) -> str:
    from stackcfg.reports.console.colors import paint
    from stackcfg.system.terminal import colored

    place = f":{problem.line}:{problem.column}" if problem.line else ""
    hint = f"; {problem.hint}" if problem.hint else ""
    return f"{file}{place}: {paint('error', 'error', colored(sys.stderr, options.color))}: {problem.message}{hint}"


def _print_tree(found: FileOverview, options: Options, first: bool) -> None:
    from stackcfg.reports.show import tree as overview_tree
    from stackcfg.system.terminal import colored, width

    encoding = own_encoding()
    try:
        "".join(overview_tree.UNICODE).encode(encoding)
        guides = overview_tree.UNICODE
    except UnicodeEncodeError:
        guides = overview_tree.ASCII
    look = overview_tree.Look(width(sys.stdout), colored(sys.stdout, options.color), guides)
    lines = overview_tree.render(found, look)
    put(("" if first else "\n") + "".join(f"{line}\n" for line in lines), encoding)


def _print_document(found: list[FileOverview], options: Options) -> None:
    """The formats that are one document about all files."""
    if options.format == "json":
        from stackcfg.reports.show import json as overview_json

        put(overview_json.render(found, options.target, options.version))
    elif options.format == "mermaid" and found:
        from stackcfg.reports.show import mermaid as overview_mermaid

        put(overview_mermaid.render(found))
