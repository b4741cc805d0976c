"""The conversion of one `LlamaStackDistribution`: what the transforms work on."""

from __future__ import annotations

from typing import Any, NamedTuple

from stackcfg.deployment.changes import FileNote
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.deployment.resource.comment_places import Section
from stackcfg.deployment.resource.tree import (
    NO_SPAN,
    Branch,
    Literal,
    Moved,
    Rewrite,
)
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.manifests.generated_objects import GeneratedObject
from stackcfg.manifests.objects import ManifestObject
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK, INFO
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.releases.custom_resources import MOUNTED_CONFIG_KEYS
from stackcfg.releases.resource_changes import FieldChange
from stackcfg.releases.versions import Release
from stackcfg.yamltext.document import Document, Node, Span, end_of_entry


class ServerNames(NamedTuple):
    """The names of the old and the new object, and what belongs to them."""

    old: str
    new: str
    namespace: str

    @property
    def old_service(self) -> str:
        """Return the Service of the old server."""
        return f"{self.old}-service"

    @property
    def new_service(self) -> str:
        """Return the Service of the new server."""
        return f"{self.new}-service"

    @property
    def volume(self) -> str:
        """Return the volume claim of the old server."""
        return f"{self.old}-pvc"


class UserConfig(NamedTuple):
    """The ConfigMap with the run config: its name, its key, and the object.

    `object` is None if it is not in the input. `made` is what a
    kustomization makes, `file` what it makes the key from, if the input
    has that.
    """

    name: str
    key: str
    object: ManifestObject | None
    file: str = ""
    file_text: str = ""
    made: GeneratedObject | None = None

    @property
    def text(self) -> str:
        """Return the run config, empty if it is not known."""
        if self.object is None:
            return self.file_text
        text = value_at(self.object.data, ("data", self.key))
        if not isinstance(text, str):
            return ""
        return text

    @property
    def other_keys(self) -> list[str]:
        """Return the other keys of the ConfigMap."""
        found: list[Any] = []
        if self.object is None and self.made is not None:
            found = self.made.keys
        elif self.object is not None:
            for section in ("data", "binaryData"):
                found += as_mapping(self.object.data.get(section))
        return [key for key in found if key not in (self.key, *MOUNTED_CONFIG_KEYS)]


def _chain(first: Rewrite, second: Rewrite) -> Rewrite:
    """Return a rewrite that does one after the other."""
    return lambda text: second(first(text))


class Conversion:
    """One old object, and the new one as far as it is made.

    Transforms read fields, put items into `tree`, rewrite scalars of
    moved entries, and leave notes.
    """

    def __init__(
        self, source: ManifestObject, files: DeploymentFiles, names: ServerNames
    ) -> None:
        self.source = source
        self.files = files
        self.names = names
        self.tree = Branch()
        self.rewrites: dict[int, Rewrite] = {}
        self.nodes: dict[int, Node] = {}
        self.sections: list[Section] = []
        self.notes: list[FileNote] = []
        self.user_config: UserConfig | None = None
        self.new_words: dict[Path, list[str]] = {}
        self.new_variables: dict[str, str] = {}
        self.unlabelled: list[str] = []
        self.config_maps: list[ManifestObject] = []
        self.mounted: list[ManifestObject] = []
        self.platform_bundles: list[ManifestObject] = []

    @property
    def settings(self) -> DeploymentSettings:
        """What is asked for."""
        return self.files.settings

    @property
    def target(self) -> Release:
        """The release that the new server runs."""
        return self.settings.release

    @property
    def document(self) -> Document:
        """The document that the object is in."""
        return self.source.document

    @property
    def place(self) -> str:
        """What reports call the object."""
        return f"{self.source.kind} {self.names.old}"

    def data(self, path: Path) -> Any:
        """Return what the old object has at a path, None if nothing."""
        return value_at(self.source.data, path)

    def entry(self, path: Path) -> tuple[Node, Node] | None:
        """Return the key and the value at a path; None for nothing, or null."""
        holder = self.source.node.at(path[:-1])
        if holder is None:
            return None
        entry = holder.entry(str(path[-1]))
        if entry is None or entry[1].target.is_null:
            return None
        return entry

    def node(self, path: Path) -> Node | None:
        """Return the value at a path; None for nothing, or null."""
        entry = self.entry(path)
        if entry is None:
            return None
        return entry[1].target

    def move(
        self,
        row: FieldChange,
        extra: tuple[Any, ...] = (),
    ) -> None:
        """Move an entry with its text to the new path; the key may be renamed.

        `extra` are new items for the list that it holds.
        """
        entry = self.entry(row.old)
        if entry is None:
            return
        key, value = entry
        new = row.new[-1]
        if key.text != new:
            self.replace(key, new)
        self.tree.put(row.new, Moved(key, value, extra))

    def put(
        self,
        new: tuple[str, ...],
        data: Any,
        old: Path | None = None,
    ) -> None:
        """Write data at a path of the new object; `old` is where it comes from."""
        literal = Literal(data)
        if old is not None:
            literal = Literal(data, self.span(old))
        self.tree.put(new, literal)

    def span(self, path: Path) -> Span:
        """Return where an entry is in the text, without its comments."""
        entry = self.entry(path)
        if entry is None:
            return NO_SPAN
        return entry[0].start, end_of_entry(entry)

    def append(
        self,
        new: tuple[str, ...],
        item: Any,
    ) -> None:
        """Add an item to a list of the new object, or begin one."""
        found = self.tree.at(new)
        if isinstance(found, Moved):
            self.tree.put(new, found._replace(extra=(*found.extra, item)))
        elif isinstance(found, Literal):
            self.tree.put(new, found._replace(data=[*found.data, item]))
        else:
            self.put(new, [item])

    def rewrite(
        self,
        node: Node,
        rewrite: Rewrite,
    ) -> None:
        """Change the string of a scalar that moves."""
        first = self.rewrites.get(id(node))
        if first is not None:
            rewrite = _chain(first, rewrite)
        self.rewrites[id(node)] = rewrite
        self.nodes[id(node)] = node

    def replace(self, node: Node, text: str) -> None:
        """Give a scalar that moves another string."""
        self.rewrite(node, lambda _old: text)

    def add_section(self, row: FieldChange) -> None:
        """Remember a mapping that only holds fields, for its comments."""
        entry = self.entry(row.old)
        if entry is not None:
            self.sections.append(Section(*entry, row.new))

    def rewritten(self, node: Node) -> str:
        """Return what the string of a scalar will be."""
        rewrite = self.rewrites.get(id(node))
        if rewrite is None:
            return node.text
        return rewrite(node.text)

    def info(
        self,
        message: str,
        path: Path,
    ) -> None:
        """Note a fact."""
        self.note(INFO, message, path)

    def check(
        self,
        message: str,
        path: Path,
    ) -> None:
        """Note something to check."""
        self.note(CHECK, message, path)

    def action(
        self,
        message: str,
        path: Path,
    ) -> None:
        """Note a manual action."""
        self.note(ACTION_REQUIRED, message, path)

    def note(
        self,
        severity: str,
        message: str,
        path: Path,
    ) -> None:
        """Note something at a path of the old object, or above it."""
        offset = self.source.node.start
        node = self.source.node
        for part in path:
            if isinstance(part, int):
                if part >= len(node.items):
                    break
                node = node.items[part].target
                offset = node.start
                continue
            entry = node.entry(part)
            if entry is None:
                break
            offset, node = entry[0].start, entry[1].target
        note = FileNote(
            file=self.source.file,
            place=self.place,
            severity=severity,
            message=message,
            offset=offset,
        )
        self.notes.append(note)
