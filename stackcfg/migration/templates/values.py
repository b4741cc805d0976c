"""The migration of a template that writes values of its chart: they are
migrated with it, where the chart keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import yaml

from stackcfg.light_typing import Any
from stackcfg.loading.chart_templates import ChartTemplate, read_chart_template
from stackcfg.loading.chart_values import MARK, WrittenValue, join_values
from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.loading.template_regions import find_region
from stackcfg.migration.result import ConfigResult, MigrationResult
from stackcfg.migration.settings import Settings
from stackcfg.migration.templates.engine import (
    Migrate,
    migrate_alone,
    migrate_best_text,
)
from stackcfg.migration.templates.parting import Parted, PartedValue, part_values
from stackcfg.migration.templates.value_notes import notes_on_values
from stackcfg.migration.templates.value_uses import find_other_use
from stackcfg.yamltext.lines import Position
from stackcfg.yamltext.template_blocks import BlockError


def migrate_with_values(
    text: str, settings: Settings, error: StructureError, migrate: Migrate
) -> MigrationResult:
    """Migrate a template together with the values of its chart.

    Raises `InputError` if it cannot be done, or not be proved.
    """
    chart = settings.chart
    assert chart is not None
    settings = settings._replace(chart=None)
    template = read_chart_template(text, chart, error)
    if not template.joined.values:
        return migrate_alone(text, settings, error, migrate)
    try:
        return _Migration(template, settings, migrate).run()
    except BlockError as found:
        raise template.error_at(found.number) from None


class _Migration:
    """Migrates one template, in which its values are."""

    def __init__(
        self, template: ChartTemplate, settings: Settings, migrate: Migrate
    ) -> None:
        self._template = template
        self._region = template.region
        self._chart = template.chart
        self._joined = template.joined
        self._settings = settings
        self._migrate = migrate

    def run(self) -> MigrationResult:
        """Return the new template, and the new values of the chart.

        Raises `InputError` or `BlockError`.
        """
        result = self._migrate_joined()
        parted = part_values(result.text, self._joined, self._region.lines)
        values = parted.values_text(self._chart.values)
        self._prove(parted, result.text, values)
        self._prove_order()
        for each in parted.changed:
            self._check_changed(each, parted)
        configs = [self._in_template(config) for config in result.configs]
        if result.changed:
            lines = list(self._region.lines)
            values_notes = notes_on_values(parted, self._chart.file, lines)
            notes = sorted(
                [*configs[0].notes, *values_notes], key=attrgetter("position")
            )
            configs[0] = configs[0]._replace(notes=tuple(notes))
        return result._replace(
            text="\n".join(parted.lines),
            configs=tuple(configs),
            values=values,
        )

    def _migrate_joined(self) -> MigrationResult:
        template = self._template
        error = template.error_in_text
        try:
            return migrate_alone(template.text, self._settings, error, self._migrate)
        except InputError as found:
            raise template.error_in_template(found) from None

    def _in_template(self, config: ConfigResult) -> ConfigResult:
        """Return a result with the places that its notes have in the template."""
        template = self._template
        notes = [
            note._replace(position=template.position_in_template(note.position))
            for note in config.notes
            if not template.is_unknown(note.position)
        ]
        places = [Position(line, 1) for line in config.proof_lines]
        lines = [template.position_in_template(place).line for place in places]
        lines = list(dict.fromkeys(lines))
        return config._replace(notes=tuple(notes), proof_lines=tuple(lines))

    def _prove(self, parted: Parted, text: str, values: str) -> None:
        """Raise `BlockError` unless the new template has the new values
        in it that it was parted from.
        """
        first = parted.values[0]
        number = min(first.number, len(parted.lines) - 1)
        region = find_region(parted.lines, number)
        joined = join_values(region, self._chart._replace(values=values))
        if _essential(joined.lines) != _essential(text.split("\n")):
            raise BlockError(first.value.number)

    def _prove_order(self) -> None:
        """Raise `BlockError` unless the migration is the same for the
        order in which Helm writes keys.
        """
        values = list(map(_sort_keys, self._joined.values))
        if values == self._joined.values:
            return
        sorted_template = self._template.with_values(values)
        try:
            one = self._best_configs(self._template)
            other = self._best_configs(sorted_template)
        except InputError:
            raise BlockError(values[0].number) from None
        if one != other:
            raise BlockError(values[0].number)

    def _best_configs(self, template: ChartTemplate) -> list[Any]:
        """Return the migrated run configs of the text that has most of
        the template.
        """
        error = template.error_in_text
        result = migrate_best_text(template.text, self._settings, error, self._migrate)
        documents = read_documents(result.text)
        return [config.data for config in find_run_configs(documents)]

    def _check_changed(self, changed: PartedValue, parted: Parted) -> None:
        """Raise `BlockError` if a value cannot be changed where it is kept."""
        value = changed.value
        if value.sample is not None:
            return
        if value.place is None:
            raise BlockError(value.number)
        written = [
            each.value.number for each in parted.values if each.value.path == value.path
        ]
        other = find_other_use(value.path, self._region.lines, written)
        if other is not None:
            raise BlockError(other)
        for text in self._chart.others:
            if find_other_use(value.path, text.split("\n"), []) is not None:
                raise BlockError(value.number)


def _essential(lines: Sequence[str]) -> list[str]:
    """Return lines that are more than a comment, as the marks of values are."""
    return [line for line in lines if _is_essential(line)]


def _is_essential(line: str) -> bool:
    content = line.strip()
    return bool(content) and not content.startswith("#") and MARK not in line


def _data_of(lines: Sequence[str]) -> Any:
    return yaml.safe_load("\n".join(lines))


def _sort_keys(value: WrittenValue) -> WrittenValue:
    """Return a value with its keys in the order in which Helm writes them."""
    if value.place is None:
        return value
    data = _data_of(value.lines)
    dumped = [yaml.safe_dump(data, sort_keys=sort) for sort in (True, False)]
    if dumped[0] == dumped[1]:
        return value
    pad = " " * value.indent
    return value._replace(lines=[pad + line for line in dumped[0].split("\n")[:-1]])
