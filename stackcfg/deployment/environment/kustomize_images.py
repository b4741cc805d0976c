"""Images that a kustomization puts in the place of others: `images`.

An entry is found by the name of the image in a manifest, which changes
in the same run; with its old name it would change nothing any more,
silently.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.deployment.changes import DeploymentChanges
from stackcfg.deployment.environment.images import change_image
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.regions import ScalarRegion
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.light_typing import Final
from stackcfg.manifests.objects import KUSTOMIZATIONS, ManifestObject
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.server_environment import (
    is_server_image,
    split_image,
)
from stackcfg.releases.versions import Release
from stackcfg.yamltext.document import SCALAR, Node

_IMAGES: Final = "images"


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what changes in the images of kustomizations."""
    if not files.settings.is_for_ogx:
        return
    for source in files.manifests.of_kind(*KUSTOMIZATIONS):
        yield from _change_entries(source, files.settings.release)


def _change_entries(source: ManifestObject, target: Release) -> DeploymentChanges:
    """Yield what changes in the entries of `images`."""
    listed = source.node.get(_IMAGES)
    if listed is None:
        return
    found = [_Entry(source, item.target) for item in listed.items]
    entries = [entry for entry in found if entry.is_about_server]
    for entry in entries:
        entry.read(target)
    _note_repeated(entries)
    for entry in entries:
        yield from entry.changes.changes()


def _note_repeated(entries: Sequence[_Entry]) -> None:
    """Say which entries are about one image now, and were about two."""
    known: dict[str, _Entry] = {}
    for entry in entries:
        if entry.name is None:
            continue
        other = known.setdefault(entry.name.new, entry)
        if other.name is not None and other.name.old != entry.name.old:
            message = (
                f"'{other.name.old}' and '{entry.name.old}' are one image now, "
                f"'{entry.name.new}', for which both entries count; keep one of them"
            )
            entry.changes.note(ACTION_REQUIRED, message, entry.name.place(0))


class _Entry:
    """An entry of `images`, and how it follows the image that it is about."""

    def __init__(
        self,
        source: ManifestObject,
        node: Node,
    ) -> None:
        self.source = source
        self.node = node
        self.changes = PlaceChanges(source.file, _IMAGES)
        self.name = self._text("name")
        self.new_name = self._text("newName")
        self.tag = self._text("newTag")

    def _text(self, key: str) -> ScalarRegion | None:
        """Return the string under a key; None where another place decides it."""
        entry = self.node.entry(key)
        if entry is None or entry[1].named is not None or entry[1].kind != SCALAR:
            return None
        return ScalarRegion(self.source.document, entry[1], self.node.flow)

    @property
    def _named(self) -> list[ScalarRegion]:
        """The names of images, that of what runs as the last one."""
        return [each for each in (self.name, self.new_name) if each is not None]

    @property
    def is_about_server(self) -> bool:
        """Return whether it is about an image of llama-stack, or of ogx."""
        return any(is_server_image(each.old) for each in self._named)

    def read(self, target: Release) -> None:
        """Note what changes in the entry, and what to say of it."""
        named = self._named
        for region in named:
            changed = change_image(region.old, target)
            if changed.text != region.old:
                self._write(region, changed.text)
            if region is named[-1]:
                # what runs is the last name
                for severity, message in changed.notes:
                    self.changes.note(severity, message, region.place(0))
        self._note_digest(named[-1])
        self.changes.add_regions(*named)
        if self.tag is not None:
            self.changes.add_regions(self.tag)

    def _write(
        self,
        region: ScalarRegion,
        image: str,
    ) -> None:
        name = split_image(image)
        region.new = name.name
        is_last = region is self.new_name or self.new_name is None
        if is_last and self.tag is not None:
            self.tag.new = name.tag

    def _note_digest(self, last: ScalarRegion) -> None:
        digest = self.node.get("digest")
        if digest is None or last.new == last.old:
            return
        message = (
            "this digest is that of an image of llama-stack; write that of the image "
            f"'{last.new}', or a tag: 'newTag'"
        )
        self.changes.note(ACTION_REQUIRED, message, digest.start)
