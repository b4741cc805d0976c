"""A volume at `~/.llama`, which the first start of ogx empties.

If there is no `~/.ogx` and `OGX_CONFIG_DIR` is not set, ogx moves `~/.llama` there. A
mount point cannot be moved: the files are copied into the container, deleted from the
volume, and lost when the container ends. Mount the volume at `~/.ogx`: the old files
are found there. Upstream images have `/.ogx`, so `/.llama` stays as it is in them, and
the server does not look into it; since 1.3, whose home is `/`, neither into
`/root/.llama`.

A volume *above* `~/.llama` loses nothing: the folder is renamed on the volume.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.manifests.objects import SERVER
from stackcfg.manifests.unknown_values import is_unknown
from stackcfg.releases.changes import NEW_FOLDER_VARIABLE
from stackcfg.releases.custom_resources import distribution_fact
from stackcfg.releases.server_environment import UPSTREAM_HOME_SINCE, split_image
from stackcfg.releases.server_places import NEW_FOLDER, OLD_FOLDER, VENDOR_HOME
from stackcfg.releases.versions import parse_release
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
    ContainerFolder,
    ServerContainer,
    find_server_containers,
)
from stackcfg.validation.rule_finding import RuleFinding

_UPSTREAM_IMAGES: Final = "ogxai/distribution-"
_ROOT_HOME: Final = "/root"
_HOMES: Final = (_ROOT_HOME, VENDOR_HOME)
"""Home folders of images, where no variable says another one."""


def check(inspection: ManifestInspection) -> Findings:
    for container in find_server_containers(inspection.object):
        env = {each.name: each.value for each in container.variables}
        home = env.get("HOME", "")
        if is_unknown(home):
            home = ""
        if not env.get(NEW_FOLDER_VARIABLE):
            yield from _check_container(container, home)


def _check_container(container: ServerContainer, home: str) -> Findings:
    """Yield what is found of a server whose home folder is not known if empty."""
    homes: tuple[str, ...] = _HOMES
    if home:
        homes = (normal_folder(home),)
    mounts = [
        each._replace(folder=normal_folder(each.folder)) for each in container.mounts
    ]
    folders = {each.folder for each in mounts}
    for mount in mounts:
        above, name = split_folder(mount.folder)
        if mount.folder in homes:
            yield _describe_above(mount)
        elif name == OLD_FOLDER and (above in homes or not home):
            new = _new_folder(above, home, container.image)
            if new not in folders:
                yield _describe(container, mount, new)


def _new_folder(above: str, home: str, image: str) -> str:
    """Return the folder that a new server uses in place of an old one."""
    if above == _ROOT_HOME and not home and _has_other_home(image):
        above = "/"
    return join_folder(above, NEW_FOLDER)


def _describe(
    container: ServerContainer, mount: ContainerFolder, new: str
) -> RuleFinding:
    if _is_unread(container, mount, new):
        return _describe_unread(mount, new)
    return RuleFinding(
        mount.place,
        f"the first start of ogx deletes the files in '{mount.folder}' from the volume",
        help=f"mount it at '{new}'; the files are found there",
    )


def _is_unread(container: ServerContainer, mount: ContainerFolder, new: str) -> bool:
    """Return whether a server with a new folder does not look into the old one."""
    above, _ = split_folder(mount.folder)
    if new != join_folder(above, NEW_FOLDER):
        return True
    return mount.folder == f"/{OLD_FOLDER}" and _is_upstream(container.image)


def _describe_unread(mount: ContainerFolder, new: str) -> RuleFinding:
    return RuleFinding(
        mount.place,
        f"the server does not look into '{mount.folder}', it uses '{new}'",
        help=f"mount it at '{new}'; the files are found there",
        severity=WARNING,
    )


def _describe_above(mount: ContainerFolder) -> RuleFinding:
    return RuleFinding(
        mount.place,
        f"the first start of ogx renames '{OLD_FOLDER}' on this volume to '{NEW_FOLDER}'",
        help="change paths to it in the same step; an old server does not find it then",
        severity=INFO,
    )


def _is_upstream(image: str) -> bool:
    """Return whether an image or distribution is one that upstream publishes."""
    return "image" in distribution_fact(image) or _UPSTREAM_IMAGES in image


def _has_other_home(image: str) -> bool:
    """Return whether an image of upstream has `/` as home, not that of root."""
    if _UPSTREAM_IMAGES not in image:
        return False
    try:
        release = parse_release(split_image(image).tag)
    except ValueError:
        # `latest`, or a digest
        return True
    return release >= UPSTREAM_HOME_SINCE


RULE = ManifestRule("home-mount", ERROR, __doc__, check, (SERVER, PODS))
