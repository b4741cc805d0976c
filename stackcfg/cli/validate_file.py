"""Validates one file and renders what is found in it: all that a worker
process can do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from stackcfg.cli import batch
from stackcfg.cli.baseline import name_in_baseline
from stackcfg.cli.batch import FileOutcome, InputFile
from stackcfg.cli.exit_codes import FAILED, FINDINGS, OK
from stackcfg.cli.fix import DIFF, FixedFile, fix_file, silence_file
from stackcfg.cli.run_files import RunFiles, WatchedSearch
from stackcfg.cli.validate_options import Options
from stackcfg.light_typing import TYPE_CHECKING, NamedTuple
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.families import describe_judge
from stackcfg.reports.validate.counts import Counts, count_findings
from stackcfg.reports.validate.formats import Context
from stackcfg.validation.baseline import Comparison, KnownFinding
from stackcfg.validation.engine import Validation, validate
from stackcfg.validation.findings import ERROR, WARNING, FileResult
from stackcfg.validation.manifest_detection import (
    OtherFiles,
    holds_objects,
    may_start_server,
)
from stackcfg.validation.settings import Settings

if TYPE_CHECKING:
    from stackcfg.cli.chart_findings import FoundInCharts


def context_of(options: Options) -> Context:
    """Return what a report says of the run: the target that the user named."""
    named = options.settings.target
    if named is None:
        return Context()
    return Context(named.name)


def settings_beside(
    file: InputFile, options: Options, search: WatchedSearch
) -> Settings:
    """Return the settings for a file, which may be judged with those beside it."""
    settings = options.settings_of(file.name)
    return settings._replace(others=OtherFiles(file.name, search))


def check_file(
    options: Options,
    run_files: RunFiles,
    charted: FoundInCharts,
    file: InputFile,
) -> FileOutcome[Checked]:
    """Validate one file and render its findings: all that a worker
    process can do.
    """
    search = run_files.search_beside(file)
    settings = settings_beside(file, options, search)
    work = partial(_check_text, settings, options, charted)
    holds_more = partial(_holds_more, file.name)
    outcome = batch.process_file(file, work, charted, holds_more=holds_more)
    if outcome.skipped:
        return FileOutcome(outcome.name, skipped=outcome.skipped)
    fixed = outcome.result or FixedFile(Validation(()), outcome.text)
    found = fixed.left
    compared = Comparison(found.findings)
    if outcome.problem is None:
        compared = options.baseline.compare(file.name, found.findings, settings.wants)
    result = FileResult(
        outcome.name,
        compared.new,
        outcome.problem,
        found.ignored,
        tuple(dict.fromkeys(map(describe_judge, found.targets))),
        compared.known,
    )
    checked = _sum_up(result, fixed, compared, options)
    # a config that no release with a catalog reads
    are_old = [target.last < CATALOG_SINCE for target in found.targets]
    checked = checked._replace(is_old=settings.target is None and any(are_old))
    checked = _print_file(checked, fixed, result, options)
    if not options.cache or search.was_asked or outcome.problem is not None:
        return FileOutcome(outcome.name, checked)
    # the text is all that the result depends upon
    return FileOutcome(outcome.name, checked, text=outcome.text)


def _holds_more(file: str, text: str) -> bool:
    """Return whether a file is worth validating that may have no run config."""
    return may_start_server(file, text) or holds_objects(text)


def _check_text(
    settings: Settings,
    options: Options,
    charted: FoundInCharts,
    file: InputFile,
    text: str,
) -> FixedFile:
    if file.path in charted:
        # no change of it is proved
        return FixedFile(charted[file.path].validation, text)
    if options.fix.reason:
        return silence_file(file, text, settings, options.fix, options.baseline)
    if options.fix.mode:
        return fix_file(file, text, settings, options.fix)
    return FixedFile(validate(text, settings), text)


def _sum_up(
    result: FileResult, fixed: FixedFile, compared: Comparison, options: Options
) -> Checked:
    """Return what a run adds up of a file, with nothing printed yet."""
    found = fixed.left
    return Checked(
        code=_exit_code(result, options),
        counts=count_findings([result]),
        judges=(*result.judges, *found.operators),
        fixed=fixed.applied,
        fixable=sum(each.fix is not None for each in result.findings),
        unsafe=sum(each.has_hidden_fix for each in result.findings),
        gone=compared.gone,
    )


def _print_file(
    checked: Checked, fixed: FixedFile, result: FileResult, options: Options
) -> Checked:
    """Return what was found in a file, with its part of the output."""
    if options.fix.mode == DIFF and result.problem is None:
        code = FINDINGS if fixed.applied else checked.code
        return checked._replace(code=code, printed=fixed.diff)
    if options.new_baseline is not None:
        return _keep_for_baseline(checked, result, options.new_baseline)
    if options.chosen_format.is_document:
        return checked._replace(result=result)
    if result.findings or result.problem:
        printed = _render(result, fixed.text, fixed.left, options)
        return checked._replace(printed=printed)
    return checked


def _keep_for_baseline(checked: Checked, result: FileResult, path: str) -> Checked:
    """Return what was found in a file, under its name in the baseline."""
    if result.problem is not None:
        from stackcfg.reports.console.colors import join_lines
        from stackcfg.reports.console.problems import problem_line

        line = problem_line(result.file, result.problem)
        sys.stderr.write(join_lines([line], colored=False))
        return checked
    named = result._replace(file=name_in_baseline(path, result.file))
    return checked._replace(result=named)


def _exit_code(result: FileResult, options: Options) -> int:
    if result.problem is not None:
        return FAILED
    if options.new_baseline is not None:
        return OK
    severities = {each.severity for each in result.findings}
    if ERROR in severities or (options.strict and WARNING in severities):
        return FINDINGS
    return OK


def _render(result: FileResult, text: str, found: Validation, options: Options) -> str:
    """Return what is printed about one file in a format that goes file by file."""
    chosen = options.chosen_format
    context = context_of(options)
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


class Checked(NamedTuple):
    """What was found in one file.

    `judges` are the releases that judged, `is_old`: only ones before
    the catalog, and nobody asked for them. `printed` is its part of the
    output. `result` is kept only for formats that are one document
    about all files. `fixed` counts its fixes, if they were asked for,
    `fixable` those left, `unsafe` those that are left out since they
    are not safe. `gone` are findings of the baseline that it does not
    have any more.
    """

    code: int
    counts: Counts
    judges: tuple[str, ...] = ()
    is_old: bool = False
    printed: str = ""
    result: FileResult | None = None
    fixed: int = 0
    fixable: int = 0
    unsafe: int = 0
    gone: tuple[KnownFinding, ...] = ()
