"""The part of the operator's resource: every `LlamaStackDistribution`
of a run becomes an `OGXServer`, those in a list of their own kind as
well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.deployment.changes import (
    DeploymentChange,
    DeploymentChanges,
    FileEdit,
    FileNote,
    KeepOldFile,
    Refusal,
    RunbookStep,
    Seen,
)
from stackcfg.deployment.files import DeploymentFiles
from stackcfg.deployment.resource.config import (
    files_of_config,
    find_user_config,
)
from stackcfg.deployment.resource.config_maps import (
    edit_config_maps,
    find_platform_bundle,
)
from stackcfg.deployment.resource.conversion import Conversion, ServerNames
from stackcfg.deployment.resource.network import ALLOWED, names_operator
from stackcfg.deployment.resource.refusals import (
    explain_refusal,
    find_unread_files,
    note_other_groups,
)
from stackcfg.deployment.resource.result import write_result
from stackcfg.deployment.resource.runbook import write_runbook
from stackcfg.deployment.resource.transforms import convert_fields
from stackcfg.deployment.settings import OPERATOR_NAMESPACE
from stackcfg.loading.configs import input_error
from stackcfg.loading.errors import InputError
from stackcfg.manifests.objects import OLD_SERVER, SERVER, ManifestObject
from stackcfg.migration.changes import CHECK, INFO
from stackcfg.releases.custom_resources import custom_resource
from stackcfg.releases.resource_paths import OLD_USER_CONFIG
from stackcfg.validation.manifest_inspection import GROUPS
from stackcfg.yamltext.document import SEQUENCE, Document, Node, ParseError
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.emit import emit_quoted

ENDING = "-ogx"
"""What the name of a new object has behind that of the old one."""


def run(files: DeploymentFiles) -> DeploymentChanges:
    """Yield what becomes of the files with old objects, and with what they use."""
    for found in files.manifests.of_kind(SERVER):
        yield Seen(found.file, f"{SERVER} {found.name}")
    named = list(files.manifests.of_kind(OLD_SERVER))
    # other operators can have objects of the same kind
    old = [found for found in named if found.group in ("", GROUPS[OLD_SERVER])]
    yield from note_other_groups([found for found in named if found not in old])
    yield from convert_lists(files)
    yield from find_unread_files(files, named)
    conversions: list[Conversion] = []
    for found in old:
        try:
            conversions.append(_convert(found, files, len(old)))
        except InputError as error:
            yield Refusal(found.file, error)
        except ParseError as error:
            reason = input_error(error, found.document.position)
            yield Refusal(found.file, reason)
    yield from _write_results(files, conversions)


def _write_results(
    files: DeploymentFiles, conversions: Sequence[Conversion]
) -> DeploymentChanges:
    """Yield the new objects, what else they need, and what is to be done."""
    for conversion in conversions:
        yield from write_result(conversion)
        yield from conversion.notes
    yield from edit_config_maps(conversions)
    yield from note_old_services(files, conversions)
    for file in dict.fromkeys(_files_of(conversions)):
        yield KeepOldFile(file)
    yield from _runbooks(conversions)


def _convert(
    found: ManifestObject,
    files: DeploymentFiles,
    count: int,
) -> Conversion:
    """Return the conversion of one object. Raises `InputError` if it is refused."""
    reason = explain_refusal(found, files, count)
    if reason is not None:
        raise reason
    new = files.settings.name or found.name + ENDING
    names = ServerNames(found.name, new, found.namespace)
    conversion = Conversion(found, files, names)
    conversion.user_config = find_user_config(conversion)
    convert_fields(conversion)
    find_platform_bundle(conversion)
    note_unused_options(conversion)
    return conversion


def _files_of(conversions: Sequence[Conversion]) -> Iterator[str]:
    """Yield the files with objects that the old servers read."""
    for conversion in conversions:
        yield conversion.source.file
        yield from files_of_config(conversion)
        for found in (*conversion.config_maps, *conversion.mounted):
            yield found.file


def _runbooks(conversions: Sequence[Conversion]) -> Iterator[RunbookStep]:
    """Yield one runbook for all servers, with the last file that holds one."""
    if conversions:
        file = conversions[-1].source.file
        for step in write_runbook(conversions):
            yield RunbookStep(file, step)


def note_unused_options(conversion: Conversion) -> None:
    """Say which options change nothing in the new object."""
    settings = conversion.settings
    if settings.config_key and conversion.user_config is None:
        message = "'--config-key' has no effect: this server names no ConfigMap"
        conversion.check(message, OLD_USER_CONFIG)
    is_moved = settings.operator_namespace != OPERATOR_NAMESPACE
    if is_moved and not names_operator(conversion):
        message = "'--operator-namespace' has no effect: no rule is written for it"
        conversion.info(message, ALLOWED)


def note_old_services(
    files: DeploymentFiles, conversions: Sequence[Conversion]
) -> Iterator[FileNote]:
    """Yield a note at each place of the input that names an old Service."""
    for conversion in conversions:
        names = conversion.names
        pattern = re.compile(rf"(?<![\w.-]){re.escape(names.old_service)}(?![\w-])")
        for file in files.holding(names.old_service):
            for match in pattern.finditer(files.texts[file]):
                said = _describe_service(conversion)
                yield FileNote(file, conversion.place, *said, match.start())


def _describe_service(conversion: Conversion) -> tuple[str, str]:
    """Return what to say where the old Service is named: severity, message."""
    old, new = conversion.names.old_service, conversion.names.new_service
    if conversion.settings.adopt_networking:
        return INFO, f"'{old}' is adopted and stays; '{new}' is the name to change to"
    return CHECK, (
        f"'{old}' goes with the old server: write '{new}', or keep it with "
        "'--adopt-networking'"
    )


OLD_LIST: Final = f"{OLD_SERVER}List"
NEW_LIST: Final = f"{SERVER}List"


def convert_lists(files: DeploymentFiles) -> Iterator[DeploymentChange]:
    """Yield the edits that make a list one of the new resource."""
    for name in files.holding(OLD_LIST):
        try:
            documents = files.documents(name)
        except InputError:
            # whoever reads the objects says so
            continue
        for document in documents:
            yield from _convert_list(document, name)


def _convert_list(document: Document, name: str) -> Iterator[DeploymentChange]:
    """Yield the new kind of a list of old objects, or why it is refused."""
    root = document.root.target
    kind, version = root.get("kind"), root.get("apiVersion")
    if kind is None or kind.text != OLD_LIST:
        return
    bare = _item_without_kind(root)
    if bare is not None:
        position = document.position(bare.start)
        message = f"an item of a {OLD_LIST} without 'kind'"
        hint = "write 'apiVersion' and 'kind' into each item, as 'kubectl get' does"
        yield Refusal(name, InputError(message, position, hint))
        return
    yield FileEdit(name, OLD_LIST, _replacement(kind, NEW_LIST))
    resource = custom_resource(SERVER)
    if version is not None and resource is not None:
        edit = _replacement(version, resource.api_version)
        yield FileEdit(name, OLD_LIST, edit)


def _item_without_kind(root: Node) -> Node | None:
    items = root.get("items")
    if items is None or items.kind != SEQUENCE:
        return None
    for item in items.items:
        if item.target.get("kind") is None:
            return item
    return None


def _replacement(node: Node, new: str) -> Edit:
    """Return the edit that gives a scalar another text."""
    written = new
    if node.style == '"':
        written = emit_quoted(new)
    return Edit(*node.span, (written,))
