"""The command `migrate`: writes each new text where the mode says, reports."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from functools import partial

from stackcfg.cli import batch, exit_codes
from stackcfg.cli.batch import FileOutcome, InputFile
from stackcfg.cli.migrate_options import (
    CONCISE,
    FULL,
    Options,
    check_mode,
    check_operator_options,
    choose_report,
    describe_unused_options,
    options_of,
)
from stackcfg.cli.settings import load_project_settings
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import TYPE_CHECKING
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.manifests.file_names import is_yaml
from stackcfg.migration.engine import ProofError, migrate
from stackcfg.migration.result import MigratedFile, MigrationResult, build_data_command
from stackcfg.releases.families import DEFAULT_TARGET, families
from stackcfg.releases.versions import format_release
from stackcfg.reports.migrate.formats import FORMATS, Context
from stackcfg.system.files import STDIN
from stackcfg.system.parallel import parallel_map
from stackcfg.system.progress import Progress
from stackcfg.system.terminal import write_stdout

OLD_SERVER = "LlamaStackDistribution"
"""The operator's resource, which only a target of ogx converts."""

if TYPE_CHECKING:
    from stackcfg.cli.deployment import Deployed
    from stackcfg.loading.chart_values import Chart

OLD, NEW = "OLD", "NEW"
"""What a data command calls files whose names are not known."""

KEEP_BYTES = "surrogateescape"
"""How bytes of a file name that are not UTF-8 are written: unchanged."""

REPORT = (
    "report this message as a bug, with what 'stackcfg show --format json' prints for "
    "the file, which has no secrets in it"
)


def run_plain(mode: str, paths: list[str], target: str | None = None) -> int:
    """Migrate with only a mode, paths and the target named; return the exit code.

    The project's settings count here too. Raises `SettingsError`.
    """
    options = options_of(load_project_settings(os.curdir), target)
    return run(paths, options._replace(mode=mode))


def run(paths: list[str], options: Options) -> int:
    """Migrate every file that the paths name; return the exit code of all."""
    # What the imports made lives to the end: no collection needs to visit it.
    gc.freeze()
    exclusion = batch.Exclusion(options.exclude, options.project)
    files = batch.find_inputs(paths, options.stdin_name, exclusion, options.verbose)
    if not files:
        raise batch.nothing_found(files, paths)
    check_mode(files, options)
    check_operator_options(files, options)
    options = choose_report(options, _count_named_or_yaml(files))
    is_document = FORMATS[options.report or FULL].is_document
    progress = Progress(len(files), options.color)
    kept: list[MigratedFile] = []
    codes: list[int] = []
    for migrated in _migrate_files(files, options, progress):
        codes.append(_exit_code(migrated, options))
        kept.append(migrated)
        if not is_document:
            _print_report(kept[-1:], options, progress)
    if is_document:
        _print_report(kept, options, progress)
    elif not codes:
        raise batch.nothing_found(files)
    _print_later_targets(kept, options)
    _print_unused_options(kept, options)
    return exit_codes.worst(codes or [exit_codes.FAILED])


def _count_named_or_yaml(files: Sequence[InputFile]) -> int:
    """Return how many files are there, without the scripts and the like
    that a search finds beside run configs.
    """
    return sum(not file.in_folder or is_yaml(file.path) for file in files)


def _migrate_files(
    files: Sequence[InputFile], options: Options, progress: Progress
) -> Iterator[MigratedFile]:
    deployed = _migrate_deployment(files, options)
    charted = _migrate_charts(files, options, deployed)
    work = partial(_migrate_text, options, deployed, charted)
    known = {*_belonging(deployed), *charted}
    process = partial(batch.process_file, work=work, known=known)
    outcomes: Iterator[FileOutcome[MigratedFile]] = map(process, files)
    if options.mode == "check":
        # nothing is written, so that no order is needed
        outcomes = parallel_map(process, files)
    for_people = options.report != "json"
    verbose = options.verbose and for_people
    for outcome in batch.watch_progress(files, outcomes, progress, verbose):
        yield outcome.result or MigratedFile(outcome.name, problem=outcome.problem)


def _belonging(deployed: Deployed) -> Iterator[str]:
    """Yield the files of a deployment, without those that have to do
    with no server.
    """
    for path, each in deployed.items():
        if not isinstance(each.error, NotRunConfigError):
            yield path


def _migrate_deployment(files: Sequence[InputFile], options: Options) -> Deployed:
    """Return the results of the files that belong to a deployment.

    They are migrated together: their objects refer to each other.
    """
    settings = [options.deployment_of(file.name) for file in files]
    for_ogx = [each for each in settings if each.is_for_ogx]
    if not for_ogx:
        return {}
    from stackcfg.cli.deployment import migrate_files

    pairs = zip(files, settings, strict=True)
    return migrate_files([file for file, each in pairs if each.is_for_ogx], for_ogx[0])


def _migrate_charts(
    files: Sequence[InputFile], options: Options, deployed: Deployed
) -> Deployed:
    """Return the results of templates that write values of their chart,
    and of these values.
    """
    if not batch.has_chart_template(files):
        return {}
    from stackcfg.cli.charts import migrate_charts

    return migrate_charts(files, partial(_migrate, options, deployed), deployed)


