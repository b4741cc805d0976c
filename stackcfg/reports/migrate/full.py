"""The migration report for one file: decisions, stores, what is next."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final
from stackcfg.migration.result import ConfigResult, MigratedFile, MigrationResult
from stackcfg.reports.console.characters import flat
from stackcfg.reports.console.colors import Lines, join_lines, paint
from stackcfg.reports.console.listing import join_some
from stackcfg.reports.console.locations import (
    common_folder,
    short_location,
    short_variables,
)
from stackcfg.reports.console.problems import problem_line
from stackcfg.reports.console.tables import Cell, table
from stackcfg.reports.migrate.formats import Context
from stackcfg.reports.migrate.notes import (
    COLORS,
    count_hidden_stores,
    count_open_items,
    describe_data_command,
    describe_unchanged,
    note_lines,
    runbook_lines,
)
from stackcfg.stores.visibility import (
    NO_ROWS_YET,
    NOT_VISIBLE,
    PARTLY_VISIBLE,
    VISIBLE,
    StoreVisibility,
)

HEADINGS: Final = ("store", "stored rows", "were in", "new backend")
VISIBILITY_COLORS: Final = {
    VISIBLE: "green",
    PARTLY_VISIBLE: "yellow",
    NOT_VISIBLE: "red",
    NO_ROWS_YET: "dim",
}
MAX_LINES: Final = 6
"""How many lines are named that prove what a file was for."""

MAX_NAMES: Final = 3
"""How many stores are named where all of them share one reason."""


def render(results: Sequence[MigratedFile], context: Context) -> str:
    """Return everything about each file."""
    lines: list[str] = []
    for result in results:
        if result.problem:
            lines.append(problem_line(result.file, result.problem))
        if result.migration:
            lines += _describe_file(result, result.migration, context)
    return join_lines(lines, context.colored)


def _describe_file(
    result: MigratedFile, migration: MigrationResult, context: Context
) -> Lines:
    file = flat(result.file)
    if not migration.changed:
        yield f"{file}: {describe_unchanged(migration)}{_advise_check(migration)}"
    # What needs a decision comes before what was done, and is counted behind it.
    yield from note_lines(result.file, migration.configs, tuple(COLORS))
    for config in migration.configs:
        yield from _describe_config(result.file, config, migration, context)
    if migration.changed and _has_stores(migration):
        yield f"{file}: {_summarize_stores(migration, context)}"
    if result.new_file:
        new_file = flat(result.new_file)
        yield f"{file}: the result is in {new_file}; this file is as it was"
    if result.backup:
        yield f"{file}: the old file is kept as {flat(result.backup)}"
    if result.data_command:
        command = describe_data_command(result)
        yield f"next, with both servers stopped: {command}"
    open_items = count_open_items(migration)
    if open_items:
        yield f"{file}: {open_items}"
    yield from runbook_lines(migration)


def _advise_check(migration: MigrationResult) -> str:
    """Return who says what is still open in configs that are left."""
    if not all(config.is_left for config in migration.configs):
        return ""
    if count_open_items(migration):
        return "; still to be done:"
    return "; 'stackcfg validate' says what the server refuses"


def _describe_config(
    file: str, config: ConfigResult, migration: MigrationResult, context: Context
) -> Lines:
    name = flat(file)
    if config.place:
        name = flat(f"{file} ({config.place})")
    if config.was_for and migration.changed:
        lines = _describe_lines(config.proof_lines)
        if config.is_left:
            yield f"{name}: is for {config.was_for}{lines}; left as it is"
        else:
            yield f"{name}: was for {config.was_for}{lines}"
    if config.stores:
        count = sum(map(_is_in_new_file, config.stores))
        stores = f"{count} stores for {migration.target.name}"
        if migration.changed:
            stores += f", layout {context.layout}"
        yield paint(f"{name}: {stores}", "strong")
        yield from _describe_stores(config, context)


def _describe_lines(lines: Sequence[int]) -> str:
    if not lines:
        return ""
    if len(lines) == 1:
        return f" (line {lines[0]})"
    return f" (lines {join_some(lines, MAX_LINES)})"


def _describe_stores(config: ConfigResult, context: Context) -> Lines:
    """Yield a table of the stores, then the backends and why rows are
    not visible.
    """
    stores = config.stores
    folder = _common_folder_of(stores)
    if folder:
        yield f"files are in {flat(folder)}"
    yield ""
    rows = [_table_row(store, folder) for store in stores]
    yield from table(HEADINGS, rows, context.width)
    yield ""
    backends = {each.backend: each.after for each in stores if each.after}
    for backend, location in backends.items():
        yield f"  {flat(f'{backend} is {short_location(location, folder)}')}"
    for backend, location in config.unused_backends:
        where = short_location(location, folder)
        yield f"  {flat(f'{backend} is {where}')}, without a store"
    yield from _describe_reasons(stores)


def _common_folder_of(stores: Sequence[StoreVisibility]) -> str:
    locations = [each for store in stores for each in (store.before, store.after)]
    return common_folder(each.file for each in locations if each and each.file)


def _table_row(store: StoreVisibility, folder: str) -> tuple[Cell, ...]:
    before = "-"
    if store.before:
        before = short_location(store.before, folder)
    visibility = store.status
    if store.superseded:
        visibility = "replaced"
    return (
        flat(short_variables(store.store)),
        (visibility, VISIBILITY_COLORS[store.status]),
        flat(before),
        flat(store.backend or "-"),
    )


def _describe_reasons(stores: Sequence[StoreVisibility]) -> Lines:
    """Yield why stored rows are not visible: each reason once, with its stores."""
    found: dict[tuple[str, str], list[str]] = {}
    for store in stores:
        if store.status in (NOT_VISIBLE, PARTLY_VISIBLE):
            names = found.setdefault((store.status, store.reason), [])
            names.append(flat(short_variables(store.store)))
    for (status, reason), names in found.items():
        words = ", ".join(names)
        # With one reason for all of them the table names the stores.
        if len(found) == 1 and len(names) > MAX_NAMES:
            words = f"{len(names)} stores"
        yield f"  {status} ({flat(short_variables(reason))}): {words}"


def _has_stores(migration: MigrationResult) -> bool:
    """Return whether the summary is about stores: a manifest can have none."""
    if any(each.stores for each in migration.configs):
        return True
    holds_config = any(each.is_run_config for each in migration.configs)
    return holds_config and not migration.runbook


def _summarize_stores(migration: MigrationResult, context: Context) -> str:
    stores = [store for config in migration.configs for store in config.stores]
    count = sum(map(_is_in_new_file, stores))
    words = f"{count} stores migrated to {migration.target.name}"
    if not context.done:
        words = f"{count} stores would be migrated to {migration.target.name}"
    hidden, stored = count_hidden_stores(migration)
    if hidden:
        words += f"; rows of {hidden} of {stored} stores are not visible"
        words += " to the new server and stay where they are"
        # that layout keeps files, not what the user moves to another engine
        if context.layout == "consolidate" and _can_stay(stores):
            words += "; '--layout preserve' keeps the stores that the file names"
            words += f" in their place, where {migration.target.name} allows that"
    return words


def _can_stay(stores: Sequence[StoreVisibility]) -> bool:
    """Return whether the other layout lets rows stay that are not visible now."""
    if any(map(_changes_engine, stores)):
        return False
    return any(each.was_inline and each.status == NOT_VISIBLE for each in stores)


def _changes_engine(store: StoreVisibility) -> bool:
    if store.before is None or store.after is None:
        return False
    return store.before.engine != store.after.engine


def _is_in_new_file(store: StoreVisibility) -> bool:
    return store.backend != "" and not store.superseded
