"""The volumes of the pod that are not the server's own, and where they are mounted."""

from __future__ import annotations

from typing import Final

from stackcfg.deployment.resource.config import find_config_maps
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.image import homes_of
from stackcfg.manifests.home_paths import move_home_paths
from stackcfg.paths import Path
from stackcfg.releases.custom_resources import NEW_VOLUME, OLD_VOLUME
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.resource_paths import OLD_CLAIM
from stackcfg.releases.server_places import (
    NEW_MOUNTED_CONFIG,
    OLD_MOUNTED_CONFIG,
    OLD_STORAGE,
)
from stackcfg.yamltext.document import Node

OPERATOR_VOLUMES: Final = (NEW_VOLUME, "user-config", "ca-bundle")
"""The names of the volumes that the new operator makes."""

OLD_PACKAGE: Final = "site-packages/llama_stack"


def volumes(conversion: Conversion, row: FieldChange) -> None:
    """Move the volumes of the user."""
    node = conversion.node(row.old)
    if node is None or not node.items:
        return
    for index, item in enumerate(node.items):
        path: Path = (*row.old, index)
        name = item.target.get("name")
        if name is not None and name.text in OPERATOR_VOLUMES:
            conversion.action(
                f"volume '{name.text}' has the name of one of the operator: rename it",
                path,
            )
        mounted = conversion.data((*path, "configMap", "name"))
        if isinstance(mounted, str):
            conversion.mounted += find_config_maps(conversion, mounted)
    conversion.move(row)


def volume_mounts(conversion: Conversion, row: FieldChange) -> None:
    """Move the mounts: the new name of the operator's volume, the new folders."""
    node = conversion.node(row.old)
    if node is None or not node.items:
        return
    taken = _storage_folders(conversion)
    for index, item in enumerate(node.items):
        path: Path = (*row.old, index)
        name = item.target.get("name")
        if name is not None and name.text == OLD_VOLUME:
            conversion.replace(name, NEW_VOLUME)
        mount = item.target.get("mountPath")
        if mount is not None:
            _move_mount(conversion, mount, path)
            _note_collision(
                conversion,
                mount,
                path,
                taken,
            )
    conversion.move(row)


def _storage_folders(conversion: Conversion) -> set[str]:
    """Return where the volume of the server is mounted, if it has one."""
    if conversion.entry(OLD_CLAIM) is None:
        return set()
    folder = conversion.data((*OLD_CLAIM, "mountPath")) or OLD_STORAGE
    return {_moved(conversion, str(folder))}


def _moved(conversion: Conversion, folder: str) -> str:
    """Return a folder where the new server has it."""
    moved = move_home_paths(folder, homes_of(conversion))
    return moved.rstrip("/")


def _note_collision(
    conversion: Conversion, mount: Node, path: Path, taken: set[str]
) -> None:
    """Say where two volumes are mounted at one folder."""
    folder = _moved(conversion, mount.text)
    if folder in taken:
        conversion.action(
            f"two volumes are mounted at '{folder}': choose another folder for one",
            path,
        )
    taken.add(folder)


def _move_mount(
    conversion: Conversion,
    mount: Node,
    path: Path,
) -> None:
    homes = homes_of(conversion)
    folder = mount.text
    new = move_home_paths(folder, homes)
    if new != folder:
        conversion.rewrite(mount, lambda text: move_home_paths(text, homes))
        conversion.info(f"'{folder}' is mounted at '{new}'", path)
    elif OLD_PACKAGE in folder:
        conversion.action(
            f"'{folder}' is in the package 'llama_stack', which the image does not "
            "have: the package is called 'ogx', and its modules have moved",
            path,
        )
    elif _is_below(folder, NEW_MOUNTED_CONFIG):
        conversion.action(
            f"a mount at '{folder}' hides the run config, which the new operator "
            "mounts at '/etc/ogx/config.yaml': choose another folder",
            path,
        )
    elif _is_below(OLD_MOUNTED_CONFIG, folder):
        conversion.info(
            f"a mount at '{folder}' is kept; the operator mounts the run config at "
            "'/etc/ogx/config.yaml' now",
            path,
        )


def _is_below(path: str, folder: str) -> bool:
    inside = folder.rstrip("/") + "/"
    return path == folder or path.startswith(inside)
