"""What must be said of a server that changes: of its folders, and of its port."""

from __future__ import annotations

from typing import Final

from stackcfg.deployment.environment.arguments import NewCommand
from stackcfg.deployment.environment.regions import Region
from stackcfg.deployment.environment.server_plan import ServerPlan, config_kind
from stackcfg.deployment.environment.values import UNKNOWN
from stackcfg.manifests.home_paths import is_old_home
from stackcfg.manifests.server_start import UVICORN, find_start
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.patterns import lazy_pattern
from stackcfg.releases.server_environment import CONFIG_PORT_SINCE
from stackcfg.releases.server_places import NEW_FOLDER, OLD_FOLDER, SERVER_PORT

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


_PORT: Final = lazy_pattern(
    r"(?m)^([ \t]*)server:[ \t]*\r?\n(?:\1[ \t]+\S[^\n]*\n)*?\1[ \t]+port:[ \t]*(\S+)"
)
_VARIABLES: Final = ("LLAMA_STACK_PORT", "LLS_PORT", "OGX_PORT")


def check_port(plan: ServerPlan) -> None:
    """Say where ogx listens if nothing but the config says it.

    `llama stack run` had a default, so that the port of the config
    never counted; since 1.1 it does.
    """
    server = plan.server
    if server.is_patch or not server.is_old or plan.target < CONFIG_PORT_SINCE:
        return
    if _names_port(plan):
        return
    for text in server.configs:
        match = _PORT.search(text)
        # a placeholder says the same by its default, or names the variable itself
        if match is None or str(SERVER_PORT) in match[2] or "_PORT" in match[2]:
            continue
        message = (
            f"the config says port {match[2]}, which counts now; the server listened "
            f"on {SERVER_PORT}; set 'OGX_PORT={SERVER_PORT}' to keep that"
        )
        plan.changes.note(CHECK, message, server.offset)


def _names_port(plan: ServerPlan) -> bool:
    """Return whether a flag or a variable says the port, or uvicorn does."""
    words: list[str] = []
    if plan.server.command is not None:
        words = plan.server.command.values
    start = find_start(words)
    if start is not None and start.kind == UVICORN:
        return True
    texts = [*words, *(region.old for region in plan.server.scripts)]
    is_flag = any("--port" in text for text in texts)
    return is_flag or any(name in plan.server.known for name in _VARIABLES)
