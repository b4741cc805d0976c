"""Deployments in the command `migrate`: which files belong to one, where its
results go.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from stackcfg.cli.batch import InputFile
from stackcfg.deployment.engine import DeployedFile, migrate_deployment
from stackcfg.deployment.parts import may_hold_deployment
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.errors import StackcfgError
from stackcfg.migration.result import MigrationResult
from stackcfg.system.files import STDIN, FileError, read_file, write_file

ENDING = "-ogx"
"""What the name of a new file has behind that of the old one."""


Deployed = Mapping[str, DeployedFile]
"""The results of a run by the path of their file."""


def migrate_files(files: Sequence[InputFile], settings: DeploymentSettings) -> Deployed:
    """Return the results of the files that belong to a deployment, by path.

    Standard input is not read here: it can be read only once.
    """
    texts: list[tuple[str, str]] = []
    for file in files:
        if file.path == STDIN:
            continue
        try:
            texts.append((file.path, read_file(file.path)))
        except FileError:
            # it is read again when its turn comes, and reported then
            continue
    if not any(may_hold_deployment(text) for _, text in texts):
        return {}
    return {each.file: each for each in migrate_deployment(texts, settings)}


def find_result(
    deployed: Deployed, file: InputFile, text: str, settings: DeploymentSettings
) -> tuple[MigrationResult, bool] | None:
    """Return the result of a file, and if its old file must stay; None if it
    belongs to no deployment.

    Raises the error for which it is refused.
    """
    found = deployed.get(file.path)
    if file.path == STDIN and may_hold_deployment(text):
        alone = migrate_deployment([(file.path, text)], settings)
        found = alone[0] if alone else None
    if found is None:
        return None
    if found.error is not None:
        raise found.error
    if found.result is None:
        return None
    return found.result, found.is_beside


def write_beside(path: str, text: str, force: bool) -> str:
    """Write a result to a new file beside the old one; return its name.

    Raises `StackcfgError` if there is another file of that name.
    """
    root, ending = os.path.splitext(path)
    new = root + ENDING + ending
    if os.path.exists(new):
        if read_file(new) == text:
            return new
        if not force:
            message = f"{new} exists and has other content"
            raise StackcfgError(message, hint="--force overwrites it")
    write_file(new, text)
    return new
