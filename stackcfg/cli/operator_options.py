"""Options about an `OGXServer`, given in a run that writes none."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.errors import StackcfgError
from stackcfg.migration.result import MigratedFile
from stackcfg.releases.families import families


def check_operator_options(
    asked: DeploymentSettings, settings: Sequence[DeploymentSettings]
) -> None:
    """Raise `StackcfgError` if no file has a target that knows the resource.

    `settings` are those of all files of the run.
    """
    options = asked.given_options
    if not options or any(each.is_for_ogx for each in settings):
        return
    newest = families()[-1].name
    raise StackcfgError(
        f"{_listed(options)} can change only an OGXServer, which a target of 1.0 "
        "or later writes",
        hint=f"add '--target {newest}', or leave it out",
    )


def describe_unused_options(
    asked: DeploymentSettings, results: Sequence[MigratedFile]
) -> str:
    """Return a line on options that changed nothing; empty if they counted.

    Where a file cannot be migrated, it may be the one that they are for.
    """
    options = asked.given_options
    if not options or any(each.migration is None for each in results):
        return ""
    if any(each.migration and each.migration.runbook for each in results):
        return ""
    return f"no LlamaStackDistribution is converted: {_listed(options)} had no effect"


def _listed(options: Sequence[str]) -> str:
    return ", ".join(f"'{option}'" for option in options)
