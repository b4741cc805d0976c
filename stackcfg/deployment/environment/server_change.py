"""What becomes of a server on the way to ogx, whatever kind of file starts it."""

from __future__ import annotations

from stackcfg.deployment.environment.command_change import (
    change_command,
    change_script,
)
from stackcfg.deployment.environment.images import change_image
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.regions import PlaceChanges
from stackcfg.deployment.environment.server import Server
from stackcfg.deployment.environment.server_checks import check_folders, check_port
from stackcfg.deployment.environment.server_plan import ServerPlan, plan_server
from stackcfg.deployment.environment.variable_change import change_variables
from stackcfg.releases.versions import Release


def change_server(
    server: Server,
    changes: PlaceChanges,
    target: Release,
) -> Renaming:
    """Change the strings of a server for a release; add notes to the changes.

    Returns the names and folders that have changed, for the texts that belong
    to it.
    """
    plan = plan_server(server, changes, target)
    check_port(plan)
    new = change_command(plan)
    if server.is_old:
        _change_image(plan)
    change_variables(plan, new)
    for script in server.scripts:
        change_script(plan, script)
    for region in (*server.mounts, *server.others):
        region.new = plan.renaming.apply(region.new)
    check_folders(plan, new)
    return plan.renaming


def _change_image(plan: ServerPlan) -> None:
    """Put the image of ogx in place of the old one, or say what to do."""
    region = plan.server.image
    if region is None:
        return
    change = change_image(region.old, plan.target, plan.server.is_built)
    region.new = change.text
    for severity, message in change.notes:
        plan.changes.note(severity, message, region.place(0))