def _migrate_text(
    options: Options,
    deployed: Deployed,
    charted: Deployed,
    file: InputFile,
    text: str,
) -> MigratedFile:
    new_file: str | None = None
    backup: str | None = None
    try:
        if file.path in charted:
            migration, is_beside = charted[file.path].migrated
        else:
            migration, is_beside = _migrate(options, deployed, file, text)
    except ProofError as error:
        message = f"this is our fault, and nothing is written: {error.message}"
        raise StackcfgError(message, hint=REPORT) from None
    if is_beside and migration.changed and options.mode == "write":
        from stackcfg.cli.deployment import write_beside

        new_file = write_beside(file.path, migration.text, options.force)
    else:
        backup = _deliver(file, text, migration, options)
    command = _data_command(file, backup, new_file, migration, options)
    # A report does not need the new text; those of thousands of files would add
    # up.
    migration = migration._replace(text="")
    return MigratedFile(
        file.name,
        migration,
        backup=backup,
        data_command=command,
        new_file=new_file,
    )


def _migrate(
    options: Options,
    deployed: Deployed,
    file: InputFile,
    text: str,
    chart: Chart | None = None,
) -> tuple[MigrationResult, bool]:
    """Return the migration of a text, and if its old file must stay."""
    settings = options.deployment_of(file.name)
    migration = options.settings_of(file.name)._replace(chart=chart)
    if settings.is_for_ogx:
        from stackcfg.cli.deployment import migrate_other

        if file.path in deployed:
            return deployed[file.path].migrated
        return migrate_other(text, migration), False
    elif OLD_SERVER in text:
        from stackcfg.cli.deployment import migrate_inside

        return migrate_inside(text, migration), False
    try:
        return migrate(text, migration), False
    except InputError as error:
        from stackcfg.cli.deployment import explain_kind

        raise explain_kind(file.name, text, error) from None


def _deliver(
    file: InputFile, old: str, migration: MigrationResult, options: Options
) -> str | None:
    """Put the result where the mode says; return the name of the
    backup, if any.
    """
    if options.mode == "stdout":
        write_stdout(migration.text, errors=KEEP_BYTES)
    elif options.mode == "output" and options.output is not None:
        from stackcfg.cli.new_file import write_new_file

        write_new_file(options.output, migration.text, options.force)
    elif options.mode == "write":
        from stackcfg.system.file_writing import write_file
        from stackcfg.system.temporary import sweep_beside

        sweep_beside(file.path)
        if not migration.changed:
            return None
        return write_file(file.path, migration.text, backup=options.backup)
    elif options.mode == "diff" and migration.changed:
        from stackcfg.cli.diffs import diff_lines

        lines = diff_lines(file.name, old, migration.text, options.show_secrets)
        write_stdout("".join(lines), errors=KEEP_BYTES)
    return None


def _data_command(
    file: InputFile,
    backup: str | None,
    new_file: str | None,
    migration: MigrationResult,
    options: Options,
) -> str:
    """Return the command that copies the stored rows to where the new
    server reads.
    """
    source = ""
    if options.settings.source is not None:
        source = format_release(options.settings.source)
    if migration.has_blocks:
        # it reads what Helm makes of the chart, before and after
        return build_data_command(migration, OLD, NEW, source)
    old = OLD if file.path == STDIN else file.name
    new = options.output or NEW
    if new_file is not None:
        new = new_file
    elif options.mode == "write":
        old, new = backup or OLD, file.name
    return build_data_command(migration, old, new, source)


def _exit_code(migrated: MigratedFile, options: Options) -> int:
    if migrated.migration is None:
        return exit_codes.FAILED
    if migrated.migration.needs_action and not options.allow_partial:
        return exit_codes.PARTIAL
    if migrated.migration.changed and options.writes_nothing:
        return exit_codes.FINDINGS
    return exit_codes.OK


def _print_report(
    results: Sequence[MigratedFile], options: Options, progress: Progress
) -> None:
    from stackcfg.system.terminal import terminal_width, wants_color

    context = Context(
        layout=options.settings.layout,
        colored=wants_color(sys.stderr, options.color),
        width=terminal_width(sys.stderr),
        done=not options.writes_nothing,
        verbose=options.verbose,
    )
    text = FORMATS[options.report or FULL].render(results, context)
    if text:
        progress.hide()
        sys.stderr.write(text)


def _print_later_targets(
    results: Sequence[MigratedFile],
    options: Options,
) -> None:
    """Name the later targets to a user who named none, if anything was
    migrated to the default one.
    """
    if options.settings.target is not None or options.report not in (FULL, CONCISE):
        return
    # A file that needed nothing raises no question about its target.
    migrations = [each.migration for each in results if each.migration is not None]
    targets = [each.target for each in migrations if each.changed]
    if DEFAULT_TARGET in targets:
        last = DEFAULT_TARGET.last
        later = [family.name for family in families() if family.last > last]
        words = f"later targets are {', '.join(later)}: --target {later[-1]}"
        print(f"{DEFAULT_TARGET.name} is the default; {words}", file=sys.stderr)


def _print_unused_options(
    results: Sequence[MigratedFile],
    options: Options,
) -> None:
    """Say which options about the operator had nothing to change."""
    if not options.around.given_options or options.report not in (FULL, CONCISE):
        return
    words = describe_unused_options(options.around, results)
    if words:
        print(words, file=sys.stderr)
