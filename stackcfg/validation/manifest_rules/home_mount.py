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

from stackcfg.manifests.objects import SERVER
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.paths import Path, value_at
from stackcfg.releases.server_environment import NEW_FOLDER, OLD_FOLDER
from stackcfg.validation.manifest_rule import (
    ERROR,
    INFO,
    PODS,
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
from stackcfg.validation.queries.server_containers import (
    ServerContainer,
    find_server_containers,
    variables_of,
)
from stackcfg.validation.rule_finding import RuleFinding, value_of

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
    for container in find_server_containers(inspection.subject):
        variables = variables_of(inspection.subject, container)
        env = {name: value for _, name, value in variables}
        if not env.get(_SETS_FOLDER):
            yield from _check_container(inspection, container, env.get("HOME", ""))


def _check_container(
    inspection: ManifestInspection, container: ServerContainer, home: str
) -> Findings:
    mounts = list(_find_mounts(inspection, container))
    folders = {each.folder for each in mounts}
    for mount in mounts:
        above, name = split_folder(mount.folder)
        if home and not is_unknown(home):
            homes: tuple[str, ...] = (normal_folder(home),)
        else:
            homes = (above, *_HOMES)
        if name == OLD_FOLDER and above in homes:
            new = join_folder(above, NEW_FOLDER)
            if new not in folders:
                yield _describe(container, mount, new)
        elif mount.folder in homes[-len(_HOMES) :]:
            yield _describe_above(mount)


def _describe(container: ServerContainer, mount: _Mount, new: str) -> RuleFinding:
    if mount.folder == f"/{OLD_FOLDER}" and _is_upstream(container.image):
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


def _is_upstream(image: str) -> bool:
    """Return whether an image or distribution is one that upstream publishes."""
    return image in _UPSTREAM or _UPSTREAM_IMAGES in image


def _find_mounts(
    inspection: ManifestInspection, container: ServerContainer
) -> Iterator[_Mount]:
    for path in container.mounts:
        folder = value_at(inspection.subject.data, path)
        if isinstance(folder, str) and folder and not is_unknown(folder):
            yield _Mount(path, normal_folder(folder))


RULE = ManifestRule("home-mount", ERROR, __doc__, check, (SERVER, PODS))
