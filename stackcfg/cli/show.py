"""The command `show`: finds and reads files, reads their overviews,
prints them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from stackcfg.cli import batch
from stackcfg.cli.batch import STDIN_NAME, InputFile
from stackcfg.cli.exit_codes import FAILED, OK, worst
from stackcfg.cli.run_files import RunFiles
from stackcfg.cli.settings import ProjectSettings
from stackcfg.loading.errors import NotRunConfigError
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import families, parse_target
from stackcfg.releases.stores import StoreField, with_declared_fields
from stackcfg.releases.versions import Release
from stackcfg.reports.console.colors import join_lines
from stackcfg.reports.console.problems import problem_line
from stackcfg.reports.show.formats import FORMATS, Context
from stackcfg.reports.show.labels import draw_judgements
from stackcfg.show.overview import (
    FileOverview,
    Judgement,
    Overview,
    judge_text,
    read_overviews,
)
from stackcfg.system.progress import Progress
from stackcfg.system.terminal import (
    stdout_encoding,
    terminal_width,
    wants_color,
    write_stdout,
)
from stackcfg.validation.manifest_detection import (
    OtherFiles,
    holds_objects,
    may_hold_objects,
)

if TYPE_CHECKING:
    from stackcfg.show.deployments import DeploymentOverview

DEFAULT_FORMAT = "tree"
DEFAULT_WIDTH = 80


class Options(NamedTuple):
    """What the command is asked to do.

    References are shown as `version` reads them; the user calls it
    `target`. Without one each config is shown as the newest release
    that it fits reads it.
    """

    target: str = ""
    version: Release | None = None
    format: str = DEFAULT_FORMAT
    stdin_name: str = STDIN_NAME
    verbose: bool = False
    declared: tuple[StoreField, ...] = ()
    color: bool | None = None
    project: ProjectSettings = ProjectSettings()
    exclude: tuple[str, ...] = ()


def version_of(target: str) -> Release:
    """Return the release of a target with a catalog: the last one of a family.

    Raises `ValueError` for an unknown release.
    """
    with_catalog = [each for each in families() if each.last >= CATALOG_SINCE]
    return parse_target(target, with_catalog).last


def options_of(project: ProjectSettings, target: str | None = None) -> Options:
    """Return the options from the target of a command line and the
    project's settings.

    A project's target without a catalog does not count: it has no
    references to read. Raises `ValueError` for an unknown target.
    """
    named = target
    if named is None and _has_catalog(project.target):
        named = project.target
    if named is None:
        return Options(declared=project.declared, project=project)
    version = version_of(named)
    return Options(named, version, declared=project.declared, project=project)


def _has_catalog(target: str | None) -> bool:
    return target is not None and parse_target(target).last >= CATALOG_SINCE


def run(paths: list[str], options: Options) -> int:
    """Show every run config that the paths name; return the exit code of all."""
    # What the imports made lives to the end: no collection needs to visit it.
    gc.freeze()
    exclusion = batch.Exclusion(options.exclude, options.project)
    files = batch.find_inputs(paths, options.stdin_name, exclusion, options.verbose)
    chosen = FORMATS[options.format]
    kept: list[FileOverview] = []
    codes: list[int] = []
    for overview in _read_files(files, options):
        problem = overview.problem
        is_first = OK not in codes
        codes.append(FAILED if problem else OK)
        if problem and not chosen.holds_problems:
            lines = [problem_line(overview.file, problem)]
            lines += draw_judgements(
                overview.judgements, terminal_width(sys.stderr) or DEFAULT_WIDTH
            )
            colored = wants_color(sys.stderr, options.color)
            sys.stderr.write(join_lines(lines, colored))
        elif chosen.is_document:
            kept.append(overview)
        else:
            _print(overview, is_first, options)
    if not codes:
        raise batch.nothing_found(files, paths)
    if chosen.is_document:
        write_stdout(chosen.render(kept, Context(options.target, options.version)))
    return worst(codes)


def _read_files(files: Sequence[InputFile], options: Options) -> Iterator[FileOverview]:
    catalog = with_declared_fields(options.declared)

    run_files = RunFiles(files)

    def read_text(file: InputFile, text: str) -> FileOverview:
        deployments: tuple[DeploymentOverview, ...] = ()
        if may_hold_objects(text):
            from stackcfg.show.deployments import read_deployments

            others = OtherFiles(file.name, run_files.search_beside(file))
            deployments = read_deployments(text, others, catalog)
        configs: tuple[Overview, ...] = ()
        try:
            configs = read_overviews(text, options.version, catalog)
        except NotRunConfigError:
            if not deployments:
                raise
        return FileOverview(file.name, configs, deployments=deployments)

    outcomes = (
        batch.process_file(file, read_text, holds_more=holds_objects) for file in files
    )
    # Trees appear one by one, which is progress enough: no bar.
    progress = Progress(0)
    for_people = not FORMATS[options.format].is_document
    verbose = options.verbose and for_people
    for outcome in batch.watch_progress(files, outcomes, progress, verbose):
        judgements: tuple[Judgement, ...] = ()
        if verbose and outcome.problem is not None:
            judgements = judge_text(outcome.text)
        result = outcome.result or FileOverview(outcome.name)
        yield replace(result, problem=outcome.problem, judgements=judgements)


def _print(overview: FileOverview, is_first: bool, options: Options) -> None:
    context = Context(
        options.target,
        options.version,
        colored=wants_color(sys.stdout, options.color),
        width=terminal_width(sys.stdout),
        encoding=stdout_encoding(),
        verbose=options.verbose,
    )
    text = FORMATS[options.format].render([overview], context)
    separator = "" if is_first else "\n"
    write_stdout(separator + text, context.encoding)
