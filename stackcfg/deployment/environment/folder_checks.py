"""What must be said of the folders of a server: mounts, owners, the host's."""

from __future__ import annotations

from stackcfg.deployment.environment.arguments import NewCommand
from stackcfg.deployment.environment.regions import Region
from stackcfg.deployment.environment.server_plan import ServerPlan, config_kind
from stackcfg.deployment.environment.values import UNKNOWN
from stackcfg.light_typing import Final
from stackcfg.manifests.home_paths import is_old_home
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_places import NEW_FOLDER, OLD_FOLDER

NEW_OWNER: Final = (
    "the server runs as user 1001, not as root; it must be allowed to write to this "
    "volume"
)
HOST_FOLDER: Final = (
    "paths in '~/.llama' are in '~/.ogx' now: ogx renames the folder when it starts "
    "first, unless '~/.ogx' exists"
)
_UNKNOWN_PATH: Final = lazy_pattern(r"\{\{|\$\{|[\ue000-\uf8ff]")


def check_folders(plan: ServerPlan, command: NewCommand) -> None:
    """Add the notes on the folders of a server that is changed."""
    if config_kind(plan, command) == UNKNOWN:
        _check_config(plan)
    if plan.renaming.homes.moved and plan.server.is_old:
        for region in plan.server.mounts:
            _check_owner(plan, region)
    if plan.renaming.moves_folder:
        for region in plan.server.mounts:
            _check_mount(plan, region)
        _check_host(plan)


def _check_config(plan: ServerPlan) -> None:
    """Say what is to be done to a run config that is not in this run."""
    for region in plan.server.mounts:
        if region.new != region.old and is_old_home(region.old, plan.renaming.homes):
            message = (
                f"this was '{region.old}': paths in it must change in the run config, "
                "too; migrate its file in the same run, which does so"
            )
            plan.changes.note(CHECK, message, region.place(0))
            return


def _check_owner(plan: ServerPlan, region: Region) -> None:
    """Say what the user of upstream images since 1.3 cannot read or write."""
    if region.new.startswith("/root/"):
        message = (
            f"the server runs as user 1001 and cannot read '{region.new}'; mount it "
            "elsewhere"
        )
        plan.changes.note(ACTION_REQUIRED, message, region.place(0))
    elif region.new != region.old:
        plan.changes.note(CHECK, NEW_OWNER, region.place(0))


def _check_mount(plan: ServerPlan, region: Region) -> None:
    """Say where no volume may be mounted: ogx empties it at its start."""
    if is_old_home(region.new, plan.renaming.homes):
        new = region.new.replace(OLD_FOLDER, NEW_FOLDER)
        message = (
            "ogx copies the files out of a volume at this folder and deletes them "
            f"there; mount it at '{new}'"
        )
        plan.changes.note(ACTION_REQUIRED, message, region.place(0))
    elif _UNKNOWN_PATH.search(region.new) and _names_folder(plan):
        message = (
            f"if this path is in a folder '{OLD_FOLDER}', its value must be changed "
            f"to '{NEW_FOLDER}' in the same step: ogx copies the files out of a "
            "volume at '~/.llama' and deletes them there"
        )
        plan.changes.note(ACTION_REQUIRED, message, region.place(0))


def _names_folder(plan: ServerPlan) -> bool:
    return any(
        f"/{OLD_FOLDER}" in region.old
        for variable in plan.server.variables
        for region in variable.regions
    )


def _check_host(plan: ServerPlan) -> None:
    """Say who moves the folder of a server that runs in no container."""
    if not plan.server.is_host:
        return
    for region in plan.server.regions:
        if f"/{OLD_FOLDER}" in region.old and region.new != region.old:
            plan.changes.note(CHECK, HOST_FOLDER, region.place(0))
            return
