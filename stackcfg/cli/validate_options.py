"""What the command `validate` is asked to do, and where it is said: on the
command line, in the project's settings, in the environment.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from stackcfg.cli.batch import STDIN_NAME
from stackcfg.cli.fix import DIFF, WRITE, FixOptions
from stackcfg.cli.settings import ProjectSettings, SettingsError
from stackcfg.errors import StackcfgError
from stackcfg.reports.validate.formats import FORMATS
from stackcfg.system.files import FileError, read_file
from stackcfg.validation.engine import Settings, check_rule_name, settings_for

DEFAULT_FORMAT = "full"
FORMAT_VARIABLE = "STACKCFG_FORMAT"


class Options(NamedTuple):
    """What the command is asked to do. `project` has rules for single files
    too.
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

    `schema` names a file. Raises `ValueError` for an unknown release or rule,
    and `StackcfgError` for what the settings or the environment name, and for a
    bad schema.
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
    )


def fix_mode(fix: bool, diff: bool, output_format: str | None) -> str:
    """Return what is to be done with fixes; empty for nothing.

    Raises `ValueError` for options that do not go together.
    """
    if diff and output_format is not None:
        raise ValueError("--diff prints a patch and no findings; leave out --format")
    if diff:
        return DIFF
    if fix:
        return WRITE
    return ""


def _check_rules(project: ProjectSettings) -> None:
    """Raise `SettingsError` for an unknown rule anywhere in the settings."""
    named = project.select.union(project.ignore, *project.per_file.values())
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
