"""What becomes of a server on the way to ogx, whatever kind of file
starts it: its command and image, and of its variables the names, the
values, and what were flags.
"""

from __future__ import annotations

from stackcfg.deployment.environment.arguments import NewCommand
from stackcfg.deployment.environment.command_change import (
    change_command,
    change_script,
)
from stackcfg.deployment.environment.images import change_image
from stackcfg.deployment.environment.names import Renaming
from stackcfg.deployment.environment.place_changes import PlaceChanges
from stackcfg.deployment.environment.server import Server, Variable, VariableSource
from stackcfg.deployment.environment.server_checks import check_folders, check_port
from stackcfg.deployment.environment.server_plan import (
    ServerPlan,
    config_kind,
    plan_server,
)
from stackcfg.deployment.environment.values import (
    NO_CHANGE,
    UNKNOWN,
    ValueChange,
    change_value,
)
from stackcfg.migration.changes import ACTION_REQUIRED, CHECK
from stackcfg.releases.server_environment import new_variable, renamed_variables
from stackcfg.releases.versions import Release


def change_variables(plan: ServerPlan, new: NewCommand) -> None:
    """Give all variables the names and values that ogx reads."""
    config = config_kind(plan, new)
    _set_flags(plan, new, config)
    for variable in plan.server.variables:
        _change_variable(plan, variable, config)
    for source in plan.server.sources:
        _change_source(plan, source, config)
    if config == UNKNOWN and not plan.server.is_patch:
        _note_names(plan)


def _change_source(
    plan: ServerPlan,
    source: VariableSource,
    config: str,
) -> None:
    elsewhere = plan._replace(changes=source.changes)
    for variable in source.variables:
        _change_variable(elsewhere, variable, config)
        source.changes.add_regions(*variable.regions)


def _set_flags(
    plan: ServerPlan,
    new: NewCommand,
    config: str,
) -> None:
    missing: list[tuple[str, str]] = []
    known = plan.server.own
    image = plan.server.image_name
    for name, value in new.variables:
        if (name, value) in plan.server.given:
            continue
        value = plan.renaming.apply(value)
        if name in known:
            _set_known(plan, known[name], value)
        else:
            changed = change_value(
                name,
                value,
                config,
                image,
            )
            missing.append((name, changed.value or value))
    if missing and plan.server.add_variables is not None:
        plan.changes.add_edits(*plan.server.add_variables(missing))
    elif missing:
        pairs = ", ".join("=".join(pair) for pair in missing)
        message = f"the flags that were here are variables now; set {pairs}"
        plan.changes.note(ACTION_REQUIRED, message, plan.server.offset)


def _set_known(
    plan: ServerPlan,
    variable: Variable,
    value: str,
) -> None:
    """Give a variable the value that a flag had; say so where it has none here."""
    if variable.value is None:
        message = f"'--env {variable.name}' set another value than this variable has"
        plan.changes.note(CHECK, message, variable.place)
    elif variable.value != value:
        variable.set_value(value)


def _change_variable(
    plan: ServerPlan,
    variable: Variable,
    config: str,
) -> None:
    """Give one variable the value and the name that ogx reads."""
    old, value = variable.name, variable.value
    change = _value_of(plan, variable, config)
    if change.message:
        plan.changes.note(change.severity, change.message, variable.place)
    if value is not None:
        new = _apply_names(plan, change.value or value)
        if new != value:
            variable.set_value(new)
    if old in plan.renaming.names:
        _rename(plan, variable, plan.renaming.names[old])
    elif old in renamed_variables():
        _note_unread(plan, variable)


def _rename(
    plan: ServerPlan,
    variable: Variable,
    new: str,
) -> None:
    """Give a variable its new name."""
    if variable.value is None and plan.renaming.is_interpolated:
        message = (
            f"the value of '{variable.name}' comes from where compose runs; "
            f"it must be called '{new}' there, too"
        )
        plan.changes.note(ACTION_REQUIRED, message, variable.place)
    variable.rename(new)


def _value_of(
    plan: ServerPlan,
    variable: Variable,
    config: str,
) -> ValueChange:
    """Return the new value; one that ogx has read before is right already."""
    if not plan.server.is_old:
        return NO_CHANGE
    image = plan.server.image_name
    return change_value(
        variable.name,
        variable.value,
        config,
        image,
    )


def _apply_names(plan: ServerPlan, value: str) -> str:
    """Return a value with the new names and folders, but for foreign variables."""
    foreign = plan.server.foreign
    names = plan.renaming.names.items()
    own = {old: new for old, new in names if old not in foreign}
    return plan.renaming._replace(names=own).apply(value)


def _note_unread(plan: ServerPlan, variable: Variable) -> None:
    """Say that ogx does not read a variable, unless it is a script's own."""
    name = variable.name
    new = new_variable(name, plan.target)
    if not new or _is_private(plan, name):
        return
    message = f"ogx does not read '{name}'; it reads '{new}'"
    if new in plan.server.known:
        message += ", which is set, too"
    plan.changes.note(CHECK, message, variable.place)


def _is_private(plan: ServerPlan, name: str) -> bool:
    """Return whether a script of the server uses a variable for itself."""
    scripts = "\n".join(region.old for region in plan.server.scripts)
    return f"${name}" in scripts or f"${{{name}" in scripts


def _note_names(plan: ServerPlan) -> None:
    """Say what a run config that is not in this run must read now."""
    pairs = [f"{old} (now {new})" for old, new in plan.renaming.names.items()]
    if not pairs:
        return
    message = (
        f"a run config that reads {', '.join(pairs)} finds the old name unset; "
        "let it read the new one"
    )
    plan.changes.note(CHECK, message, plan.server.offset)


def change_server(
    server: Server,
    changes: PlaceChanges,
    target: Release,
) -> Renaming:
    """Change the strings of a server for a release; add notes to the changes.

    Returns the names and folders that have changed, for the texts that
    belong to it.
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
