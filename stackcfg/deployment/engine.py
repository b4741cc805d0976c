"""The migration of a deployment: all files of a run, and the run configs inside.

Touches no file. The parts edit the texts first; then each text is
migrated as every run config is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from stackcfg.deployment import parts
from stackcfg.deployment.changes import (
    DeploymentChange,
    FileEdit,
    FileNote,
    HoldsNoConfig,
    KeepOldFile,
    ReadByOldServer,
    Refusal,
    RenamedVariables,
    RunbookStep,
    Seen,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.deployment.inner_texts import write_back
from stackcfg.deployment.settings import LAST_OLD_SERVER, DeploymentSettings
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import NamedTuple
from stackcfg.loading.configs import BOM
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.migration.engine import ProofError, migrate
from stackcfg.migration.result import ConfigResult, MigrationNote, MigrationResult
from stackcfg.migration.settings import Settings
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.yamltext.lines import LineIndex, Position
from stackcfg.yamltext.source_map import EditHistory, SourceMap


class DeployedFile(NamedTuple):
    """What became of one file: a result, or the error for which it is refused.

    `is_beside`: the old file must stay, since the old server still
    reads it or its objects; the new text goes to a new file.
    """

    file: str
    result: MigrationResult | None = None
    error: StackcfgError | None = None
    is_beside: bool = False

    @property
    def migrated(self) -> tuple[MigrationResult, bool]:
        """The result, and if the old file must stay. Raises the error."""
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result, self.is_beside


def migrate_deployment(
    files: Sequence[tuple[str, str]], settings: DeploymentSettings
) -> list[DeployedFile]:
    """Migrate the files that a part has something to say about, (name, text).

    References between their objects are resolved across all of them. A
    file that no part changes, notes or refuses is not in the result.
    """
    read = DeploymentFiles(files, settings)
    changes = list(write_back(read.inner, _run_parts(read)))
    originals = dict(files)
    found: list[DeployedFile] = []
    for name in originals:
        own = [each for each in changes if each.file == name]
        if own:
            found.append(
                _migrate_file(
                    name,
                    originals[name],
                    own,
                    settings,
                )
            )
    return found


def _run_parts(files: DeploymentFiles) -> Iterable[DeploymentChange]:
    for part in parts.PARTS:
        if part.concerns(files):
            yield from part.run(files)


def _migrate_file(
    name: str,
    text: str,
    changes: Sequence[DeploymentChange],
    settings: DeploymentSettings,
) -> DeployedFile:
    for change in changes:
        if isinstance(change, Refusal):
            return DeployedFile(name, error=change.error)
    body = text.removeprefix(BOM)
    is_beside = _has_change(changes, KeepOldFile)
    migration = settings.migration._replace(chart=dict(settings.charts).get(name))
    if is_beside or _has_change(changes, ReadByOldServer):
        # an old server reads it, whatever later release it fits as well
        migration = migration._replace(until=LAST_OLD_SERVER)
    migration = migration._replace(renamed=_renamed_in(changes))
    try:
        history = _apply(body, changes)
        if _has_change(changes, HoldsNoConfig):
            result = _without_configs(history.text, migration)
        else:
            result = _migrate_configs(history, migration)
    except StackcfgError as error:
        return DeployedFile(name, error=error)
    configs = (*_describe_places(body, changes), *result.configs)
    new = _rename_variables(result.text, changes)
    result = MigrationResult(
        text=text[: len(text) - len(body)] + new,
        changed=new != body,
        configs=configs,
        target=result.target,
        runbook=tuple(each.text for each in changes if isinstance(each, RunbookStep)),
        has_blocks=result.has_blocks,
    )
    return DeployedFile(name, result, is_beside=is_beside)


def _has_change(
    changes: Sequence[DeploymentChange], kind: type[DeploymentChange]
) -> bool:
    return any(isinstance(each, kind) for each in changes)


def _renamed_in(changes: Sequence[DeploymentChange]) -> frozenset[str]:
    """Return the variables that the run configs of a file
    read under new names.
    """
    names: set[str] = set()
    for change in changes:
        if isinstance(change, RenamedVariables):
            names |= dict(change.names).keys()
    return frozenset(names)


def _rename_variables(text: str, changes: Sequence[DeploymentChange]) -> str:
    """Return a text whose run configs read variables under their new names.

    What reads an old name can also be a line that the migration has
    written.
    """
    for change in changes:
        if isinstance(change, RenamedVariables):
            for old, new in change.names:
                text = re.sub(rf"\$\{{env\.{old}(?!\w)", f"${{env.{new}", text)
    return text


def _apply(text: str, changes: Sequence[DeploymentChange]) -> EditHistory:
    """Return a text with the edits of the parts. Raises `ProofError`."""
    edits = [each.edit for each in changes if isinstance(each, FileEdit)]
    if not edits:
        return EditHistory(text)
    try:
        return EditHistory(text).after(edits)
    except ValueError as error:
        raise ProofError(str(error)) from None


def _without_configs(text: str, settings: Settings) -> MigrationResult:
    target = settings.target or DEFAULT_TARGET
    return MigrationResult(
        text=text,
        changed=False,
        configs=(),
        target=target,
    )


def _migrate_configs(history: EditHistory, settings: Settings) -> MigrationResult:
    """Migrate the run configs of a text that parts have edited.

    Positions are those of the text before the edits. Raises
    `InputError`.
    """
    text = history.text
    try:
        result = migrate(text, settings)
    except NotRunConfigError:
        return _without_configs(text, settings)
    except InputError as error:
        position = _find_source(history, error.position)
        raise error.replace(position=position) from None
    configs = [_move_notes(each, history) for each in result.configs]
    return result._replace(configs=tuple(configs))


def _move_notes(config: ConfigResult, history: EditHistory) -> ConfigResult:
    """Return a result with the positions that its notes have in the old text."""
    notes = [
        note._replace(position=_find_source(history, note.position))
        for note in config.notes
    ]
    lines = [
        _find_source(history, Position(line, 1)).line for line in config.proof_lines
    ]
    return config._replace(notes=tuple(notes), proof_lines=tuple(lines))


def _find_source(history: EditHistory, position: Position) -> Position:
    """Return where a place of the new text was in the old one."""
    if not history.rounds:
        return position
    offset = LineIndex(history.text).offset(position)
    return SourceMap(history).find_source(offset)


def _describe_places(
    text: str, changes: Sequence[DeploymentChange]
) -> list[ConfigResult]:
    lines = LineIndex(text)
    notes: dict[str, list[MigrationNote]] = {}
    changed: set[str] = set()
    for change in changes:
        if isinstance(change, FileEdit):
            notes.setdefault(change.place, [])
            changed.add(change.place)
        elif isinstance(change, FileNote):
            position = lines.position(change.offset)
            note = MigrationNote(change.severity, change.message, position)
            notes.setdefault(change.place, []).append(note)
        elif isinstance(change, Seen):
            notes.setdefault(change.place, [])
    return [
        ConfigResult(
            place=place,
            changed=place in changed,
            stores=(),
            notes=tuple(dict.fromkeys(found)),
            is_left=place not in changed,
            is_run_config=False,
        )
        for place, found in notes.items()
    ]
