"""What `migrate` is asked to do, and which files and options go together."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.cli import batch
from stackcfg.cli.batch import STDIN_NAME, InputFile
from stackcfg.cli.settings import ProjectSettings
from stackcfg.deployment.settings import DeploymentSettings
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import NamedTuple
from stackcfg.migration.engine import Settings, settings_for
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.migration.result import MigratedFile
from stackcfg.releases.families import Target, families
from stackcfg.system.files import STDIN, is_special

FULL, CONCISE = "full", "concise"


class Options(NamedTuple):
    """What is asked for. `mode` is stdout, output, write, diff or check.

    `force` overwrites the output, or the new file beside an old one.
    """

    settings: Settings
    mode: str = "stdout"
    output: str | None = None
    backup: bool = True
    allow_partial: bool = False
    stdin_name: str = STDIN_NAME
    report: str | None = None
    color: bool | None = None
    show_secrets: bool = False
    verbose: bool = False
    project: ProjectSettings = ProjectSettings()
    is_target_asked: bool = False
    exclude: tuple[str, ...] = ()
    around: DeploymentSettings = DeploymentSettings()
    force: bool = False

    def target_of(self, file: str) -> Target | None:
        """Return the named target of a file: the project can have one for it."""
        target = None
        if not self.is_target_asked:
            target = self.project.target_of(file)
        return target or self.settings.target

    def settings_of(self, file: str) -> Settings:
        """Return the settings for one file: the project can have its target.

        Raises `StackcfgError` if the release to migrate from is later.
        """
        target = self.target_of(file)
        if target is None or target is self.settings.target:
            return self.settings
        source = self.settings.source
        if source is not None and source > target.last:
            message = (
                f"--from is later than {target.name}, the target of this file in "
                "the settings; downgrading is not supported"
            )
            raise StackcfgError(message)
        return self.settings._replace(target=target)

    def deployment_of(self, file: str) -> DeploymentSettings:
        """Return the settings for what is around the run configs of a file."""
        migration = self.settings._replace(target=self.target_of(file))
        return self.around._replace(migration=migration)

    @property
    def writes_nothing(self) -> bool:
        """Return whether the files are only looked at."""
        return self.mode in ("check", "diff")


def options_of(
    project: ProjectSettings,
    target: str | None = None,
    source: str | None = None,
    layout: str = CONSOLIDATE,
    backends: Sequence[str] = (),
) -> Options:
    """Return the options from the words of a command line and the
    project's settings.

    Raises `ValueError` for an unknown release, layout or engine.
    """
    named = target or project.target
    settings = settings_for(named, layout, project.declared, source)
    if backends:
        from stackcfg.migration.backend_engines import parse_engines

        settings = settings._replace(engines=parse_engines(backends))
    return Options(
        settings,
        project=project,
        is_target_asked=bool(target),
    )


def _check_one_output(files: Sequence[InputFile]) -> None:
    """Raise `StackcfgError` if there is more than one file for one output."""
    problem = ""
    if len(files) > 1:
        problem = "several files and one output"
    elif any(file.in_folder for file in files):
        problem = f"a folder and one output; name its file: {files[0].name}"
    if problem:
        hint = "--write changes files in place, --diff shows the changes, --check tests"
        raise StackcfgError(problem, hint=hint)


def _check_changeable(paths: Sequence[str]) -> None:
    """Raise `StackcfgError` for what cannot be changed in place."""
    if STDIN in paths:
        raise StackcfgError("standard input cannot be changed in place")
    for path in paths:
        if is_special(path):
            raise StackcfgError(
                f"{path} is a device or a pipe, which cannot be changed in place"
            )


def check_mode(files: Sequence[InputFile], options: Options) -> None:
    """Raise `StackcfgError` if these files and the mode do not go together."""
    mode = options.mode
    if mode in ("stdout", "output"):
        _check_one_output(files)
    paths = [file.path for file in files]
    if mode == "write":
        _check_changeable(paths)
    hint = "--write changes a file in place and keeps a backup"
    batch.check_output(options.output, [*paths, options.project.file], hint)


def check_operator_options(files: Sequence[InputFile], options: Options) -> None:
    """Raise `StackcfgError` for options about an `OGXServer` if no
    target knows it.
    """
    given = options.around.given_options
    if not given:
        return
    if not any(options.deployment_of(file.name).is_for_ogx for file in files):
        raise StackcfgError(
            f"{_listed(given)} can change only an OGXServer, which a target of 1.0 "
            "or later writes",
            hint=f"add '--target {families()[-1].name}', or leave it out",
        )


def choose_report(options: Options, count: int) -> Options:
    """Return the options with a report: full for one file, concise for several."""
    default = FULL if count == 1 else CONCISE
    report = options.report or default
    # Only these two show which releases a file was for; finding that out takes
    # time.
    detect = report in (FULL, "json")
    settings = options.settings._replace(detect=detect)
    return options._replace(report=report, settings=settings)


def describe_unused_options(
    asked: DeploymentSettings, results: Sequence[MigratedFile]
) -> str:
    """Return a line on options that changed nothing; empty if they counted.

    Where a file cannot be migrated, it may be the one that they are
    for.
    """
    options = asked.given_options
    if not options or any(each.migration is None for each in results):
        return ""
    if any(each.migration and each.migration.runbook for each in results):
        return ""
    return f"no LlamaStackDistribution is converted: {_listed(options)} had no effect"


def _listed(options: Sequence[str]) -> str:
    return ", ".join(f"'{option}'" for option in options)
