"""The ConfigMaps of the input that new servers read: their label, and the folders
that their run config names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.changes import DeploymentChange, FileEdit, FileNote
from stackcfg.deployment.environment.paths import find_home_paths
from stackcfg.deployment.resource.conversion import WATCH, Conversion
from stackcfg.deployment.resource.homes import homes_of
from stackcfg.loading.configs import looks_like_run_config
from stackcfg.manifests.objects import ManifestObject
from stackcfg.migration.changes import INFO
from stackcfg.paths import mapping_at
from stackcfg.yamltext.document import SCALAR, Node
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import column_of, indent_step

_EXPANDED: Final = ("~", "$")
"""Homes that the migration of run configs knows itself."""


def edit_config_maps(conversions: Sequence[Conversion]) -> Iterator[DeploymentChange]:
    """Yield the edits on each ConfigMap that a converted object names."""
    done: set[tuple[str, int]] = set()
    for conversion in conversions:
        for found in conversion.config_maps:
            identity = found.file, found.node.start
            if identity in done:
                continue
            done.add(identity)
            yield from _add_label(found)
            yield from _move_folders(found, conversion)
        for found in conversion.mounted:
            identity = found.file, found.node.start
            if identity not in done:
                # the pod mounts it, so that the operator need not see it
                done.add(identity)
                yield from _move_folders(found, conversion)


def _place_of(found: ManifestObject) -> str:
    return f"{found.kind} {found.name}"


def _add_label(found: ManifestObject) -> Iterator[DeploymentChange]:
    labels = mapping_at(found.data, ("metadata", "labels"))
    if labels.get(WATCH) == "true":
        return
    place = _place_of(found)
    yield FileEdit(found.file, place, _label_edit(found))
    message = f"label '{WATCH}: \"true\"' is added: the new operator needs it"
    yield FileNote(found.file, place, INFO, message, found.node.start)


def _label_edit(found: ManifestObject) -> Edit:
    """Return the edit that adds the label, or gives it its value."""
    metadata = found.node.get("metadata")
    if metadata is None:
        return Edit(found.node.start, found.node.start)
    labels = metadata.get("labels")
    if labels is not None and labels.entries:
        entry = labels.entry(WATCH)
        if entry is not None:
            return Edit(*entry[1].span, ('"true"',))
        return _insertion(found, labels, f'{WATCH}: "true"', f'"{WATCH}": "true"')
    if labels is not None:
        return Edit(*labels.span, (f'{{"{WATCH}": "true"}}',))
    step = " " * indent_step(found.document, found.node)
    block = f'labels:\n{step}{WATCH}: "true"'
    return _insertion(found, metadata, block, f'"labels": {{"{WATCH}": "true"}}')


def _insertion(found: ManifestObject, mapping: Node, block: str, flow: str) -> Edit:
    """Return the edit that adds an entry behind the last one of a mapping."""
    document = found.document
    key, value = mapping.entries[-1]
    end = max(key.end, value.end)
    if mapping.flow:
        return Edit(end, end, (f", {flow}",))
    column = column_of(document, key.start)
    new = document.newline + " " * column
    lines = new + block.replace("\n", new)
    after = document.lines.after(max(end - 1, key.start))
    if document.text[after - 1] != "\n":
        return Edit(after, after, (lines,))
    return Edit(after, after, (lines.removeprefix(document.newline), document.newline))


def _move_folders(
    found: ManifestObject, conversion: Conversion
) -> Iterator[DeploymentChange]:
    """Yield edits of the run config: absolute folders move with the mount.

    `~` and `${env.HOME}` are moved by the migration of the run config.
    """
    data = found.node.get("data")
    entries = [] if data is None else data.entries
    for key, value in entries:
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
