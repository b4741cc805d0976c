"""The command `validate`: finds and reads files, calls the engine, reports."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from stackcfg.cli import batch
from stackcfg.cli.batch import STDIN_NAME, FileOutcome, InputFile
from stackcfg.cli.exit_codes import FAILED, FINDINGS, OK, worst
from stackcfg.cli.settings import (
    ProjectSettings,
    SettingsError,
    load_project_settings,
)
from stackcfg.errors import StackcfgError
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.reports.validate.counts import Counts, count_findings
from stackcfg.reports.validate.formats import FORMATS, Context
from stackcfg.system.files import FileError, read_file, write_file
from stackcfg.system.output import write_stdout
from stackcfg.system.parallel import parallel_map
from stackcfg.system.progress import Progress
from stackcfg.validation.engine import (
    Settings,
    Validation,
    check_rule_name,
    settings_for,
    validate,
)
from stackcfg.validation.findings import ERROR, WARNING, FileResult

DEFAULT_FORMAT = "full"
FORMAT_VARIABLE = "STACKCFG_FORMAT"


class Options(NamedTuple):
    """What the command is asked to do. `project` has rules for single files
    too.
    """

    settings: Settings
    format: str = DEFAULT_FORMAT
    output: str | None = None
    strict: bool = False
    exit_zero: bool = False
    stdin_name: str = STDIN_NAME
    show_secrets: bool = False
    verbose: bool = False
    color: bool | None = None
    project: ProjectSettings = ProjectSettings()


class Checked(NamedTuple):
    """What was found in one file.

    `printed` is its part of the output. `result` is kept only for formats that
    are one document about all files.
    """

    code: int
    counts: Counts
    printed: str = ""
    result: FileResult | None = None


def run_plain(paths: list[str]) -> int:
    """Validate with only paths named; return the exit code.

    Settings and environment count here too. Raises `StackcfgError`.
    """
    return run(paths, options_of(load_project_settings(os.curdir)))


def options_of(
    project: ProjectSettings,
    target: str | None = None,
    output_format: str | None = None,
    select: frozenset[str] = frozenset(),
    ignore: frozenset[str] = frozenset(),
    schema: str | None = None,
) -> Options:
    """Return the options from command line, project settings and environment.

    `schema` names a file. Raises `ValueError` for an unknown release or rule,
    and `StackcfgError` for what the settings or the environment name, and for a
    bad schema.
    """
    _check_rules(project)
    settings = settings_for(
        target or project.target or DEFAULT_TARGET.name,
        select or project.select,
        ignore | (project.ignore - select),
        project.declared,
        _read_schema(schema) if schema else None,
    )
    return Options(settings, output_format or _format_of_environment(), project=project)


def _check_rules(project: ProjectSettings) -> None:
    """Raise `SettingsError` for an unknown rule anywhere in the settings."""
    named = project.select.union(project.ignore, *project.per_file.values())
    for rule in sorted(named):
        try:
            check_rule_name(rule)
        except ValueError as error:
            raise SettingsError(project.file, str(error), rule) from None


def _read_schema(path: str) -> object:
    from stackcfg.validation.custom_schema import parse_schema

    text = read_file(path)
    try:
        return parse_schema(text)
    except ValueError as error:
        raise FileError(path, str(error)) from None


def _format_of_environment() -> str:
    name = os.environ.get(FORMAT_VARIABLE) or DEFAULT_FORMAT
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise StackcfgError(f"{FORMAT_VARIABLE}: format '{name}' is not one of {known}")
    return name


def run(paths: list[str], options: Options) -> int:
    """Validate every run config that the paths name; return the exit code of
    all.
    """
    # What the imports made lives to the end: no collection needs to visit it.
    gc.freeze()
    files = batch.find_inputs(paths or [os.curdir], options.stdin_name)
    if options.output is None:
        codes, total = _write_findings(files, options, write_stdout)
    else:
        pieces: list[str] = []
        codes, total = _write_findings(files, options, pieces.append)
        write_file(options.output, "".join(pieces))
    if not codes:
        raise batch.nothing_found(files)
    if options.format == DEFAULT_FORMAT:
        from stackcfg.reports.validate.full import summary

        print(summary(total), file=sys.stderr)
    code = worst(codes)
    if options.exit_zero and code == FINDINGS:
        return OK
    return code


def _write_findings(
    files: Sequence[InputFile], options: Options, write: Callable[[str], object]
) -> tuple[list[int], Counts]:
    """Write what is found in files; return their exit codes and what is
    counted.
    """
    chosen = FORMATS[options.format]
    total = count_findings(())
    codes: list[int] = []
    kept: list[FileResult] = []
    for checked in _check_files(files, options):
        codes.append(checked.code)
        total = total.plus(checked.counts)
        if checked.printed:
            write(checked.printed)
        if checked.result is not None:
            kept.append(checked.result)
    if chosen.is_document:
        # Also where nothing was found: an upload of SARIF, say, needs a document.
        write(chosen.render(kept, Context(options.settings.target.name)))
    elif not codes:
        raise batch.nothing_found(files)
    return codes, total


def _check_files(files: Sequence[InputFile], options: Options) -> Iterator[Checked]:
    progress = Progress(len(files), options.color)
    outcomes = parallel_map(partial(_check_file, options), files)
    for_people = not FORMATS[options.format].is_document
    for outcome in batch.watch_progress(
        files, outcomes, progress, options.verbose, for_people
    ):
        if outcome.result is not None:
            if outcome.result.printed:
                progress.hide()
            yield outcome.result


def _check_file(options: Options, file: InputFile) -> FileOutcome[Checked]:
    """Validate one file and render its findings: all that a worker process can
    do.
    """

    def check_text(file: InputFile, text: str) -> Validation:
        settings = options.settings
        ignored = settings.ignored | options.project.ignored_in(file.name)
        return validate(text, settings._replace(ignored=ignored))

    outcome = batch.process_file(file, check_text)
    if outcome.skipped:
        return FileOutcome(
            outcome.name,
            skipped=outcome.skipped,
            holds_config=outcome.holds_config,
        )
    found = outcome.result or Validation(())
    result = FileResult(outcome.name, found.findings, outcome.problem, found.ignored)
    chosen = FORMATS[options.format]
    checked = Checked(_exit_code(result, options), count_findings([result]))
    if chosen.is_document:
        checked = checked._replace(result=result)
    elif result.findings or result.problem:
        printed = _render(result, outcome.text, found, options)
        checked = checked._replace(printed=printed)
    return FileOutcome(outcome.name, checked)


def _exit_code(result: FileResult, options: Options) -> int:
    if result.problem is not None:
        return FAILED
    severities = {each.severity for each in result.findings}
    if ERROR in severities or (options.strict and WARNING in severities):
        return FINDINGS
    return OK


def _render(result: FileResult, text: str, found: Validation, options: Options) -> str:
    """Return what is printed about one file in a format that goes file by file."""
    chosen = FORMATS[options.format]
    context = Context(options.settings.target.name)
    if chosen.shows_source:
        lines = _source_lines(text, found, options)
        context = context._replace(lines=lines)
        if options.output is None:
            from stackcfg.system.terminal import terminal_width, wants_color

            colored = wants_color(sys.stdout, options.color)
            width = terminal_width(sys.stdout)
            context = context._replace(colored=colored, width=width)
    return chosen.render([result], context)


def _source_lines(text: str, found: Validation, options: Options) -> Sequence[str]:
    """Return the lines of a file as they may be shown, without secrets."""
    if not options.show_secrets:
        from stackcfg.redaction.yaml import mask_in_place

        if found.documents:
            text = found.documents[0].text
        text = mask_in_place(text, found.documents)
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
