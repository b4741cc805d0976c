"""What a migration gives back: the new text, what became of each config
and file.
"""

from __future__ import annotations

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.errors import Problem
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.families import Target
from stackcfg.stores.store_map import Location
from stackcfg.stores.visibility import NOT_VISIBLE, PARTLY_VISIBLE, StoreVisibility
from stackcfg.yamltext.lines import Position


class MigrationNote(NamedTuple):
    """A note in the file; `severity` is `info`, `check` or `action required`."""

    severity: str
    message: str
    position: Position


class ConfigResult(NamedTuple):
    """What became of one run config.

    `place` is where it is in the file, empty for the file itself.
    `was_for` names the releases that it was for before the migration,
    `proof_lines` are the lines that say so; both are empty unless
    `Settings.detect` asks for them. `is_left`: the target reads the
    config as it is. `unused_backends` are those of the new file that no
    store is on, with the databases that they name.
    """

    place: str
    changed: bool
    stores: tuple[StoreVisibility, ...]
    notes: tuple[MigrationNote, ...]
    was_for: str = ""
    proof_lines: tuple[int, ...] = ()
    is_left: bool = False
    is_run_config: bool = True
    unused_backends: tuple[tuple[str, Location], ...] = ()


class MigrationResult(NamedTuple):
    """A migrated text, proved, with what happened to each run config in it.

    `target` is what it is for now: the named target, or what the text
    has decided itself. `runbook` are the steps in which a deployment is
    rolled out. `values` is the new text of the values of a chart, empty
    if none are read. `has_blocks`: a template decides about the
    structure of a run config, which the `data` commands read only from
    what Helm makes of it.
    """

    text: str
    changed: bool
    configs: tuple[ConfigResult, ...]
    target: Target
    runbook: tuple[str, ...] = ()
    values: str = ""
    has_blocks: bool = False

    @property
    def needs_action(self) -> bool:
        """Return whether the migration needs manual action."""
        notes = [note for config in self.configs for note in config.notes]
        return any(note.severity == ACTION_REQUIRED for note in notes)

    @property
    def hides_rows(self) -> bool:
        """Return whether stored rows of the old server are not visible
        to the new one.
        """
        stores = [store for config in self.configs for store in config.stores]
        return any(
            store.status in (NOT_VISIBLE, PARTLY_VISIBLE) and not store.is_left_over
            for store in stores
        )


class MigratedFile(NamedTuple):
    """A file with its migration, or with the problem for which it was refused.

    `backup` is the file name of the backup that was made, `new_file`
    that of the result where it is beside the old file; `data_command`
    is the command that copies the stored rows, empty where the new
    server sees all of them.
    """

    file: str
    migration: MigrationResult | None = None
    problem: Problem | None = None
    backup: str | None = None
    data_command: str = ""
    new_file: str | None = None

    @property
    def status(self) -> str:
        """Return one word for the file: refused, partial, migrated or
        unchanged.
        """
        if self.problem is not None or self.migration is None:
            return "refused"
        if self.migration.needs_action:
            return "partial"
        if self.migration.changed:
            return "migrated"
        return "unchanged"


def _as_argument(name: str) -> str:
    """Return a file name that no command takes for an option."""
    if name.startswith("-"):
        return f"./{name}"
    return name


def build_data_command(
    migration: MigrationResult, old: str, new: str, source: str
) -> str:
    """Return the command that copies the stored rows; empty if all are
    visible.
    """
    if not migration.changed or not migration.hides_rows:
        return ""
    import shlex

    words = ["stackcfg", "data", "copy", *map(_as_argument, (old, new))]
    if source:
        words += ["--from", source]
    return shlex.join([*words, "--target", migration.target.name])
