"""Charts in the command `validate`: a template is judged with the
values of its chart, and what is wrong with these is said of
`values.yaml`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from stackcfg.cli.batch import InputFile
from stackcfg.cli.chart_files import find_values, values_path
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.chart_values import Chart
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.system.files import STDIN, FileError, read_file
from stackcfg.validation.engine import Validation
from stackcfg.validation.findings import Finding

_HINT: Final = "name values.yaml of the chart, too, or the folder of the chart"

ValidateInChart = Callable[[InputFile, str, Chart | None], Validation]
WantsRule = Callable[[InputFile, str], bool]


class ChartFindings(NamedTuple):
    """What was found in a file of a chart, or why it is refused."""

    found: Validation | None = None
    error: StackcfgError | None = None

    @property
    def validation(self) -> Validation:
        """What was found. Raises the error for which there is nothing."""
        if self.error is not None:
            raise self.error
        assert self.found is not None
        return self.found


FoundInCharts = Mapping[str, ChartFindings]
"""What was found in the files of charts, by their paths."""


def validate_charts(
    files: Sequence[InputFile], validate: ValidateInChart, wants: WantsRule
) -> FoundInCharts:
    """Return what is found in templates that write values of their
    chart, and in these values.

    `wants` says whether the findings of a rule are wanted in a file.
    """
    found: dict[str, ChartFindings] = {}
    of_values: dict[InputFile, list[Finding]] = {}
    named = {os.path.abspath(file.path): file for file in files}
    for file in files:
        in_chart = _validate_template(file, validate)
        if in_chart is None:
            continue
        values = named.get(values_path(file.path))
        if values is None:
            found.update(_refuse_alone(file, validate))
            continue
        found[file.path] = ChartFindings(_without_texts(in_chart))
        some = of_values.setdefault(values, [])
        some += [each for each in in_chart.of_values or () if wants(values, each.rule)]
    for values, findings in of_values.items():
        found[values.path] = ChartFindings(_join(values, findings, validate))
    return found


def _validate_template(file: InputFile, validate: ValidateInChart) -> Validation | None:
    """Return what is found in a template with the values of its chart.

    None if it writes none, or is refused: that is said when its turn
    comes.
    """
    if file.path == STDIN:
        return None
    try:
        text = read_file(file.path)
        chart = find_values(file.path, text)
        if chart is None:
            return None
        found = validate(file, text, chart)
    except (FileError, InputError):
        return None
    if found.of_values is None:
        return None
    return found


def _refuse_alone(
    file: InputFile, validate: ValidateInChart
) -> dict[str, ChartFindings]:
    """Return why a template is refused that is named without the values."""
    try:
        validate(file, read_file(file.path), None)
    except StructureError as error:
        return {file.path: ChartFindings(error=error.replace(hint=_HINT))}
    return {}


def _join(
    values: InputFile, findings: Sequence[Finding], validate: ValidateInChart
) -> Validation:
    """Return what is found in the values of a chart, by templates and beside them.

    Values that templates take apart are no run config themselves; one
    may be inside of them.
    """
    joined = list(dict.fromkeys(findings))
    own = Validation(())
    with suppress(FileError, InputError):
        own = validate(values, read_file(values.path), None)
    if not all(config.place for config in own.configs):
        own = Validation(())
    known = {(each.rule, each.span) for each in joined}
    for each in own.findings:
        if (each.rule, each.span) not in known:
            joined.append(each._replace(fix=None))
    joined.sort(key=lambda each: (each.span.start, each.rule))
    return _without_texts(own._replace(findings=tuple(joined)))


def _without_texts(found: Validation) -> Validation:
    """Return what was found as worker processes need it."""
    return found._replace(documents=(), configs=(), of_values=None)
