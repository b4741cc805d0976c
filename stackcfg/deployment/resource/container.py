"""The container of the server: its variables, volumes and account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.deployment.environment.paths import (
    move_home_paths,
    move_operator_configs,
)
from stackcfg.deployment.resource.config import OLD_FOLDER, find_config_maps
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.homes import homes_of
from stackcfg.deployment.resource.tree import rewritten_data
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.server_environment import (
    changed_values,
    new_variable,
    unread_variables,
)
from stackcfg.yamltext.document import SCALAR, Node

OLD_VOLUME: Final = "lls-storage"
NEW_VOLUME: Final = "ogx-storage"
OPERATOR_VOLUMES: Final = ("ogx-storage", "user-config", "ca-bundle")
CONFIG_FOLDER: Final = "/etc/ogx"
OLD_STORAGE: Final = "/.llama"
"""Where the old operator mounts the volume if the object does not say."""

STORAGE_MOUNT: Final = ("spec", "server", "storage", "mountPath")
CONFIG_FOLDER_VARIABLE: Final = "LLAMA_STACK_CONFIG_DIR"
"""What the migration writes into databases that a config has left out."""

IN_CONFIGS: Final = (CONFIG_FOLDER_VARIABLE, "LLAMA_STACK_PORT")
"""Variables that many run configs have in their placeholders."""

TELEMETRY: Final = "OTEL_"
OLD_PACKAGE: Final = "site-packages/llama_stack"


def container_name(conversion: Conversion, row: FieldChange) -> None:
    """Drop the name: the container is always called `ogx`."""
    name = conversion.data(row.old)
    conversion.info(
        f"container '{name}' is called 'ogx' by the new operator: change "
        f"'kubectl logs -c {name}' and the like",
        row.old,
    )


def service_account(conversion: Conversion, row: FieldChange) -> None:
    """Move the account; an empty one is left out."""
    if conversion.data(row.old):
        conversion.move(row)


def grace_period(conversion: Conversion, row: FieldChange) -> None:
    """Say that the new resource has no such field."""
    seconds = conversion.data(row.old)
    conversion.action(
        f"'terminationGracePeriodSeconds: {seconds}' is lost: an OGXServer has no "
        "such field, and Kubernetes kills the pod after 30 seconds",
        row.old,
    )


def variables(conversion: Conversion, row: FieldChange) -> None:
    """Move the variables: new names, moved folders, changed values."""
    node = conversion.node(row.old)
    if node is None or not node.items:
        return
    added: list[dict[str, Any]] = []
    for index, item in enumerate(node.items):
        path: Path = (*row.old, index)
        name, value = item.target.get("name"), item.target.get("value")
        if name is None:
            continue
        if value is not None and value.kind == SCALAR:
            _move_folders(conversion, value, path)
        _convert_value(conversion, name.text, value, path)
        _note_unread(conversion, name.text, path)
        _note_telemetry(conversion, name.text, path)
        added += _rename(conversion, item.target, name, path)
    conversion.move(row, tuple(added))


def _rename(
    conversion: Conversion, item: Node, name_node: Node, path: Path
) -> Iterator[dict[str, Any]]:
    """Rename a variable of the server; yield it as a new one if both are read."""
    name = name_node.text
    new = new_variable(name, conversion.target)
    if not new:
        return
    config = conversion.user_config
    if config is not None and config.text and _may_be_read(name, config.text):
        yield {**rewritten_data(item, conversion.rewrites), "name": new}
        conversion.info(f"'{new}' is set, too: ogx reads it instead of '{name}'", path)
    else:
        conversion.rewrite(name_node, lambda _old: new)
        conversion.info(f"'{name}' is called '{new}': ogx does not read it", path)
    if config is not None and not config.text and name in IN_CONFIGS:
        conversion.check(
            f"set '{name}' beside '{new}' if the run config has '${{env.{name}}}' in it",
            path,
        )
    _note_twice(conversion, name, new, path)


def _may_be_read(name: str, config: str) -> bool:
    """Return whether a run config has a variable in it, or has after migration."""
    return name == CONFIG_FOLDER_VARIABLE or f"env.{name}" in config


def _note_twice(conversion: Conversion, name: str, new: str, path: Path) -> None:
    given = [as_mapping(each).get("name") for each in _variables_of(conversion)]
    if new in given:
        conversion.action(
            f"'{name}' becomes '{new}', which is set, too: remove one of the two", path
        )


def _variables_of(conversion: Conversion) -> Iterator[Any]:
    path = ("spec", "server", "containerSpec", "env")
    yield from list_at(conversion.source.data, path)


def _move_folders(conversion: Conversion, value: Node, path: Path) -> None:
    homes = homes_of(conversion)

    def move(text: str) -> str:
        return move_operator_configs(move_home_paths(text, homes))

    if move(value.text) != value.text:
        conversion.rewrite(value, move)
        conversion.info(f"'{value.text}' becomes '{move(value.text)}'", path)


def _convert_value(
    conversion: Conversion, name: str, value: Node | None, path: Path
) -> None:
    """Add what the built-in config of the new release no longer adds.

    A run config of the user's own has the ending written beside the variable
    when it is migrated.
    """
    changed = changed_values().get(name)
    if changed is None or conversion.user_config is not None:
        return
    if conversion.target < changed.since:
        return
    ending = changed.ending
    if value is None:
        conversion.check(
            f"the built-in config takes the whole address from '{name}': it must end "
            f"in '{ending}'",
            path,
        )
        return
    address = value.text.rstrip("/")
    if not address or address.endswith(ending) or "$" in address:
        return
    conversion.rewrite(value, lambda _old: address + ending)
    conversion.info(
        f"'{name}' gets '{ending}': the built-in config takes the whole address "
        f"since {'.'.join(map(str, changed.since))}",
        path,
    )


def _note_unread(conversion: Conversion, name: str, path: Path) -> None:
    unread = unread_variables().get(name)
    if unread is None or conversion.target < unread.since:
        return
    config = conversion.user_config
    if config is not None and (not config.text or f"env.{name}" in config.text):
        return
    reader = "your run config does not read it"
    if config is None:
        reader = "the built-in config does not read it any more"
    words = f"'{name}' has no effect: {reader}"
    if config is None and unread.instead:
        words += f"; {unread.instead} take its place"
    conversion.info(words, path)


def _note_telemetry(conversion: Conversion, name: str, path: Path) -> None:
    """Say once that the image's entrypoint, which the old operator skipped, runs."""
    names = [as_mapping(each).get("name") for each in _variables_of(conversion)]
    first = next((each for each in names if str(each).startswith(TELEMETRY)), None)
    if name == first and conversion.user_config is not None:
        conversion.check(
            f"'{name}' has an effect now: the image's entrypoint starts OpenTelemetry, "
            "and the old operator did not run it",
            path,
        )


