"""`data plan --format job`: the manifest of a Job that copies the rows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from stackcfg.cli.data_plan import Sides, plan_moves, select_stores
from stackcfg.cli.exit_codes import OK, PARTIAL
from stackcfg.data.environment import OLD_PREFIX, MissingVariableError
from stackcfg.data.moves import UpgradePlan
from stackcfg.deployment.copy_job.job import (
    IMAGE_TO_NAME,
    JobOptions,
    kept_volumes,
    write_job,
)
from stackcfg.deployment.copy_job.server_pods import (
    MountedVolume,
    ServerPod,
    home_of,
    read_server_pod,
)
from stackcfg.deployment.copy_job.variables import literal_variables
from stackcfg.system.files import read_file
from stackcfg.system.terminal import write_stdout
from stackcfg.validation.queries.container_paths import is_inside

NO_IMAGE = (
    f"no --image: write the name of one that has stackcfg in place of '{IMAGE_TO_NAME}'"
)


class JobChoices(NamedTuple):
    """What the Job is made of: `arguments` are the options of its commands."""

    image: str
    only: tuple[str, ...]
    arguments: Sequence[str]


def print_job(sides: Sides, choices: JobChoices) -> int:
    """Print the manifest of a Job; return the exit code."""
    old = read_server_pod(read_file(sides.old), sides.old)
    new = read_server_pod(read_file(sides.new), sides.new)
    # different volumes at one folder would look like rows that stay where they are
    volumes = kept_volumes(old, new)
    plan = _plan_in_pod(sides, old, new)
    lost: list[str] = []
    if plan is not None:
        plan = select_stores(plan, choices.only)
        if not plan.destinations():
            print("no rows move: no Job is needed", file=sys.stderr)
            return OK
        lost = [*_files_on_no_volume(plan, volumes)]
    options = JobOptions(choices.image or IMAGE_TO_NAME, choices.arguments)
    write_stdout(write_job(old, new, options))
    if not choices.image:
        print(NO_IMAGE, file=sys.stderr)
    for file in lost:
        print(f"action required: {file} is on no volume of the pod", file=sys.stderr)
    return PARTIAL if lost else OK


def _plan_in_pod(sides: Sides, old: ServerPod, new: ServerPod) -> UpgradePlan | None:
    """Return the plan with the variables of both servers.

    None where a variable is not known here, since it comes from an
    object that `envFrom` names. Raises `MissingVariableError` where
    nothing sets it.
    """
    before = literal_variables(old)
    absent = {name: "" for name in literal_variables(new) if name not in before}
    variables = {
        OLD_PREFIX + name: value for name, value in {**absent, **before}.items()
    }
    variables |= literal_variables(new)
    try:
        with _home_folder(home_of(new) or home_of(old)):
            return plan_moves(sides, variables)
    except MissingVariableError as error:
        if not old.sources and not new.sources:
            raise
        print(f"not checked: {error}", file=sys.stderr)
        return None


@contextmanager
def _home_folder(folder: str) -> Iterator[None]:
    """Let `~` be the home folder of a pod for a while."""
    before = os.environ.get("HOME")
    if folder:
        os.environ["HOME"] = folder
    try:
        yield
    finally:
        if before is not None:
            os.environ["HOME"] = before


def _files_on_no_volume(
    plan: UpgradePlan, volumes: Sequence[MountedVolume]
) -> Iterator[str]:
    """Yield the databases that a pod with these volumes does not have."""
    folders = [each.folder for each in volumes]
    databases = [each.target.database for each in plan.moves if not each.is_idle]
    databases += [each.source.database for each in plan.moves]
    for database in dict.fromkeys(databases):
        file = database.file
        if file and not any(is_inside(file, folder) for folder in folders):
            yield file
