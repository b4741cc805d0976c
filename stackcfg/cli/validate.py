"""The command `validate`: finds and reads files, calls the engine, reports."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from stackcfg.cli import batch
from stackcfg.cli.batch import FileOutcome, InputFile
from stackcfg.cli.exit_codes import FAILED, FINDINGS, OK, worst
from stackcfg.cli.fix import (
    DIFF,
    FixedFile,
    FixOptions,
    describe_fixes,
    fix_file,
)
from stackcfg.cli.run_files import RunFiles
from stackcfg.cli.settings import load_project_settings
from stackcfg.cli.validate_options import DEFAULT_FORMAT, Options, options_of
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import describe_judge
from stackcfg.reports.validate.counts import Counts, count_findings
from stackcfg.reports.validate.formats import FORMATS, Context
from stackcfg.system.files import write_file
from stackcfg.system.output import write_stdout
from stackcfg.system.parallel import parallel_map
from stackcfg.system.progress import Progress
from stackcfg.validation.engine import Settings, Validation, validate
from stackcfg.validation.findings import ERROR, WARNING, FileResult
from stackcfg.validation.manifest_detection import holds_objects


class Checked(NamedTuple):
    """What was found in one file.

    `judges` are the releases that judged, `is_old`: only ones before the
    catalog, and nobody asked for them. `printed` is its part of the output.
    `result` is kept only for formats that are one document about all files.
    `fixed` counts its fixes, if they were asked for, `fixable` those left.
    """

    code: int
    counts: Counts
    judges: tuple[str, ...] = ()
    is_old: bool = False
    printed: str = ""
    result: FileResult | None = None
    fixed: int = 0
    fixable: int = 0


class Total(NamedTuple):
    """What was found in all files.

    `judges` counts the files that each release judged, `old` those that were
    judged by a release before the catalog although nobody asked for that,
    `fixed` the fixes of each file that has some, `fixable` the fixes left.
    """

    codes: list[int]
    counts: Counts
    judges: Counter[str]
    old: int
    fixed: list[int]
    fixable: int


def run_plain(paths: list[str]) -> int:
    """Validate with only paths named; return the exit code.

    Settings and environment count here too. Raises `StackcfgError`.
    """
    return run(paths, options_of(load_project_settings(os.curdir)))


def run(paths: list[str], options: Options) -> int:
    """Validate every run config that the paths name; return the exit code of
    all.
    """
    # What the imports made lives to the end: no collection needs to visit it.
    gc.freeze()
    exclusion = batch.Exclusion(options.exclude, options.project)
    files = batch.find_inputs(
        paths or [os.curdir], options.stdin_name, exclusion, options.verbose
    )
    used = [options.project.file, options.schema or "", *(file.path for file in files)]
    batch.check_output(options.output, used)
    total = _report(files, options)
    if not total.codes:
        raise batch.nothing_found(files)
    if options.format == DEFAULT_FORMAT:
        _print_closing(total, options.fix.mode)
    code = worst(total.codes)
    if options.exit_zero and code == FINDINGS:
        return OK
    return code


def _report(files: Sequence[InputFile], options: Options) -> Total:
    """Write what is found in files to standard output, or to the file that the
    options name; return what is counted.
    """
    if options.output is None:
        return _write_findings(files, options, write_stdout)
    pieces: list[str] = []
    total = _write_findings(files, options, pieces.append)
    write_file(options.output, "".join(pieces))
    return total


def _print_closing(total: Total, fix_mode: str) -> None:
    """Print the lines about all files that only people need."""
    if fix_mode:
        print(describe_fixes(total.fixed, fix_mode), file=sys.stderr)
    if fix_mode != DIFF:
        _print_summary(total)


def _print_summary(total: Total) -> None:
    from stackcfg.reports.validate.closing import (
        describe_fixable,
        describe_old_files,
        summary,
    )

    print(summary(total.counts, total.judges), file=sys.stderr)
    if total.fixable:
        print(describe_fixable(total.fixable), file=sys.stderr)
    if total.old:
        print(describe_old_files(total.old), file=sys.stderr)


def _write_findings(
    files: Sequence[InputFile], options: Options, write: Callable[[str], object]
) -> Total:
    """Write what is found in files; return what is counted."""
    chosen = FORMATS[options.format]
    counts = count_findings(())
    judges: Counter[str] = Counter()
    old = 0
    fixed: list[int] = []
    fixable = 0
    codes: list[int] = []
    kept: list[FileResult] = []
    for checked in _check_files(files, options):
        codes.append(checked.code)
        counts = counts.plus(checked.counts)
        judges.update(checked.judges)
        old += checked.is_old
        fixable += checked.fixable
        if checked.fixed:
            fixed.append(checked.fixed)
        if checked.printed:
            write(checked.printed)
        if checked.result is not None:
            kept.append(checked.result)
    if chosen.is_document and options.fix.mode != DIFF:
        # Also where nothing was found: an upload of SARIF, say, needs a document.
        write(chosen.render(kept, _context_of(options)))
    elif not codes:
        raise batch.nothing_found(files)
    return Total(codes, counts, judges, old, fixed, fixable)


def _context_of(options: Options) -> Context:
    named = options.settings.target
    if named is None:
        return Context()
    return Context(named.name)


def _check_files(files: Sequence[InputFile], options: Options) -> Iterator[Checked]:
    progress = Progress(len(files), options.color)
    outcomes = parallel_map(partial(_check_file, options, RunFiles(files)), files)
    for outcome in batch.watch_progress(files, outcomes, progress, options.verbose):
        if outcome.result is not None:
            if outcome.result.printed:
                progress.hide()
            yield outcome.result


def _check_file(
    options: Options, run_files: RunFiles, file: InputFile
) -> FileOutcome[Checked]:
    """Validate one file and render its findings: all that a worker process can
    do.
    """
    settings = options.settings_of(file.name)
    settings = settings._replace(others=run_files.beside(file))
    work = partial(_check_text, settings, options.fix)
    outcome = batch.process_file(file, work, holds_more=holds_objects)
    if outcome.skipped:
        return FileOutcome(outcome.name, skipped=outcome.skipped)
    fixed = outcome.result or FixedFile(Validation(()), outcome.text)
    found = fixed.left
    judges = tuple(dict.fromkeys(map(describe_judge, found.targets)))
    result = FileResult(
        outcome.name, found.findings, outcome.problem, found.ignored, judges
    )
    checked = Checked(
        code=_exit_code(result, options),
        counts=count_findings([result]),
        judges=(*judges, *found.operators),
        is_old=settings.target is None and _is_old(found),
        fixed=fixed.applied,
        fixable=sum(each.fix is not None for each in result.findings),
    )
    return FileOutcome(outcome.name, _print_file(checked, fixed, result, options))


def _check_text(
    settings: Settings, fix: FixOptions, file: InputFile, text: str
) -> FixedFile:
    if fix.mode:
        return fix_file(file, text, settings, fix)
    return FixedFile(validate(text, settings), text)


def _print_file(
    checked: Checked, fixed: FixedFile, result: FileResult, options: Options
) -> Checked:
    """Return what was found in a file, with its part of the output."""
    if options.fix.mode == DIFF and result.problem is None:
        code = FINDINGS if fixed.applied else checked.code
        return checked._replace(code=code, printed=fixed.diff)
    if FORMATS[options.format].is_document:
        return checked._replace(result=result)
    if result.findings or result.problem:
        printed = _render(result, fixed.text, fixed.left, options)
        return checked._replace(printed=printed)
    return checked


def _is_old(found: Validation) -> bool:
    """Return whether a file has a config that no release with a catalog reads."""
    return any(target.last < CATALOG_SINCE for target in found.targets)


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
    context = _context_of(options)
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
