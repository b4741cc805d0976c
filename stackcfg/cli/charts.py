"""Charts in the command `migrate`: a template and the values of its chart are
migrated together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from stackcfg.cli.batch import InputFile
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.chart_values import Chart
from stackcfg.loading.configs import looks_like_run_config
from stackcfg.migration.result import ConfigResult, MigrationResult
from stackcfg.system.files import FileError, read_file

_TEMPLATES: Final = "templates"
_CHART: Final = "Chart.yaml"
_VALUES: Final = "values.yaml"
_WRITES_VALUES: Final = "toYaml"
_ENDINGS: Final = (".yaml", ".yml", ".tpl", ".txt")

Migrated = tuple[MigrationResult, bool]
"""The result of a file, and if its old file must stay."""

MigrateInChart = Callable[[InputFile, str, Chart], Migrated]


class ChartFile(NamedTuple):
    """What became of a file of a chart: a result, or why it is refused."""

    result: Migrated | None = None
    error: StackcfgError | None = None

    @property
    def migrated(self) -> Migrated:
        """The result. Raises the error for which there is none."""
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result


ChartFiles = Mapping[str, ChartFile]
"""The results of a run by the path of their file."""


def folder_of_chart(path: str) -> str | None:
    """Return the folder of the chart that a template is in; None if it is in none."""
    folder, name = os.path.split(os.path.abspath(path))
    while name:
        if os.path.basename(folder) == _TEMPLATES:
            chart = os.path.dirname(folder)
            if os.path.isfile(os.path.join(chart, _CHART)):
                return chart
        folder, name = os.path.split(folder)
    return None


def find_chart(path: str, text: str) -> Chart | None:
    """Return the chart of a template that writes values; None if there is none."""
    if _WRITES_VALUES not in text:
        return None
    folder = folder_of_chart(path)
    if folder is None:
        return None
    try:
        values = read_file(os.path.join(folder, _VALUES))
    except FileError:
        return None
    return Chart(values, _VALUES, tuple(_other_templates(folder, path)))


def _other_templates(folder: str, path: str) -> Iterator[str]:
    """Yield the texts of the other templates of a chart."""
    for root, _, names in os.walk(os.path.join(folder, _TEMPLATES)):
        for name in sorted(names):
            other = os.path.join(root, name)
            if not name.endswith(_ENDINGS) or other == os.path.abspath(path):
                continue
            yield read_file(other)


def migrate_charts(files: Sequence[InputFile], migrate: MigrateInChart) -> ChartFiles:
    """Return the results of templates that write values, and of these values."""
    found: dict[str, ChartFile] = {}
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
        folder = folder_of_chart(file.path) or os.curdir
        values = named.get(os.path.join(folder, _VALUES))
        result = _migrate_template(file, text, chart, migrate, values)
        found[file.path] = result
        if values is not None and result.error is not None:
            _refuse_values(found, values, chart, file)
        elif values is not None and result.result is not None:
            _add_values(found, values, chart, result.result[0])
    return found


def _migrate_template(
    file: InputFile,
    text: str,
    chart: Chart,
    migrate: MigrateInChart,
    values: InputFile | None,
) -> ChartFile:
    try:
        result, is_beside = migrate(file, text, chart)
    except StackcfgError as error:
        return ChartFile(error=error)
    if result.values in ("", chart.values):
        return ChartFile((result, is_beside))
    if values is None:
        message = f"{chart.file} of the chart holds a part of this run config"
        hint = "name both files, or the folder of the chart, with --write or --diff"
        return ChartFile(error=StackcfgError(message, hint=hint))
    if is_beside:
        message = f"{chart.file} would change, and the old server reads it, too"
        return ChartFile(error=StackcfgError(message, hint="copy the chart first"))
    return ChartFile((result, is_beside))


def _add_values(
    found: dict[str, ChartFile],
    file: InputFile,
    chart: Chart,
    template: MigrationResult,
) -> None:
    """Add what a template makes of the values of its chart to what others do."""
    text = template.values or chart.values
    known = found.get(file.path)
    if known is not None and known.error is not None:
        return
    if known is not None and known.result is not None:
        text = _merge(chart.values, known.result[0].text, text)
    changed = text != chart.values
    if file.in_folder and not changed and not looks_like_run_config(text):
        # nobody has asked for it
        return
    config = ConfigResult(
        place="values of the chart",
        changed=changed,
        stores=(),
        notes=(),
        is_left=not changed,
        is_run_config=False,
    )
    result = MigrationResult(text, changed, (config,), template.target)
    found[file.path] = ChartFile((result, False))


def _refuse_values(
    found: dict[str, ChartFile], file: InputFile, chart: Chart, template: InputFile
) -> None:
    """Refuse the values of a chart if they would be changed without a template."""
    if file.in_folder and not looks_like_run_config(chart.values):
        return
    message = f"a part of the run config in {template.name}, which is refused"
    found[file.path] = ChartFile(error=StackcfgError(message, hint="mend that first"))


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
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield start, end, tuple(new[first:last])
