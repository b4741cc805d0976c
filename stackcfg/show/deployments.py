"""Deployments: which server an object of an operator runs, with which
config, and on which volumes the databases of that are.
"""

from __future__ import annotations

from dataclasses import dataclass

from stackcfg.loading.configs import BOM, read_documents
from stackcfg.manifests.objects import ManifestObject, ManifestSet
from stackcfg.releases.resource_paths import (
    NEW_CONFIG,
    NEW_DISTRIBUTION,
    OLD_CONFIG,
    OLD_DISTRIBUTION,
)
from stackcfg.releases.stores import StoreFields
from stackcfg.show.overview import Overview, read_config_overview
from stackcfg.show.volumes import (
    DeployedDatabase,
    DeployedVolume,
    place_databases,
    read_volumes,
)
from stackcfg.validation.manifest_check import (
    find_judged_objects,
    is_of_operator,
    names_in,
)
from stackcfg.validation.manifest_detection import OtherFiles, may_hold_objects
from stackcfg.validation.manifest_inspection import ManifestInspection
from stackcfg.validation.queries.mounted_config import mounted_config
from stackcfg.validation.queries.object_references import (
    Reference,
    find_referenced,
    find_references,
    keys_of,
)
from stackcfg.yamltext.lines import Position


@dataclass(frozen=True, slots=True)
class DeployedReference:
    """A ConfigMap or Secret that a deployment needs; `file` and `line`
    are where it is in the run, empty and 0 if it is not.
    """

    kind: str
    name: str
    key: str
    position: Position
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class DeployedConfig:
    """The run config that a deployment mounts, and its databases; these
    are empty where the config is not in the run.
    """

    source: DeployedReference
    databases: tuple[DeployedDatabase, ...] = ()


@dataclass(frozen=True, slots=True)
class DeploymentOverview:
    """One object of an operator. `runs` is the distribution or image;
    without a `config` the server has the one of its image.
    """

    kind: str
    name: str
    namespace: str
    runs: str
    position: Position
    config: DeployedConfig | None
    volumes: tuple[DeployedVolume, ...]
    references: tuple[DeployedReference, ...]


def read_deployments(
    text: str, others: OtherFiles | None = None, fields: StoreFields | None = None
) -> tuple[DeploymentOverview, ...]:
    """Return the deployments of a text. Raises `InputError`."""
    if not may_hold_objects(text):
        return ()
    documents = read_documents(text.removeprefix(BOM), lenient=True)
    file = others.file if others is not None else ""
    objects = find_judged_objects(documents, file)
    judged = [each for each in objects if is_of_operator(each)]
    if others is not None and judged:
        objects = [*objects, *others.find(names_in(judged))]
    manifests = ManifestSet(objects)
    inspections = [ManifestInspection(each, manifests) for each in judged]
    return tuple(
        _read_deployment(each, fields)
        for each in inspections
        # another version has its fields elsewhere
        if each.has_known_version
    )


def _read_deployment(
    inspection: ManifestInspection, fields: StoreFields | None
) -> DeploymentOverview:
    shown = inspection.object
    volumes = tuple(read_volumes(inspection))
    config: DeployedConfig | None = None
    references: list[DeployedReference] = []
    for reference in find_references(inspection):
        described = _describe_reference(inspection, reference)
        if reference.path in (NEW_CONFIG, OLD_CONFIG):
            overview = _read_config(inspection, reference, fields)
            databases = place_databases(inspection, overview, volumes)
            config = DeployedConfig(described, tuple(databases))
        else:
            references.append(described)
    return DeploymentOverview(
        shown.kind,
        shown.name,
        shown.namespace,
        _describe_distribution(inspection),
        shown.document.position(shown.node.start),
        config,
        volumes,
        tuple(references),
    )


def _describe_distribution(inspection: ManifestInspection) -> str:
    section: tuple[str, ...] = OLD_DISTRIBUTION
    if inspection.is_new:
        section = NEW_DISTRIBUTION
    name = inspection.written(*section, "image")
    return name or inspection.written(*section, "name")


def _describe_reference(
    inspection: ManifestInspection, reference: Reference
) -> DeployedReference:
    shown = inspection.object
    node = shown.node.at(reference.path)
    start = node.start if node is not None else shown.node.start
    position = shown.document.position(start)
    found = find_referenced(inspection, reference)
    key = _key_in(reference, found)
    if found is None:
        return DeployedReference(reference.kind, reference.name, key, position)
    line = found.document.position(found.node.start).line
    return DeployedReference(
        reference.kind, reference.name, key, position, found.file or shown.file, line
    )


def _key_in(reference: Reference, found: ManifestObject | None) -> str:
    """Return the key that is meant: of several the first that there is."""
    if found is not None:
        known = keys_of(found)
        for key in reference.keys:
            if key in known:
                return key
    return " or ".join(reference.keys)


def _read_config(
    inspection: ManifestInspection, reference: Reference, fields: StoreFields | None
) -> Overview | None:
    config = mounted_config(inspection, reference)
    if config is None:
        return None
    return read_config_overview(config, fields)
