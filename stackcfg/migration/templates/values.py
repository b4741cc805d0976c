"""The migration of a template that writes values of its chart: they are migrated
with it, where the chart keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from stackcfg.light_typing import Any
from stackcfg.loading.chart_values import (
    MARK,
    Chart,
    Joined,
    WrittenValue,
    join_values,
)
from stackcfg.loading.configs import find_run_configs, read_documents
from stackcfg.loading.errors import InputError, StructureError
from stackcfg.loading.template_files import structure_error_at
from stackcfg.loading.template_regions import Region, find_region
from stackcfg.migration.result import ConfigResult, MigrationNote, MigrationResult
from stackcfg.migration.settings import Settings
from stackcfg.migration.templates.engine import (
    Migrate,
    migrate_best_text,
    migrate_template,
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
    lines = text.split("\n")
    region = find_region(lines, error.position.line - 1)
    joined = join_values(region, chart)
    if not joined.values:
        return migrate_template(text, settings, error, migrate)
    migration = _Migration(region, chart, joined, settings, error, migrate)
    try:
        return migration.run()
    except BlockError as found:
        raise structure_error_at(error, lines, found.number) from None


class _Migration:
    """Migrates one template, in which its values are."""

    def __init__(
        self,
        region: Region,
        chart: Chart,
        joined: Joined,
        settings: Settings,
        error: StructureError,
        migrate: Migrate,
    ) -> None:
        self._region = region
        self._chart = chart
        self._joined = joined
        self._settings = settings
        self._error = error
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
            notes = sorted([*configs[0].notes, *values_notes], key=_place_of)
            configs[0] = configs[0]._replace(notes=tuple(notes))
        return result._replace(
            text="\n".join(parted.lines),
            configs=tuple(configs),
            values=values,
        )

    def _migrate_joined(self) -> MigrationResult:
        joined = self._joined
        text, error = "\n".join(joined.lines), self._error_in(joined)
        try:
            return migrate_template(text, self._settings, error, self._migrate)
        except InputError as found:
            raise self._error_in_template(found) from None

    def _error_in(self, joined: Joined) -> StructureError:
        """Return the error of the template at its line with the values."""
        line = joined.line_of(self._error.position.line - 1)
        position = Position(line + 1, self._error.position.column)
        return StructureError(self._error.message, position, self._error.hint)

    def _error_in_template(self, error: InputError) -> InputError:
        position = self._position(error.position)
        if self._is_unknown(error.position) or MARK in error.message:
            number = position.line - 1
            return structure_error_at(self._error, self._region.lines, number)
        return type(error)(error.message, position, error.hint)

    def _position(self, position: Position) -> Position:
        line, column = position
        joined = self._joined
        if not 0 < line <= len(joined.numbers):
            return position
        number = joined.numbers[line - 1]
        if joined.value_at(line - 1) is not None:
            action = self._region.lines[number]
            column = len(action) - len(action.lstrip()) + 1
        return Position(number + 1, column)

    def _is_unknown(self, position: Position) -> bool:
        """Return whether a place is that of a value of which nothing is known."""
        if not 0 < position.line <= len(self._joined.lines):
            return False
        value = self._joined.value_at(position.line - 1)
        return value is not None and value.is_opaque

    def _in_template(self, config: ConfigResult) -> ConfigResult:
        """Return a result with the places that its notes have in the template."""
        notes = [
            note._replace(position=self._position(note.position))
            for note in config.notes
            if not self._is_unknown(note.position)
        ]
        lines = [self._position(Position(line, 1)).line for line in config.proof_lines]
        return config._replace(notes=tuple(notes), proof_lines=tuple(lines))

    def _prove(self, parted: Parted, text: str, values: str) -> None:
        """Raise `BlockError` unless the new template has the new values in it that
        it was parted from.
        """
        first = parted.values[0]
        number = min(first.number, len(parted.lines) - 1)
        region = find_region(parted.lines, number)
        joined = join_values(region, self._chart._replace(values=values))
        if _essential(joined.lines) != _essential(text.split("\n")):
            raise BlockError(first.value.number)

    def _prove_order(self) -> None:
        """Raise `BlockError` unless the migration is the same for the order in
        which Helm writes keys.
        """
        values = list(map(_sort_keys, self._joined.values))
        if values == self._joined.values:
            return
        joined = join_values(self._region, self._chart, values)
        try:
            one, other = map(self._best_configs, (self._joined, joined))
        except InputError:
            raise BlockError(values[0].number) from None
        if one != other:
            raise BlockError(values[0].number)

    def _best_configs(self, joined: Joined) -> list[Any]:
        """Return the migrated run configs of the text that has most of the
        template.
        """
        text, error = "\n".join(joined.lines), self._error_in(joined)
        result = migrate_best_text(text, self._settings, error, self._migrate)
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


def _place_of(note: MigrationNote) -> Position:
    return note.position


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
