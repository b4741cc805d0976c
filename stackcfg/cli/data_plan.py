"""The plan of the data commands: two configs, their releases, and what moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from stackcfg.data.chunk_stores.planning import plan_chunk_stores
from stackcfg.data.disk.planning import find_moved_folders, plan_files
from stackcfg.data.environment import variables_of_old
from stackcfg.data.locations import Folders, home_folder_for
from stackcfg.data.moves import UpgradePlan
from stackcfg.data.plan import plan_upgrade
from stackcfg.data.stored_rows import (
    ConfigSide,
    StoredRows,
    find_stored_rows,
    read_config_side,
)
from stackcfg.data.upgrade import Upgrade
from stackcfg.errors import StackcfgError
from stackcfg.loading.errors import InputError
from stackcfg.releases.families import Target, describe_releases
from stackcfg.releases.stores import StoreField, StoreFields, with_declared_fields
from stackcfg.system.files import STDIN, read_file


class Sides(NamedTuple):
    """The old and the new config, and what the user says of them.

    `source` and `target` are their releases, if the user named them.
    """

    old: str
    new: str
    source: Target | None = None
    target: Target | None = None
    declared: tuple[StoreField, ...] = ()


def plan_moves(sides: Sides, variables: Mapping[str, str]) -> UpgradePlan:
    """Return the plan of an upgrade; no database is opened.

    Raises `StackcfgError`, `InputError` and `MissingVariableError`.
    """
    if sides.old == STDIN == sides.new:
        message = "the old and the new config are both standard input"
        raise StackcfgError(message, hint="name a file for one of them")
    catalog = with_declared_fields(sides.declared)
    old = _read_side(sides.old, sides.source, catalog, variables_of_old(variables))
    new = _read_side(sides.new, sides.target, catalog, variables)
    if new.last < old.releases[0]:
        message = f"{sides.new} is for an earlier release than {sides.old}"
        raise StackcfgError(message, hint="downgrading is not supported")
    # A release after the new one cannot have written the rows.
    possible = tuple(each for each in old.releases if each <= new.last)
    old = replace(old, releases=possible)
    folders = Folders(home_folder_for(new.last, variables))
    upgrade = Upgrade(old, new, folders)
    upgrade = replace(upgrade, moved_folders=tuple(find_moved_folders(upgrade)))
    before = find_stored_rows(old, catalog, folders)
    after = find_stored_rows(new, catalog, folders)
    _check_families(old, before, "--from")
    _check_families(new, after, "--target")
    plan = plan_upgrade(before, after, upgrade, catalog)
    files = tuple(plan_files(upgrade))
    chunk_stores = tuple(plan_chunk_stores(files, upgrade))
    return replace(plan, files=files, chunk_stores=chunk_stores)


def select_stores(plan: UpgradePlan, names: Sequence[str]) -> UpgradePlan:
    """Return the part of a plan that is about some stores; all without names.

    Raises `StackcfgError` for a name of no store.
    """
    if not names:
        return plan
    known = {name for each in plan.all_rows for name in each.store.split(", ")}
    for name in names:
        if name not in known:
            listed = ", ".join(f"'{each}'" for each in sorted(known))
            raise StackcfgError(f"no store '{name}'", hint=f"there are {listed}")
    return plan.only(frozenset(names))


def _read_side(
    name: str, named: Target | None, catalog: StoreFields, variables: Mapping[str, str]
) -> ConfigSide:
    text = read_file(name)
    try:
        return read_config_side(name, text, named, catalog, variables)
    except InputError as error:
        # With two files on the command line, the error must name the one it is
        # about.
        error.file = name
        raise


def _check_families(
    side: ConfigSide, stored: Sequence[StoredRows], option: str
) -> None:
    """Raise `StackcfgError` unless all possible releases agree on store
    families.
    """
    unsure = [f"'{each.store}'" for each in stored if not each.is_sure]
    if unsure:
        releases = describe_releases(frozenset(side.releases))
        message = (
            f"{side.name} can be for {releases}, of which some keep "
            f"{', '.join(unsure)} in a KV store and some in a SQL store"
        )
        raise StackcfgError(message, hint=f"name its release with {option}")
