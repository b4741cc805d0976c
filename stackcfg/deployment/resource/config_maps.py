"""The ConfigMaps of the input that new servers read: their label, and
the folders that their run config names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.changes import DeploymentChange
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.resource.config import find_config_maps
from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.image import homes_of, vendor_of
from stackcfg.deployment.resource.watch_label import has_label, label_edit
from stackcfg.loading.configs import looks_like_run_config
from stackcfg.manifests.home_paths import find_home_paths
from stackcfg.manifests.objects import ManifestObject
from stackcfg.migration.changes import ACTION_REQUIRED, INFO
from stackcfg.releases.custom_resources import (
    PLATFORM_BUNDLE,
    WATCH_LABEL,
    WATCHED,
    WRITTEN_LABEL,
)
from stackcfg.releases.resource_paths import OLD_BUNDLE
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
        yield from _edit_own(conversion, done)


def _edit_own(
    conversion: Conversion, done: set[tuple[str, int]]
) -> Iterator[DeploymentChange]:
    """Yield the edits on what one object names, and no other did before."""
    for found in conversion.config_maps:
        if _is_new(found, done):
            yield from _add_label(found)
            yield from _move_folders(found, conversion)
    config = conversion.user_config
    if config is not None and config.file and (config.file, 0) not in done:
        done.add((config.file, 0))
        text = conversion.files.texts[config.file]
        changes = PlaceChanges(config.file, "")
        yield from _move_folders_of(text, 0, changes, conversion)
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
    """Return what reports call an object."""
    return f"{found.kind} {found.name}"


def _add_label(found: ManifestObject) -> Iterator[DeploymentChange]:
    """Yield the edit that adds the label, or a note where that needs manual action."""
    if has_label(found):
        return
    changes = PlaceChanges(found.file, _place_of(found))
    edit = label_edit(found)
    if edit is None:
        message = f"add label '{WRITTEN_LABEL}': the new operator needs it"
        changes.note(ACTION_REQUIRED, message, found.node.start)
    else:
        changes.add_edits(edit)
        message = f"label '{WRITTEN_LABEL}' is added: the new operator needs it"
        changes.note(INFO, message, found.node.start)
    yield from changes.changes()


def _move_folders(
    found: ManifestObject, conversion: Conversion
) -> Iterator[DeploymentChange]:
    """Yield edits of the run config: absolute folders move with that of the server.

    `~` and `${env.HOME}` are moved by the migration of the run config.
    """
    data = found.node.get("data")
    if data is None:
        return
    for key, value in data.entries:
        node = value.target
        if node.kind == SCALAR and _is_read(
            key.text,
            node,
            found,
            conversion,
        ):
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
    """Return edits of the text in a scalar."""
    source = found.document.text[node.start : node.end]
    changes = PlaceChanges(found.file, _place_of(found))
    return _move_folders_of(
        source,
        node.start,
        changes,
        conversion,
    )


def _move_folders_of(
    text: str, start: int, changes: PlaceChanges, conversion: Conversion
) -> Iterator[DeploymentChange]:
    """Yield edits of a text that begins at an offset of its file, and
    one note for each folder.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for change in find_home_paths(text, homes_of(conversion)):
        old = text[change.start : change.end]
        if old.startswith(_EXPANDED):
            continue
        edit = Edit(start + change.start, start + change.end, (change.text,))
        changes.add_edits(edit)
        places.setdefault((old, change.text), []).append(edit.start)
    for (old, new), found in places.items():
        words = f"'{old}' becomes '{new}', the folder of ogx"
        if len(found) > 1:
            words += f", in {len(found)} paths"
        changes.note(INFO, words, found[0])
    return changes.changes()


def find_platform_bundle(conversion: Conversion) -> None:
    """Remember the ConfigMap of the platform; say what to do where it may exist.

    It has the certificates that Open Data Hub puts into every
    namespace. The old operator read it directly, the new one sees only
    what is labelled (`controllers/ogxserver_controller.go` of 0.14.0).
    """
    conversion.platform_bundles += find_config_maps(conversion, PLATFORM_BUNDLE)
    if may_have_bundle(conversion):
        conversion.check(
            f"if the namespace has the platform's ConfigMap '{PLATFORM_BUNDLE}', the "
            f"new operator uses its certificates only with the label "
            f"'{WRITTEN_LABEL}'",
            OLD_BUNDLE,
        )


def may_have_bundle(conversion: Conversion) -> bool:
    """Return whether a namespace may have the ConfigMap,
    which is not in the input.
    """
    return bool(vendor_of(conversion)) and not conversion.platform_bundles


def label_steps(conversion: Conversion, kubectl: str) -> Iterator[str]:
    """Yield the step of the runbook that labels the ConfigMap."""
    if may_have_bundle(conversion):
        yield (
            "let the new operator see the certificates of the platform, if there are "
            f"any: {kubectl} label --overwrite configmap/{PLATFORM_BUNDLE} "
            f"{WATCH_LABEL}={WATCHED}"
        )