def volumes(conversion: Conversion, row: FieldChange) -> None:
    """Move the volumes of the user."""
    node = conversion.node(row.old)
    if node is None or not node.items:
        return
    for index, item in enumerate(node.items):
        name = item.target.get("name")
        if name is not None and name.text in OPERATOR_VOLUMES:
            conversion.action(
                f"volume '{name.text}' has the name of one of the operator: rename it",
                (*row.old, index),
            )
        mounted = conversion.data((*row.old, index, "configMap", "name"))
        if isinstance(mounted, str):
            conversion.mounted += find_config_maps(conversion, mounted)
    conversion.move(row)


def volume_mounts(conversion: Conversion, row: FieldChange) -> None:
    """Move the mounts: the new name of the operator's volume, the new folders."""
    node = conversion.node(row.old)
    if node is None or not node.items:
        return
    for index, item in enumerate(node.items):
        path: Path = (*row.old, index)
        name, mount = item.target.get("name"), item.target.get("mountPath")
        if name is not None and name.text == OLD_VOLUME:
            conversion.rewrite(name, lambda _old: NEW_VOLUME)
        if mount is not None:
            _move_mount(conversion, mount, path)
    conversion.move(row)
    _note_collisions(conversion, node, row)


def _note_collisions(conversion: Conversion, node: Node, row: FieldChange) -> None:
    """Say where two volumes are mounted at one folder."""
    homes = homes_of(conversion)
    taken: set[str] = set()
    if conversion.entry(STORAGE_MOUNT[:-1]) is not None:
        storage = str(conversion.data(STORAGE_MOUNT) or OLD_STORAGE)
        taken.add(move_home_paths(storage, homes).rstrip("/"))
    for index, item in enumerate(node.items):
        mount = item.target.get("mountPath")
        if mount is None:
            continue
        folder = move_home_paths(mount.text, homes).rstrip("/")
        if folder in taken:
            conversion.action(
                f"two volumes are mounted at '{folder}': choose another folder for "
                "one of them",
                (*row.old, index),
            )
        taken.add(folder)


def _move_mount(conversion: Conversion, mount: Node, path: Path) -> None:
    homes = homes_of(conversion)
    if move_home_paths(mount.text, homes) != mount.text:
        new = move_home_paths(mount.text, homes)
        conversion.rewrite(mount, lambda text: move_home_paths(text, homes))
        conversion.info(f"'{mount.text}' is mounted at '{new}'", path)
    elif OLD_PACKAGE in mount.text:
        conversion.action(
            f"'{mount.text}' is in the package 'llama_stack', which the image does "
            "not have: the package is called 'ogx', and its modules have moved",
            path,
        )
    elif _is_below(mount.text, CONFIG_FOLDER):
        conversion.action(
            f"a mount at '{mount.text}' hides the run config, which the new operator "
            "mounts at '/etc/ogx/config.yaml': choose another folder",
            path,
        )
    elif _is_below(OLD_FOLDER, mount.text):
        conversion.info(
            f"a mount at '{mount.text}' is kept; the operator mounts the run config "
            "at '/etc/ogx/config.yaml' now",
            path,
        )


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
