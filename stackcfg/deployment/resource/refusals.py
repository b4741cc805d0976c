"""What cannot be converted in place, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.changes import DeploymentChange, FileNote, Refusal
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import OLD_SERVER, ManifestObject
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.paths import mapping_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.custom_resources import custom_resource
from stackcfg.releases.families import Target
from stackcfg.releases.resource_paths import OLD_DISTRIBUTION
from stackcfg.yamltext.document import SCALAR, Document, Node, walk_nodes
from stackcfg.yamltext.lines import LineIndex
from stackcfg.yamltext.template_marks import is_template
from stackcfg.yamltext.templates import find_structural

_KIND_LINE: Final = lazy_pattern(
    rf"(?m)^[ \t-]*[\"']?kind[\"']?:[ \t]*[\"']?{OLD_SERVER}\b"
)
_EXPRESSION: Final = lazy_pattern(r"(?<!\$)\{\{(?!-?\s*end\b)|\{%(?!-?\s*end)")
"""An expression of Helm or Jinja, but for the end of a condition around all."""

_PARTIAL: Final = "a LlamaStackDistribution without 'spec.server.distribution'"


def explain_refusal(
    found: ManifestObject, files: DeploymentFiles, count: int
) -> InputError | None:
    """Return why an object cannot be converted, None if it can."""
    position = found.document.position(found.node.start)
    text = found.document.text
    # what follows the last field can write further ones
    expression = _EXPRESSION.search(text, found.node.start, found.document.end)
    if expression is not None:
        place = found.document.position(expression.start())
        return InputError(
            "a template decides about this LlamaStackDistribution, whose fields move",
            place,
            _render_hint(files.settings.migration.target),
        )
    version = _explain_version(found)
    if version is not None:
        return version
    if not found.name:
        message = "a LlamaStackDistribution without a name"
        return InputError(message, position, "write 'metadata.name'")
    given = mapping_at(found.data, OLD_DISTRIBUTION)
    if not (given.get("name") or given.get("image")):
        hint = (
            "the patch of an overlay is converted with its base: kustomize build "
            f"FOLDER | {_command(files.settings.migration.target)} -"
        )
        return InputError(f"{_PARTIAL}, which every server has", position, hint)
    return _explain_name(found, files.settings.name, count)


def _explain_version(found: ManifestObject) -> InputError | None:
    """Return why the fields of an object are not those that are converted.

    Without a group, nothing says that they are others.
    """
    known = _known_version()
    if not found.group or found.api_version == known:
        return None
    node = found.node.get("apiVersion") or found.node
    position = found.document.position(node.start)
    message = f"no release of the operator has '{found.api_version}'"
    hint = f"write an OGXServer by hand; only '{known}' is converted"
    return InputError(message, position, hint)


def _known_version() -> str:
    """Return the `apiVersion` of the objects that are converted."""
    resource = custom_resource(OLD_SERVER)
    if resource is None:
        raise ValueError(f"no definition of '{OLD_SERVER}'")
    return resource.api_version


def _explain_name(
    found: ManifestObject,
    name: str,
    count: int,
) -> InputError | None:
    """Return why the name that was asked for cannot be that of the new object."""
    position = found.document.position(found.node.start)
    if name == found.name:
        message = f"--name is that of the old server, '{found.name}'"
        hint = "name another one: the operator skips objects that it does not own"
        return InputError(message, position, hint)
    if name and count > 1:
        message = f"--name is for one server, and there are {count}"
        return InputError(message, position, "migrate each on its own")
    return None


def note_other_groups(found: Sequence[ManifestObject]) -> Iterator[FileNote]:
    """Yield a note on each object of the kind that is of another API group.

    It is of another operator, or of the one of Llama Stack before its
    first release (`llama.x-k8s.io`).
    """
    for each in found:
        yield FileNote(
            file=each.file,
            place=f"{OLD_SERVER} {each.name}",
            severity=ACTION_REQUIRED,
            message=(
                f"'{each.api_version}' is not converted, only '{_known_version()}': "
                "if this object is of Llama Stack, write it in that version first"
            ),
            offset=each.node.start,
        )


def find_unread_files(
    files: DeploymentFiles, old: Sequence[ManifestObject]
) -> Iterator[DeploymentChange]:
    """Yield refusals of files that cannot be parsed, and notes on those
    that hold an old object inside another document.
    """
    with_objects = {found.file for found in old}
    for name in files.holding(OLD_SERVER):
        if name in with_objects:
            continue
        try:
            documents = files.documents(name)
        except InputError as error:
            line = _KIND_LINE.search(files.texts[name])
            if line is not None:
                yield Refusal(name, _explain_error(error, files, name))
            continue
        for document in documents:
            yield from _note_inner(document, name, files.settings.migration.target)


def _explain_error(
    error: InputError,
    files: DeploymentFiles,
    name: str,
) -> InputError:
    """Return the error of a file with an old object: a template is rendered."""
    text = files.texts[name]
    if not is_template(text):
        return error
    structural = find_structural(text)
    position = error.position
    if structural is not None:
        position = LineIndex(text).position(structural.offset)
    message = "a template decides about the structure of this LlamaStackDistribution"
    return InputError(message, position, _render_hint(files.settings.migration.target))


def _note_inner(
    document: Document, name: str, target: Target | None
) -> Iterator[DeploymentChange]:
    message = (
        f"a {OLD_SERVER} is named here, inside of another document: convert "
        "it in a file of its own, and change this by hand"
    )
    if document.root.get("patches") is not None:
        message = (
            f"a patch of a {OLD_SERVER}, whose fields move: convert what "
            f"'kustomize build FOLDER | {_command(target)} -' gets, or change the "
            "patch by hand"
        )
    for _, node in walk_nodes(document.root):
        if _is_named(node) or _is_in_text(node):
            yield FileNote(
                file=name,
                place=OLD_SERVER,
                severity=ACTION_REQUIRED,
                message=message,
                offset=node.start,
            )


def _is_in_text(node: Node) -> bool:
    """Return whether a string holds the object, as the patch of a kustomization."""
    if node.kind != SCALAR or OLD_SERVER not in node.text:
        return False
    return _KIND_LINE.search(node.text) is not None


def _is_named(node: Node) -> bool:
    """Return whether a mapping is the object, or selects it by its kind."""
    kind = node.get("kind")
    return kind is not None and kind.text == OLD_SERVER


def _render_hint(target: Target | None) -> str:
    """Return how a template is rendered and migrated."""
    return f"render it first: helm template CHART | {_command(target)} -"


def _command(target: Target | None) -> str:
    name = "1"
    if target is not None:
        name = target.name
    return f"stackcfg migrate --target {name}"
