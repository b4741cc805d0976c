"""Charts in the command `migrate`: a template and the values of its
chart are migrated together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from stackcfg.cli.batch import InputFile
from stackcfg.cli.chart_files import find_chart, values_path
from stackcfg.cli.deployment import Deployed
from stackcfg.deployment.engine import DeployedFile
from stackcfg.errors import StackcfgError
from stackcfg.loading.chart_values import Chart
from stackcfg.loading.configs import check_found_file, looks_like_run_config
from stackcfg.loading.errors import NotRunConfigError
from stackcfg.migration.result import ConfigResult, MigrationNote, MigrationResult
from stackcfg.system.files import FileError, read_file
from stackcfg.yamltext.line_matching import LineMatcher

Migrated = tuple[MigrationResult, bool]
"""The result of a file, and if its old file must stay."""

MigrateInChart = Callable[[InputFile, str, Chart], Migrated]


def migrate_charts(
    files: Sequence[InputFile], migrate: MigrateInChart, deployed: Deployed
) -> Deployed:
    """Return the results of templates that write values, and of these values.

    `deployed` has what else is said of the values: of the image of the
    server.
    """
    found: dict[str, DeployedFile] = {}
    named = {os.path.abspath(file.path): file for file in files}
    for file in files:
        try:
            text = read_file(file.path)
        except FileError:
            # it is read again when its turn comes, and reported then
            continue
        chart = find_chart(file.path, text)
        if chart is None:
            continue
        values = named.get(values_path(file.path))
        result = _migrate_template(file, text, chart, migrate, values)
        found[file.path] = result
        if values is None:
            continue
        if result.error is not None:
            whole = _migrate_whole(found, text, chart, migrate, values)
            if whole is None:
                _refuse_values(found, values, chart, file)
            else:
                found[file.path] = DeployedFile(file.path, whole)
        elif result.result is not None:
            beside = deployed.get(values.path)
            _add_values(found, values, chart, result.result, beside)
    return found


def _notes_beside(values: DeployedFile | None) -> tuple[ConfigResult, ...]:
    """Return what is said of values besides their run configs."""
    if values is None or values.result is None:
        return ()
    configs = values.result.configs
    return tuple(each for each in configs if not each.is_run_config)


def _migrate_template(
    file: InputFile,
    text: str,
    chart: Chart,
    migrate: MigrateInChart,
    values: InputFile | None,
) -> DeployedFile:
    from stackcfg.migration.templates.whole_configs import refuse_whole_config

    try:
        result, is_beside = migrate(file, text, chart)
        if result.changed:
            refuse_whole_config(text, chart)
        if result.values not in ("", chart.values):
            _check_values(chart, values, is_beside)
    except StackcfgError as error:
        return DeployedFile(file.path, error=error)
    return DeployedFile(file.path, result, is_beside=is_beside)


def _check_values(
    chart: Chart,
    values: InputFile | None,
    is_beside: bool,
) -> None:
    """Raise `StackcfgError` if the values of a chart cannot change
    with a template.
    """
    if values is None:
        message = f"{chart.file} of the chart holds a part of this run config"
        hint = "name both files, or the folder of the chart, with --write or --diff"
        raise StackcfgError(message, hint=hint)
    if is_beside:
        message = f"{chart.file} would change, and the old server reads it, too"
        raise StackcfgError(message, hint="copy the chart first")


def _migrate_whole(
    found: dict[str, DeployedFile],
    text: str,
    chart: Chart,
    migrate: MigrateInChart,
    values: InputFile,
) -> MigrationResult | None:
    """Migrate values that are whole run configs; return what becomes of
    the template that writes them, and None if it has run configs of its
    own.
    """
    from stackcfg.migration.templates.whole_configs import (
        find_whole_configs,
        notes_on_whole_configs,
    )

    whole = find_whole_configs(text, chart)
    if not whole:
        return None
    known = found.get(values.path)
    try:
        result, is_beside = migrate(values, chart.values, chart)
    except StackcfgError:
        return None
    if known is None:
        found[values.path] = DeployedFile(values.path, result, is_beside=is_beside)
    elif known.result is not None and known.result.text != result.text:
        return None
    notes: tuple[MigrationNote, ...] = ()
    if result.changed:
        notes = tuple(notes_on_whole_configs(whole, text, chart.file))
    # the template stays as it is
    config = _describe_values(changed=False, notes=notes)
    return MigrationResult(text, False, (config,), result.target)


def _describe_values(
    changed: bool, notes: tuple[MigrationNote, ...] = ()
) -> ConfigResult:
    return ConfigResult(
        place="values of the chart",
        changed=changed,
        stores=(),
        notes=notes,
        is_left=not changed,
        is_run_config=False,
    )


def _add_values(
    found: dict[str, DeployedFile],
    file: InputFile,
    chart: Chart,
    template: MigrationResult,
    beside: DeployedFile | None,
) -> None:
    """Add what a template makes of the values of its chart to what others do."""
    text = template.values or chart.values
    said = _notes_beside(beside)
    known = found.get(file.path, beside)
    if known is not None and known.error is not None:
        return
    if known is not None and known.result is not None:
        text = _merge(chart.values, known.result.text, text)
    changed = text != chart.values
    if file.in_folder and not changed and not _would_be_found(text):
        # nobody has asked for it
        return
    config = _describe_values(changed)
    configs = (*said, config) if changed else (config,)
    result = MigrationResult(text, changed, configs, template.target)
    found[file.path] = DeployedFile(file.path, result)


def _would_be_found(values: str) -> bool:
    """Return whether a search takes the values of a chart for a run config."""
    if looks_like_run_config(values):
        return True
    try:
        check_found_file(values)
    except NotRunConfigError:
        return False
    return True


def _refuse_values(
    found: dict[str, DeployedFile], file: InputFile, chart: Chart, template: InputFile
) -> None:
    if file.in_folder and not looks_like_run_config(chart.values):
        return
    message = f"a part of the run config in {template.name}, which is refused"
    found[file.path] = DeployedFile(
        file.path, error=StackcfgError(message, hint="fix that first")
    )


def _merge(old: str, one: str, other: str) -> str:
    """Return a text with the changes of both; each value is changed by one."""
    lines = old.split("\n")
    changes = {*_changes(lines, one.split("\n")), *_changes(lines, other.split("\n"))}
    for start, end, new in sorted(changes, reverse=True):
        lines[start:end] = new
    return "\n".join(lines)


def _changes(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for tag, start, end, first, last in LineMatcher(old, new).get_opcodes():
        if tag != "equal":
            yield start, end, tuple(new[first:last])
