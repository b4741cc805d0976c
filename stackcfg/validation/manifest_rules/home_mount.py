"""A volume at `~/.llama`, which the first start of ogx empties.

If there is no `~/.ogx` and `OGX_CONFIG_DIR` is not set, ogx moves `~/.llama` there. A
mount point cannot be moved: the files are copied into the container, deleted from the
volume, and lost when the container ends. Mount the volume at `~/.ogx`: the old files
are found there. Upstream images have `/.ogx`, so `/.llama` stays as it is in them, and
the server does not look into it.

A volume *above* `~/.llama` loses nothing: the folder is renamed on the volume.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, value_at
from stackcfg.releases.server_environment import NEW_FOLDER, OLD_FOLDER
from stackcfg.validation.manifest_rule import (
    ERROR,
    INFO,
    WARNING,
    Findings,
    ManifestInspection,
    ManifestRule,
)
from stackcfg.validation.queries.container_paths import (
    join_folder,
    normal_folder,
    split_folder,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of

_WORKLOAD: Final = ("spec", "workload")
_OVERRIDES: Final = (*_WORKLOAD, "overrides")
_SETS_FOLDER: Final = "OGX_CONFIG_DIR"
_UPSTREAM: Final = ("starter", "postgres-demo")
_UPSTREAM_IMAGES: Final = "ogxai/distribution-"
_HOMES: Final = ("/root", "/opt/app-root/src")
"""Home folders of images, where no variable says another one."""


class _Mount(NamedTuple):
    """A mount: where it is written, and the folder in the container."""

    path: Path
    folder: str


def check(inspection: ManifestInspection) -> Findings:
    env = dict(_variables(inspection))
    if env.get(_SETS_FOLDER, ""):
        return
    mounts = list(_find_mounts(inspection))
    folders = {each.folder for each in mounts}
    home = env.get("HOME", "")
    for mount in mounts:
        above, name = split_folder(mount.folder)
        if home and not is_unknown(home):
            homes: tuple[str, ...] = (normal_folder(home),)
        else:
            homes = (above, *_HOMES)
        if name == OLD_FOLDER and above in homes:
            new = join_folder(above, NEW_FOLDER)
            if new not in folders:
                yield _describe(inspection, mount, new)
        elif mount.folder in homes[-len(_HOMES) :]:
            yield _describe_above(mount)


def _describe(inspection: ManifestInspection, mount: _Mount, new: str) -> RuleFinding:
    if mount.folder == f"/{OLD_FOLDER}" and _is_upstream(inspection):
        return RuleFinding(
            value_of(*mount.path),
            f"the server does not look into '{mount.folder}', it uses '{new}'",
            help=f"mount it at '{new}'; the files are found there",
            severity=WARNING,
        )
    return RuleFinding(
        value_of(*mount.path),
        f"the first start of ogx deletes the files in '{mount.folder}' from the volume",
        help=f"mount it at '{new}'; the files are found there",
    )


def _describe_above(mount: _Mount) -> RuleFinding:
    return RuleFinding(
        value_of(*mount.path),
        f"the first start of ogx renames '{OLD_FOLDER}' on this volume to '{NEW_FOLDER}'",
        help="change paths to it in the same step; an old server does not find it then",
        severity=INFO,
    )


def _is_upstream(inspection: ManifestInspection) -> bool:
    """Return whether the image is one that upstream publishes."""
    distribution = ("spec", "distribution")
    if inspection.text(*distribution, "name") in _UPSTREAM:
        return True
    return _UPSTREAM_IMAGES in inspection.text(*distribution, "image")


def _variables(inspection: ManifestInspection) -> Iterator[tuple[str, str]]:
    """Yield the variables of the server; one whose value is elsewhere is `<unknown>`."""
    for path, item in inspection.items(*_OVERRIDES, "env"):
        name = inspection.text(*path, "name")
        value = item.get("value")
        if not isinstance(value, str):
            value = "<unknown>" if "valueFrom" in item else ""
        yield name, value


def _find_mounts(inspection: ManifestInspection) -> Iterator[_Mount]:
    paths: list[Path] = [(*_WORKLOAD, "storage", "mountPath")]
    for path, _ in inspection.items(*_OVERRIDES, "volumeMounts"):
        paths.append((*path, "mountPath"))
    for path in paths:
        folder = value_at(inspection.subject.data, path)
        if isinstance(folder, str) and folder and not is_unknown(folder):
            yield _Mount(path, normal_folder(folder))


RULE = ManifestRule("home-mount", ERROR, __doc__, check)
