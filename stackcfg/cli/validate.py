"""The command `validate`: finds files, and reports what is found in all of them."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from stackcfg.cli import batch
from stackcfg.cli.batch import FileOutcome, InputFile
from stackcfg.cli.exit_codes import FINDINGS, OK, worst
from stackcfg.cli.fix import DIFF, describe_fixes
from stackcfg.cli.run_files import RunFiles
from stackcfg.cli.settings import load_project_settings
from stackcfg.cli.validate_file import Checked, check_file, context_of, settings_beside
from stackcfg.cli.validate_options import DEFAULT_FORMAT, Options, options_of
from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.reports.validate.counts import count_findings
from stackcfg.system.parallel import parallel_map
from stackcfg.system.progress import Progress
from stackcfg.system.terminal import write_stdout
from stackcfg.validation.baseline import KnownFinding
from stackcfg.validation.engine import Validation, validate
from stackcfg.validation.findings import FileResult

if TYPE_CHECKING:
    from stackcfg.cli.chart_findings import FoundInCharts
    from stackcfg.loading.chart_values import Chart


class Total:
    """What was found in all files.

    `judges` counts the files that each release judged, `old` those that
    were judged by a release before the catalog although nobody asked
    for that, `fixed` the fixes of each file that has some, `fixable`
    the fixes left, `unsafe` those that are not safe and not asked for.
    `gone` are findings of the baseline that are not found any more.
    """

    def __init__(self, gone: Iterable[KnownFinding]) -> None:
        self.codes: list[int] = []
        self.counts = count_findings(())
        self.judges: Counter[str] = Counter()
        self.fixed: list[int] = []
        self.old = self.fixable = self.unsafe = 0
        self.gone = list(gone)

    def add(self, checked: Checked) -> None:
        """Add what was found in one file."""
        self.codes.append(checked.code)
        self.counts = self.counts.plus(checked.counts)
        self.judges.update(checked.judges)
        self.old += checked.is_old
        self.fixable += checked.fixable
        self.unsafe += checked.unsafe
        self.gone += checked.gone
        if checked.fixed:
            self.fixed.append(checked.fixed)


def run_plain(
    paths: list[str], target: str | None = None, cache: str | None = None
) -> int:
    """Validate with only paths, the target and the cache named; return
    the exit code.

    Settings and environment count here too. Raises `StackcfgError`.
    """
    options = options_of(load_project_settings(os.curdir), target)
    return run(paths, options._replace(cache=cache or options.cache))


def run(paths: list[str], options: Options) -> int:
    """Validate every run config that the paths name; return the exit
    code of all.
    """
    # What the imports made lives to the end: no collection needs to visit it.
    gc.freeze()
    exclusion = batch.Exclusion(options.exclude, options.project)
    files = batch.find_inputs(
        paths or [os.curdir], options.stdin_name, exclusion, options.verbose
    )
    if not files and not options.chosen_format.is_document:
        raise batch.nothing_found(files, paths)
    _check_outputs(files, options)
    total = _report(files, options)
    if not total.codes:
        raise batch.nothing_found(files, paths)
    if not options.quiet:
        _print_closing(total, options)
    code = worst(total.codes)
    if options.exit_zero and code == FINDINGS:
        return OK
    return code


def _check_outputs(files: Sequence[InputFile], options: Options) -> None:
    """Raise `StackcfgError` if what is written would overwrite what is read."""
    used = [options.project.file, options.schema or "", *(file.path for file in files)]
    batch.check_output(options.output, [*used, options.baseline.path])
    if options.new_baseline is not None:
        from stackcfg.cli.baseline import check_new_baseline

        batch.check_output(options.new_baseline, used)
        check_new_baseline(options.new_baseline)


def _report(files: Sequence[InputFile], options: Options) -> Total:
    """Write what is found in files to standard output, or to the file
    that the options name; return what is counted.
    """
    output = options.new_baseline or options.output
    if output is None:
        return _write_findings(files, options, write_stdout)
    pieces: list[str] = []
    total = _write_findings(files, options, pieces.append)
    from stackcfg.system.file_writing import write_file

    write_file(output, "".join(pieces))
    return total


def _print_closing(total: Total, options: Options) -> None:
    """Print the lines about all files that only people need."""
    from stackcfg.cli.baseline import describe_written, print_gone

    if options.new_baseline is not None:
        files = total.counts.files - total.counts.unchecked
        written = describe_written(total.counts.found, files, options.new_baseline)
        print(written, file=sys.stderr)
        return
    if options.baseline.path:
        print_gone(total.gone, options.baseline.path)
    if not options.chosen_format.is_document:
        _print_unchecked_rules(options)
    if options.format != DEFAULT_FORMAT:
        return
    if options.fix.mode:
        closing = describe_fixes(total.fixed, options.fix, total.unsafe)
        print(closing, file=sys.stderr)
    if options.fix.mode != DIFF:
        _print_summary(total, options)


def _print_unchecked_rules(options: Options) -> None:
    """Name the rules that are selected and find nothing, since they are ignored, too."""
    for rule in sorted(options.settings.selected & options.settings.ignored):
        message = f"rule '{rule}' is selected and ignored: it is not checked"
        print(message, file=sys.stderr)


def _print_summary(total: Total, options: Options) -> None:
    from stackcfg.reports.validate.counts import (
        describe_fixable,
        describe_old_files,
        summary,
    )

    print(summary(total.counts, total.judges), file=sys.stderr)
    if not options.fix.mode and (total.fixable or total.unsafe):
        print(describe_fixable(total.fixable, total.unsafe), file=sys.stderr)
    if total.old:
        print(describe_old_files(total.old), file=sys.stderr)


def _write_findings(
    files: Sequence[InputFile], options: Options, write: Callable[[str], object]
) -> Total:
    chosen = options.chosen_format
    kept: list[FileResult] = []
    total = Total(options.baseline.find_deleted())
    for checked in _check_files(files, options):
        total.add(checked)
        if checked.printed:
            write(checked.printed)
        if checked.result is not None:
            kept.append(checked.result)
    if chosen.is_document and options.fix.mode != DIFF:
        # Also where nothing was found: an upload of SARIF, say, needs a document.
        write(chosen.render(kept, context_of(options)))
    elif not total.codes:
        raise batch.nothing_found(files)
    return total


def _check_files(
    files: Sequence[InputFile],
    options: Options,
) -> Iterator[Checked]:
    progress = Progress(len(files), options.color)
    run_files = RunFiles(files)
    charted = _validate_charts(files, options, run_files)
    work = partial(check_file, options, run_files, charted)
    outcomes: Iterable[FileOutcome[Checked]]
    # what is found in a chart depends on several files
    if options.cache and not charted:
        from stackcfg.cli.result_cache import use_cache

        outcomes = use_cache(work, files, options)
    else:
        outcomes = parallel_map(work, files)
    for outcome in batch.watch_progress(files, outcomes, progress, options.verbose):
        if outcome.result is not None:
            if outcome.result.printed:
                progress.hide()
            yield outcome.result


def _validate_charts(
    files: Sequence[InputFile], options: Options, run_files: RunFiles
) -> FoundInCharts:
    """Return what is found in templates that write values of their
    chart, and in these values.
    """
    if not batch.has_chart_template(files):
        return {}
    from stackcfg.cli.chart_findings import validate_charts

    def validate_in_chart(
        file: InputFile, text: str, chart: Chart | None
    ) -> Validation:
        settings = settings_beside(file, options, run_files.search_beside(file))
        return validate(text, settings._replace(chart=chart))

    def wants(file: InputFile, rule: str) -> bool:
        return options.settings_of(file.name).wants(rule)

    return validate_charts(files, validate_in_chart, wants)
