"""Plans which files must be copied: from the paths in both configs to moves.

Pure: nothing here looks at the disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from stackcfg.data.disk.moves import FileMove
from stackcfg.data.environment import MissingVariableError, find_missing_variable
from stackcfg.data.stored_rows import ConfigSide
from stackcfg.data.upgrade import MovedFolder, Upgrade
from stackcfg.releases.disk_paths import DiskPath, disk_path_of, disk_paths
from stackcfg.runconfig.values import as_string


def plan_files(upgrade: Upgrade) -> Iterator[FileMove]:
    """Yield the moves of files, in the order of the facts.

    Raises `MissingVariableError`.
    """
    for api in dict.fromkeys(each.api for each in disk_paths()):
        for provider_id, provider_type in upgrade.old.provider_ids(api).items():
            fact = disk_path_of(api, provider_type)
            if fact is not None:
                yield from _plan_provider(fact, provider_id, upgrade)


def _plan_provider(
    fact: DiskPath, provider_id: str, upgrade: Upgrade
) -> Iterator[FileMove]:
    name = f"{fact.api} {provider_id}"
    source = read_path(fact, provider_id, upgrade.old, upgrade)
    if not source:
        return
    successor = upgrade.provider_for(fact.api, provider_id)
    if successor is None:
        reason = upgrade.explain_absence(fact.api, provider_id)
        yield FileMove(name, source, source, fact.prefix, reason)
        return
    successor_type = upgrade.new.provider_ids(fact.api)[successor]
    new_fact = disk_path_of(fact.api, successor_type)
    if new_fact is None or _is_other_kind(fact, new_fact):
        reason = f"'{successor}' of the new config ({successor_type}) keeps none there"
        yield FileMove(name, source, source, fact.prefix, reason)
        return
    target = read_path(new_fact, successor, upgrade.new, upgrade)
    if target:
        yield FileMove(name, source, target, fact.prefix)


def _is_other_kind(one: DiskPath, other: DiskPath) -> bool:
    """Return whether two provider types do not read each other's files."""
    names = [each.provider_type.replace("_", "-") for each in (one, other)]
    return names[0] != names[1]


def read_path(
    fact: DiskPath, provider_id: str, side: ConfigSide, upgrade: Upgrade
) -> str:
    """Return where a path in a provider's config is now; empty where it has none.

    Raises `MissingVariableError`.
    """
    path = _read_field(fact, provider_id, side)
    if not path:
        return ""
    path = os.path.abspath(path)
    if upgrade.home is not None:
        path = upgrade.home.current_path(path)
    return os.path.realpath(path)


def _read_field(fact: DiskPath, provider_id: str, side: ConfigSide) -> str:
    path = as_string(side.provider_config(fact.api, provider_id).get(fact.field))
    variable = find_missing_variable(path)
    if variable is not None:
        needed_for = f"'{fact.field}' of '{fact.api} {provider_id}' ({side.name})"
        raise MissingVariableError(variable, needed_for)
    if fact.expands_home:
        return os.path.expanduser(path)
    return path


def find_moved_folders(upgrade: Upgrade) -> Iterator[MovedFolder]:
    """Yield the folders of uploads that are others in the new config.

    Raises `MissingVariableError`.
    """
    for fact in disk_paths():
        if not fact.prefix:
            continue
        for provider_id, provider_type in upgrade.old.provider_ids(fact.api).items():
            successor = upgrade.provider_for(fact.api, provider_id)
            if provider_type != fact.provider_type or successor is None:
                continue
            old = _read_field(fact, provider_id, upgrade.old)
            new = _read_field(fact, successor, upgrade.new)
            if old and new and os.path.abspath(old) != os.path.abspath(new):
                yield MovedFolder(os.path.normpath(old), os.path.abspath(new))
