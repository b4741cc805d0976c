"""The metadata of the new object: what is the user's stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stackcfg.deployment.resource.conversion import Conversion
from stackcfg.deployment.resource.tree import Branch, Literal, Moved
from stackcfg.deployment.resource.workload import MANAGED_BY, OLD_MANAGER
from stackcfg.releases.custom_resources import ADOPT_NETWORKING, ADOPT_STORAGE
from stackcfg.releases.resource_paths import OLD_CLAIM, OLD_POD
from stackcfg.yamltext.document import MAPPING, Entry, Node

SERVER_OWNED: Final = frozenset(
    (
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "selfLink",
        "managedFields",
        "ownerReferences",
        "finalizers",
    )
)
"""What the API server writes itself, in an object that was exported."""

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
OLD_DOMAIN: Final = "llamastack.io/"
ACCOUNT: Final = (*OLD_POD, "serviceAccountName")
MANAGERS: Final = {
    "helm.sh/hook": "Helm",
    "argocd.argoproj.io/": "Argo CD",
    "kustomize.toolkit.fluxcd.io/": "Flux",
    f"'{MANAGED_BY}': 'Helm'": "Helm",
}
"""What in the metadata tells who else creates and deletes the object."""


def convert_metadata(conversion: Conversion) -> Branch:
    """Return the metadata of the new object."""
    tree = Branch()
    node = conversion.source.node.get("metadata")
    entries: Sequence[Entry] = ()
    if node is not None:
        entries = node.entries
    for key, value in entries:
        if key.text in SERVER_OWNED:
            continue
        if key.text in ("labels", "annotations"):
            _copy_entries(tree, key.text, value.target)
        else:
            tree.put((key.text,), Moved(key, value))
        if key.text == "name":
            conversion.replace(value.target, conversion.names.new)
    _note_manager(conversion, entries)
    _note_names(conversion)
    if conversion.entry(OLD_CLAIM) is not None:
        conversion.info(
            f"annotation '{ADOPT_STORAGE}' makes the new server use volume "
            f"'{conversion.names.volume}'; it must stay as long as that is used",
            ("metadata", "name"),
        )
    for name in _adoptions(conversion):
        old = conversion.names.old
        tree.put(("annotations", name), Literal(old))
    return tree


def _note_names(conversion: Conversion) -> None:
    """Say how the Service and the account are called now."""
    names = conversion.names
    place = ("metadata", "name")
    if not conversion.settings.adopt_networking:
        conversion.check(
            f"clients find the server at '{names.new_service}', no longer at "
            f"'{names.old_service}', which '--adopt-networking' keeps",
            place,
        )
    if not conversion.data(ACCOUNT):
        conversion.info(
            f"the service account is '{names.new}-sa', no longer '{names.old}-sa': "
            "what is granted to the old one must follow",
            place,
        )


def _note_manager(conversion: Conversion, entries: Sequence[Entry]) -> None:
    """Say that what releases the old object deletes it, and its volume with it."""
    words = str(
        {key.text: conversion.data(("metadata", key.text)) for key, _ in entries}
    )
    if conversion.entry(OLD_CLAIM) is None:
        return
    for mark, manager in MANAGERS.items():
        if mark in words:
            conversion.check(
                f"{manager} deletes the old object when it leaves its sources, and "
                f"with it the volume '{conversion.names.volume}': follow the runbook "
                "before that",
                ("metadata",),
            )
            return


def _copy_entries(
    tree: Branch,
    section: str,
    node: Node,
) -> None:
    """Carry labels or annotations over, without those of the old operator."""
    if node.kind != MAPPING:
        return
    for key, value in node.entries:
        is_old = key.text.startswith(OLD_DOMAIN) or key.text == LAST_APPLIED
        is_operators = key.text == MANAGED_BY and value.text == OLD_MANAGER
        if not is_old and not is_operators:
            tree.put((section, key.text), Moved(key, value))


def _adoptions(conversion: Conversion) -> list[str]:
    """Return the annotations that take over objects of the old server."""
    found: list[str] = []
    if conversion.entry(OLD_CLAIM) is not None:
        found.append(ADOPT_STORAGE)
    if conversion.settings.adopt_networking:
        found.append(ADOPT_NETWORKING)
    return found
