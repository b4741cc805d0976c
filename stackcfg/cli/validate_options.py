"""What the command `validate` is asked to do, and where it is said: on
the command line, in the project's settings, in the environment.
"""

from __future__ import annotations

import os

from stackcfg.cli.baseline import Baseline
from stackcfg.cli.batch import STDIN_NAME
from stackcfg.cli.fix import DIFF, WRITE, FixOptions
from stackcfg.cli.settings import ProjectSettings
from stackcfg.cli.settings_errors import SettingsError
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import NamedTuple
from stackcfg.reports.validate.formats import (
    BASELINE,
    FORMATS,
    STATISTICS,
    ValidateFormat,
)
from stackcfg.system.files import FileError, read_file
from stackcfg.validation.settings import Settings, settings_for

DEFAULT_FORMAT = "full"
FORMAT_VARIABLE = "STACKCFG_FORMAT"


class Options(NamedTuple):
    """What the command is asked to do. `project` has rules for single
    files too.

    `statistics` count the findings in place of showing them;
    `new_baseline` is the file that they are written to. `quiet` leaves
    out all but findings. `cache` is the folder where results are kept,
    empty if none is.
    """

    settings: Settings
    format: str = DEFAULT_FORMAT
    output: str | None = None
    strict: bool = False
    exit_zero: bool = False
    stdin_name: str = STDIN_NAME
    show_secrets: bool = False
    verbose: bool = False
    color: bool | None = None
    project: ProjectSettings = ProjectSettings()
    is_target_asked: bool = False
    exclude: tuple[str, ...] = ()
    schema: str | None = None
    fix: FixOptions = FixOptions()
    statistics: bool = False
    quiet: bool = False
    baseline: Baseline = Baseline()
    new_baseline: str | None = None
    cache: str = ""

    @property
    def chosen_format(self) -> ValidateFormat:
        """How findings are written."""
        if self.new_baseline is not None:
            return BASELINE
        if self.statistics:
            return STATISTICS
        return FORMATS[self.format]

    def settings_of(self, file: str) -> Settings:
        """Return the settings for one file: the project can have its own."""
        settings = self.settings
        ignored = settings.ignored | self.project.ignored_in(file)
        target = None
        if not self.is_target_asked:
            target = self.project.target_of(file)
        return settings._replace(ignored=ignored, target=target or settings.target)


def options_of(
    project: ProjectSettings,
    target: str | None = None,
    output_format: str | None = None,
    select: frozenset[str] = frozenset(),
    ignore: frozenset[str] = frozenset(),
    schema: str | None = None,
) -> Options:
    """Return the options from command line, project settings and environment.

    `schema` names a file. Raises `ValueError` for an unknown release or
    rule, and `StackcfgError` for what the settings or the environment
    name, and for a bad schema.
    """
    _check_rules(project)
    settings = settings_for(
        target or project.target,
        select or project.select,
        ignore | (project.ignore - select),
        project.declared,
        _read_schema(schema) if schema else None,
    )
    return Options(
        settings,
        output_format or _format_of_environment(),
        project=project,
        is_target_asked=bool(target),
        schema=schema,
        cache=project.cache,
    )


class Modes(NamedTuple):
    """The options that say what is done in place of showing findings."""

    fix: bool = False
    diff: bool = False
    reason: str | None = None
    statistics: bool = False
    new_baseline: str | None = None
    output_format: str | None = None
    unsafe_fixes: bool = False

    def check(self) -> None:
        """Raise `ValueError` for options that do not go together."""
        if self.reason is not None:
            self._check_ignores()
        if self.new_baseline is not None and (self.fix_mode or self.statistics):
            raise ValueError("--write-baseline goes with no other action")
        if self.diff and self.statistics:
            raise ValueError("--diff prints a patch and no counts")
        if self.output_format is not None:
            self._check_format()

    def _check_ignores(self) -> None:
        for option, is_given in (
            ("--fix", self.fix),
            ("--unsafe-fixes", self.unsafe_fixes),
        ):
            if is_given:
                raise ValueError(f"{option} and --add-ignore are two runs: fix first")

    def _check_format(self) -> None:
        for name, is_given in (
            ("--diff prints a patch", self.diff),
            ("--statistics prints counts", self.statistics),
            ("--write-baseline writes a file", self.new_baseline is not None),
        ):
            if is_given:
                raise ValueError(f"{name} and no findings; leave out --format")

    @property
    def fix_mode(self) -> str:
        """What is done with changes; empty if none are asked for."""
        if self.diff:
            return DIFF
        if self.fix or self.reason is not None:
            return WRITE
        return ""


def read_reason(reason: str | None) -> str:
    """Return the reason for ignore comments, empty if none are asked for.

    Raises `ValueError` for a reason that a comment cannot have.
    """
    if reason is None:
        return ""
    from stackcfg.validation.silencing import check_reason

    return check_reason(reason)


def _check_rules(project: ProjectSettings) -> None:
    """Raise `SettingsError` for an unknown rule anywhere in the settings."""
    named = project.select.union(project.ignore, *project.per_file.values())
    if not named:
        return
    from stackcfg.validation.known_rules import check_rule_name

    for rule in sorted(named):
        try:
            check_rule_name(rule)
        except ValueError as error:
            raise SettingsError(project.file, str(error), rule) from None


def _read_schema(path: str) -> object:
    from stackcfg.validation.custom_schema import parse_schema

    text = read_file(path)
    try:
        return parse_schema(text)
    except ValueError as error:
        raise FileError(path, str(error)) from None


def _format_of_environment() -> str:
    name = os.environ.get(FORMAT_VARIABLE) or DEFAULT_FORMAT
    if name not in FORMATS:
        known = ", ".join(FORMATS)
        raise StackcfgError(f"{FORMAT_VARIABLE}: format '{name}' is not one of {known}")
    return name
