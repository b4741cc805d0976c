"""The volumes of a deployment: what is mounted where, whether it is
kept, and which of the databases of the run config are on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, as_mapping, value_at
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.custom_resources import (
    ADOPT_STORAGE,
    OWN_VOLUMES,
    distribution_fact,
)
from stackcfg.releases.resource_paths import (
    NEW_OVERRIDES,
    NEW_VARIABLES,
    NEW_WORKLOAD,
    OLD_POD,
    OLD_VARIABLES,
    OLD_WORKLOAD,
)
from stackcfg.releases.server_places import NEW_STORAGE, OLD_STORAGE, VENDOR_HOME
from stackcfg.runconfig.placeholders import fill_defaults
from stackcfg.show.overview import Overview
from stackcfg.stores.store_map import Location
from stackcfg.validation.manifest_inspection import ManifestInspection
from stackcfg.validation.queries.container_paths import is_inside
from stackcfg.yamltext.lines import Position

_ADOPTED: Final = ("metadata", "annotations", ADOPT_STORAGE)
_CLAIM: Final = "persistentVolumeClaim"


@dataclass(frozen=True, slots=True)
class DeployedVolume:
    """A volume: its name, what it is, and the folder where it is mounted.

    `is_kept`: its files outlive the pod. `adopted` names the old object
    whose volume it is.
    """

    name: str
    what: str
    folder: str
    position: Position
    size: str = ""
    is_kept: bool = False
    adopted: str = ""


def read_volumes(inspection: ManifestInspection) -> Iterator[DeployedVolume]:
    """Yield the volumes of an object, that of the operator first."""
    own = _operator_volume(inspection)
    yield own
    pod: Path = OLD_POD
    if inspection.is_new:
        pod = NEW_OVERRIDES
    sources = {item.get("name"): item for _, item in inspection.items(*pod, "volumes")}
    for path, mount in inspection.items(*pod, "volumeMounts"):
        folder = inspection.written(*path, "mountPath")
        name = inspection.written(*path, "name")
        position = _position(inspection, path)
        if name in OWN_VOLUMES:
            yield replace(own, folder=folder, position=position)
            continue
        source = as_mapping(sources.get(mount.get("name")))
        what, claim = _describe_source(source)
        yield DeployedVolume(
            claim or name, what, folder, position, is_kept=what == _CLAIM
        )


def _operator_volume(inspection: ManifestInspection) -> DeployedVolume:
    """Return the volume that the operator mounts: a claim, or an empty folder."""
    workload, default = OLD_WORKLOAD, OLD_STORAGE
    if inspection.is_new:
        workload, default = NEW_WORKLOAD, NEW_STORAGE
    path: Path = (*workload, "storage")
    folder = inspection.written(*path, "mountPath") or default
    position = _position(inspection, path)
    if value_at(inspection.object.data, path) is None:
        return DeployedVolume("", "emptyDir", folder, position)
    adopted = inspection.written(*_ADOPTED)
    name = f"{adopted or inspection.object.name}-pvc"
    size = inspection.written(*path, "size") or "10Gi"
    if adopted:
        size = ""
    return DeployedVolume(
        name, _CLAIM, folder, position, size, is_kept=True, adopted=adopted
    )


def _describe_source(source: Mapping[Any, Any]) -> tuple[str, str]:
    """Return what a volume is, and the name of its claim."""
    for kind, value in source.items():
        if kind != "name":
            claim = as_mapping(value).get("claimName")
            return str(kind), claim if isinstance(claim, str) else ""
    return "unknown", ""


def _position(inspection: ManifestInspection, path: Path) -> Position:
    shown = inspection.object
    node = shown.node.at(path) or shown.node
    return shown.document.position(node.start)


ON_VOLUME: Final = "volume"
IN_CONTAINER: Final = "container"
ON_SERVER: Final = "server"
UNKNOWN: Final = "unknown"
"""Where a database is: on a volume, in the container (lost with it), on
a database server, or only the environment knows.
"""

_VARIABLE: Final = lazy_pattern(r"\$\{env\.(\w+)[^{}]*\}")
_HOME: Final = "~/"


@dataclass(frozen=True, slots=True)
class DeployedDatabase:
    """A database of a run config: the backend or store that names it,
    and where it is; `volume` names the volume that it is on.
    """

    name: str
    location: Location
    where: str
    volume: str = ""


def place_databases(
    inspection: ManifestInspection,
    overview: Overview | None,
    volumes: Sequence[DeployedVolume],
) -> Iterator[DeployedDatabase]:
    """Yield each database of a run config, with where it is."""
    if overview is None:
        return
    known: set[object] = set()
    named = [(each.name, each.location) for each in overview.backends]
    named += [(each.store, each.location) for each in overview.stores]
    for name, location in named:
        if location is None or location.database in known:
            continue
        known.add(location.database)
        where, volume = _find_place(inspection, location, volumes)
        yield DeployedDatabase(name, location, where, volume)


def _find_place(
    inspection: ManifestInspection,
    location: Location,
    volumes: Sequence[DeployedVolume],
) -> tuple[str, str]:
    if location.file is None:
        return ON_SERVER, ""
    path = _expand(inspection, location.file)
    if path is None:
        return UNKNOWN, ""
    on = [each for each in volumes if each.folder and is_inside(path, each.folder)]
    if any(is_unknown(each.folder) for each in volumes):
        return UNKNOWN, ""
    if not on:
        return IN_CONTAINER, ""
    nearest = max(on, key=lambda each: len(each.folder))
    if nearest.is_kept:
        return ON_VOLUME, nearest.name
    return IN_CONTAINER, ""


def _expand(inspection: ManifestInspection, file: str) -> str | None:
    """Return the path of a database in the container; None if it is not known."""
    env = _literal_variables(inspection)

    def fill(match: re.Match[str]) -> str:
        return env.get(match[1], match[0])

    path = fill_defaults(_VARIABLE.sub(fill, file))
    if path.startswith(_HOME):
        home = env.get("HOME") or _home_of_image(inspection)
        if not home:
            return None
        path = f"{home.rstrip('/')}/{path.removeprefix(_HOME)}"
    if not path.startswith("/") or is_unknown(path):
        return None
    return path


def _literal_variables(inspection: ManifestInspection) -> dict[str, str]:
    path: Path = OLD_VARIABLES
    if inspection.is_new:
        path = NEW_VARIABLES
    return {
        inspection.text(*each, "name"): inspection.text(*each, "value")
        for each, item in inspection.items(*path)
        if isinstance(item.get("value"), str)
    }


def _home_of_image(inspection: ManifestInspection) -> str:
    """Return the home folder of the image, empty if it is not known.

    Images of llama-stack ran as root or as an arbitrary user.
    """
    if not inspection.is_new:
        return ""
    name = inspection.text("spec", "distribution", "name")
    fact = distribution_fact(name)
    if "vendor" in fact:
        return VENDOR_HOME
    return "/" if "image" in fact else ""
