"""The variables of the container: new names, moved folders, changed values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.values import describe_unread
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.image import homes_of, vendor_of
from stackcfg.deployment.resource.tree import rewritten_data
from stackcfg.manifests.home_paths import move_operator_configs
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.releases.changes import OLD_FOLDER_VARIABLE
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.resource_paths import OLD_CONTAINER, OLD_VARIABLES
from stackcfg.releases.server_environment import (
    ENTRYPOINT_CONFIG,
    changed_values,
    new_variable,
    unread_variables,
)
from stackcfg.releases.versions import format_release
from stackcfg.yamltext.document import SCALAR, Node

_SERVER_FOLDER: Final = f"${{env.{OLD_FOLDER_VARIABLE}:=~/.llama}}"

IN_CONFIGS: Final = (OLD_FOLDER_VARIABLE, "LLAMA_STACK_PORT")
"""Variables that many run configs have in their placeholders."""

NAMES_CONFIG: Final = (ENTRYPOINT_CONFIG, "LLAMA_STACK_CONFIG")
"""Variables that say where the run config is."""

TELEMETRY: Final = "OTEL_"


def variables(conversion: Conversion, row: FieldChange) -> None:
    """Move the variables, each with what has become of it."""
    node = conversion.node(row.old)
    if node is None or not node.items:
        return
    added: list[dict[str, Any]] = []
    for index, item in enumerate(node.items):
        name = item.target.get("name")
        if name is not None:
            path: Path = (*row.old, index)
            added += _convert(conversion, item.target, name, path)
    conversion.move(row, tuple(added))
    _note_telemetry(conversion, row)


def _convert(
    conversion: Conversion, variable: Node, name: Node, path: Path
) -> Iterator[dict[str, Any]]:
    value = variable.get("value")
    _move_folders(conversion, value, path)
    _complete_address(conversion, name.text, value, path)
    _note_unread(conversion, name.text, value, path)
    yield from _rename(conversion, variable, name, path)


def _rename(
    conversion: Conversion, variable: Node, written: Node, path: Path
) -> Iterator[dict[str, Any]]:
    """Rename a variable of the server; yield it as a new one if both are read."""
    name = written.text
    new = new_variable(name, conversion.target)
    if not new:
        return
    if _is_read_by_config(conversion, name):
        data = rewritten_data(variable, conversion.rewrites)
        yield {**data, "name": new}
        message = f"'{new}' is set, too: ogx reads it instead of '{name}'"
    else:
        conversion.replace(written, new)
        message = f"'{name}' is called '{new}': ogx does not read it"
    conversion.info(message, path)
    _note_unknown_config(
        conversion,
        name,
        new,
        path,
    )
    if new in _given_names(conversion):
        conversion.action(
            f"'{name}' becomes '{new}', which is set, too: remove one of the two", path
        )


def _is_read_by_config(conversion: Conversion, name: str) -> bool:
    """Return whether the run config has a variable in it under its old name.

    The migration renames that of the server's own folder.
    """
    config = conversion.user_config
    if config is None:
        return False
    text = config.text.replace(_SERVER_FOLDER, "")
    return f"env.{name}" in text


def _note_unknown_config(
    conversion: Conversion, name: str, new: str, path: Path
) -> None:
    """Say what a run config that is not in the input may need."""
    config = conversion.user_config
    if config is None or config.text or name not in IN_CONFIGS:
        return
    conversion.check(
        f"set '{name}' beside '{new}' if the run config has '${{env.{name}}}' in it",
        path,
    )


@lru_cache(maxsize=1)
def renamed_names(conversion: Conversion) -> Mapping[str, str]:
    """Return the variables that have another name afterwards, with the new one."""
    found: dict[str, str] = {}
    for name in _given_names(conversion):
        new = new_variable(name, conversion.target)
        if new and not _is_read_by_config(conversion, name):
            found[name] = new
    return found


@lru_cache(maxsize=1)
def _given_names(conversion: Conversion) -> tuple[str, ...]:
    """Return the names of all variables of the old object."""
    names: list[str] = []
    for variable in list_at(conversion.source.data, OLD_VARIABLES):
        name = as_mapping(variable).get("name")
        names.append(str(name))
    return tuple(names)


def _move_folders(conversion: Conversion, value: Node | None, path: Path) -> None:
    if value is None or value.kind != SCALAR:
        return
    renaming = Renaming(renamed_names(conversion), homes_of(conversion))

    def move(text: str) -> str:
        return move_operator_configs(renaming.apply(text))

    new = move(value.text)
    if new != value.text:
        conversion.rewrite(value, move)
        conversion.info(f"'{value.text}' becomes '{new}'", path)


@lru_cache(maxsize=1)
def runs_built_in_config(conversion: Conversion) -> bool:
    """Return whether the server runs the config of its image, as far as is known."""
    if conversion.user_config is not None:
        return False
    names = _given_names(conversion)
    if any(name in names for name in NAMES_CONFIG):
        return False
    container = as_mapping(conversion.data(OLD_CONTAINER))
    words = f"{container.get('command')} {container.get('args')}"
    return ".yaml" not in words and ".yml" not in words


def _complete_address(
    conversion: Conversion, name: str, value: Node | None, path: Path
) -> None:
    """Add what the built-in config of the new release no longer adds.

    A run config of the user's own has the ending written beside the
    variable when it is migrated.
    """
    changed = changed_values().get(name)
    if changed is None or conversion.target < changed.since:
        return
    if not runs_built_in_config(conversion):
        return
    if value is None:
        conversion.check(
            f"the built-in config takes the whole address from '{changed.variable}': "
            f"it must end in '{changed.ending}'",
            path,
        )
        return
    address = value.text.rstrip("/")
    if address and not address.endswith(changed.ending) and "$" not in address:
        new = address + changed.ending
        conversion.replace(value, new)
        since = format_release(changed.since)
        conversion.info(
            f"'{changed.variable}' gets '{changed.ending}': the built-in config takes "
            f"the whole address since {since}",
            path,
        )


def _note_unread(
    conversion: Conversion, name: str, value: Node | None, path: Path
) -> None:
    """Say that no config reads a variable."""
    unread = unread_variables().get(name)
    if unread is None or conversion.target < unread.since:
        return
    config = conversion.user_config
    if runs_built_in_config(conversion):
        if unread.is_about(_text_of(value), vendor_of(conversion)):
            note = conversion.info
            if unread.vendor:
                # what it switched on, as the API safety, is gone with it
                note = conversion.check
            note(describe_unread(unread), path)
    elif config is not None and config.text and f"env.{name}" not in config.text:
        message = f"'{name}' has no effect: your run config does not read it"
        conversion.info(message, path)


def _text_of(value: Node | None) -> str | None:
    """Return the value of a variable; None if it is elsewhere."""
    if value is None or value.kind != SCALAR:
        return None
    return value.text


def _note_telemetry(conversion: Conversion, row: FieldChange) -> None:
    """Say that the image's entrypoint runs, which the old operator skipped."""
    if conversion.user_config is None:
        return
    for index, name in enumerate(_given_names(conversion)):
        if name.startswith(TELEMETRY):
            conversion.check(
                f"'{name}' has an effect now: the image's entrypoint starts "
                "OpenTelemetry, and the old operator did not run it",
                (*row.old, index),
            )
            return
