"""The command of a server: its words, or the shell text in it."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.deployment.environment.arguments import (
    NewCommand,
    NewWord,
    rewrite_arguments,
)
from stackcfg.deployment.environment.commands import rewrite_start
from stackcfg.deployment.environment.regions import PartRegion, Region
from stackcfg.deployment.environment.server_plan import ServerPlan
from stackcfg.deployment.environment.shell_scripts import rewrite_script
from stackcfg.deployment.environment.words import CommandLine
from stackcfg.manifests.server_evidence import script_index
from stackcfg.manifests.server_start import find_start
from stackcfg.migration.changes import ACTION_REQUIRED
from stackcfg.releases.server_environment import (
    distribution_of,
    new_distribution,
    start_flags,
)


def change_command(plan: ServerPlan) -> NewCommand:
    """Write the command for ogx; return what it says now."""
    command = plan.server.command
    if command is None:
        return NewCommand(())
    index = script_index(command.values)
    if index is not None:
        _take_script(plan, command, index)
        return NewCommand(())
    new = _rewrite(plan, command)
    for note in new.notes:
        place = command.place(note.source)
        plan.changes.note(note.severity, note.message, place)
    command.write(new.words, plan.renaming.apply)
    drop = plan.server.drop_arguments
    if drop is not None and command.values and not new.words:
        plan.changes.add_edits(*drop())
    return new


def _rewrite(plan: ServerPlan, command: CommandLine) -> NewCommand:
    """Return the words of a command for ogx."""
    words = command.values
    start = find_start(words)
    if start is not None:
        return rewrite_start(words, start, plan.launch)
    if plan.server.runs_image and plan.server.is_old:
        return _rewrite_arguments(plan, words)
    _note_arguments(plan, command)
    return NewCommand(tuple(NewWord(word, index) for index, word in enumerate(words)))


def _rewrite_arguments(plan: ServerPlan, words: Sequence[str]) -> NewCommand:
    """Return the arguments of the image's entrypoint for ogx."""
    launch = plan.launch._replace(has_entrypoint=True)
    image = plan.server.image_name
    if image:
        distribution = new_distribution(distribution_of(image))
        launch = launch._replace(distribution=distribution or "")
    return rewrite_arguments(words, launch)


def _take_script(
    plan: ServerPlan,
    command: CommandLine,
    index: int,
) -> None:
    """Let the shell text in a command be changed with the other scripts."""
    script = command.item(index)
    if script is not None:
        plan.server.scripts.append(script)
        return
    message = (
        "this shell text has escapes in it and stays; start the server with "
        "'ogx run' in it"
    )
    plan.changes.note(ACTION_REQUIRED, message, command.place(index))


def _note_arguments(plan: ServerPlan, command: CommandLine) -> None:
    """Say which arguments no program of ogx takes."""
    for index, word in enumerate(command.values):
        flag = start_flags().get(word.partition("=")[0])
        if flag is None or not flag.is_gone:
            continue
        message = (
            f"'{word}' is no flag of 'ogx run', which takes its config as an argument; "
            "write it as the program of the new image reads it"
        )
        plan.changes.note(ACTION_REQUIRED, message, command.place(index))


def change_script(plan: ServerPlan, region: Region) -> None:
    """Write shell text that starts ogx."""
    renaming = plan.renaming
    if not plan.server.is_old:
        renaming = renaming._replace(moves_folder=False)
    change = rewrite_script(region.old, plan.launch, renaming)
    mark = ""
    if isinstance(region, PartRegion):
        mark = region.mark
    if mark and change.text.count(mark) > region.old.count(mark):
        message = "the new shell text has quotes in it; write it yourself"
        plan.changes.note(ACTION_REQUIRED, message, region.place(0))
        return
    region.new = change.text
    for note in change.notes:
        place = region.place(note.offset)
        plan.changes.note(note.severity, note.message, place)
