"""Templates that write whole run configs from the values of their chart.

`values.yaml` has them, and nothing in such a template has to change:

    data:
      run.yaml: |
        {{- toYaml .Values.runConfig | nindent 4 }}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.loading.chart_values import Chart
from stackcfg.loading.configs import looks_like_run_config
from stackcfg.loading.recognition import is_run_config
from stackcfg.loading.template_files import FILE, decided_by
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.migration.result import MigrationNote
from stackcfg.migration.templates.value_notes import describe_changed_value
from stackcfg.migration.templates.value_uses import find_other_use
from stackcfg.paths import value_at
from stackcfg.yamltext.document import ParseError
from stackcfg.yamltext.lines import content_position
from stackcfg.yamltext.parser import parse_yaml
from stackcfg.yamltext.template_lines import read_line
from stackcfg.yamltext.template_values import Blocks, ValuePath, read_value_action
from stackcfg.yamltext.templates import shorten_expression
from stackcfg.yamltext.values import data_of

_BLOCK_KEY: Final = re.compile(r"\s*[\w.-]+:\s+\|[-+]?\s*")
"""A key whose value is a literal block, which the action writes."""


class WholeConfig(NamedTuple):
    """A run config of the values, and the line of a template that writes it."""

    path: ValuePath
    number: int


def find_whole_configs(text: str, chart: Chart) -> tuple[WholeConfig, ...]:
    """Return the values that a template writes as run configs.

    There are none if the template has a run config of its own as well,
    or if anything else reads such a value.
    """
    lines = text.split("\n")
    found = tuple(_find_uses(lines, chart))
    written = {each.number for each in found}
    rest = [line for number, line in enumerate(lines) if number not in written]
    if looks_like_run_config("\n".join(rest)):
        return ()
    if any(_is_read_elsewhere(each, lines, chart) for each in found):
        return ()
    return found


def refuse_whole_config(text: str, chart: Chart) -> None:
    """Raise `StructureError` for the first run config that a template
    writes from a value, beside one of its own: only one of both would
    be migrated.
    """
    lines = text.split("\n")
    for each in _find_uses(lines, chart):
        shown = shorten_expression(lines[each.number])
        raise decided_by(shown, FILE, content_position(lines, each.number))


def notes_on_whole_configs(
    found: Sequence[WholeConfig], text: str, file: str
) -> Iterator[MigrationNote]:
    """Yield a note for each changed run config, of which users may have their own."""
    lines = text.split("\n")
    for each in found:
        message = describe_changed_value(".".join(each.path), file)
        yield MigrationNote(
            ACTION_REQUIRED, message, content_position(lines, each.number)
        )


def _find_uses(lines: Sequence[str], chart: Chart) -> Iterator[WholeConfig]:
    try:
        (values,) = map(data_of, (each.root for each in parse_yaml(chart.values)))
    except (ParseError, ValueError):
        return
    blocks = Blocks()
    before = ""
    for number, line in enumerate(lines):
        action = read_value_action(line)
        if action is not None and _BLOCK_KEY.fullmatch(before):
            path = blocks.path_of(action.expression)
            if path is not None and is_run_config(value_at(values, path)):
                yield WholeConfig(path, number)
        blocks.read(read_line(line))
        before = line or before


def _is_read_elsewhere(use: WholeConfig, lines: Sequence[str], chart: Chart) -> bool:
    if find_other_use(use.path, lines, (use.number,)) is not None:
        return True
    others = (each.split("\n") for each in chart.others)
    return any(find_other_use(use.path, other, ()) is not None for other in others)
