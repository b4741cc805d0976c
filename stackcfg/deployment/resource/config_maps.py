"""The ConfigMaps of the input that new servers read: their label, and the folders
that their run config names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.changes import DeploymentChange, FileEdit, FileNote
from stackcfg.deployment.resource.conversion import WATCH, Conversion
from stackcfg.deployment.resource.homes import homes_of
from stackcfg.deployment.resource.watch_label import has_label, label_edit
from stackcfg.loading.configs import looks_like_run_config
from stackcfg.manifests.home_paths import find_home_paths
from stackcfg.manifests.objects import ManifestObject
from stackcfg.migration.changes import ACTION_REQUIRED, INFO
from stackcfg.yamltext.document import SCALAR, Node
from stackcfg.yamltext.edits import Edit

_EXPANDED: Final = ("~", "$")
"""Homes that the migration of run configs knows itself."""


def edit_config_maps(conversions: Sequence[Conversion]) -> Iterator[DeploymentChange]:
    """Yield the edits on each ConfigMap that a converted object names.

    Of those that only the pod mounts the operator need not see any.
    """
    done: set[tuple[str, int]] = set()
    for conversion in conversions:
        for found in conversion.config_maps:
            if _is_new(found, done):
                yield from _add_label(found)
                yield from _move_folders(found, conversion)
        for found in conversion.platform_bundles:
            if _is_new(found, done):
                yield from _add_label(found)
        for found in conversion.mounted:
            if _is_new(found, done):
                yield from _move_folders(found, conversion)


def _is_new(found: ManifestObject, done: set[tuple[str, int]]) -> bool:
    """Return whether an object was not seen yet; it is then."""
    identity = found.file, found.node.start
    if identity in done:
        return False
    done.add(identity)
    return True


def _place_of(found: ManifestObject) -> str:
    return f"{found.kind} {found.name}"


def _add_label(found: ManifestObject) -> Iterator[DeploymentChange]:
    if has_label(found):
        return
    place = _place_of(found)
    start = found.node.start
    edit = label_edit(found)
    if edit is None:
        message = f"add label '{WATCH}: \"true\"': the new operator needs it"
        yield FileNote(found.file, place, ACTION_REQUIRED, message, start)
        return
    yield FileEdit(found.file, place, edit)
    message = f"label '{WATCH}: \"true\"' is added: the new operator needs it"
    yield FileNote(found.file, place, INFO, message, start)


def _move_folders(
    found: ManifestObject, conversion: Conversion
) -> Iterator[DeploymentChange]:
    """Yield edits of the run config: absolute folders move with the mount.

    `~` and `${env.HOME}` are moved by the migration of the run config.
    """
    data = found.node.get("data")
    if data is None:
        return
    for key, value in data.entries:
        node = value.target
        if node.kind == SCALAR and _is_read(key.text, node, found, conversion):
            yield from _move_folders_in(node, found, conversion)


def _is_read(
    key: str, node: Node, found: ManifestObject, conversion: Conversion
) -> bool:
    """Return whether a text is a run config that the server reads."""
    config = conversion.user_config
    if config is not None and found.name == config.name:
        return key == config.key
    return looks_like_run_config(node.text)


def _move_folders_in(
    node: Node, found: ManifestObject, conversion: Conversion
) -> Iterator[DeploymentChange]:
    source = found.document.text[node.start : node.end]
    homes = homes_of(conversion)
    place = _place_of(found)
    for change in find_home_paths(source, homes):
        old = source[change.start : change.end]
        if old.startswith(_EXPANDED):
            continue
        start = node.start + change.start
        edit = Edit(start, node.start + change.end, (change.text,))
        yield FileEdit(found.file, place, edit)
        message = f"'{old}' becomes '{change.text}', as the mount of the volume does"
        yield FileNote(found.file, place, INFO, message, start)
