"""The commands `data plan`, `data copy` and `data verify` with their options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer import Argument, Option

from stackcfg.cli.options import Color, choice, release_option, usage_errors
from stackcfg.reports.data.formats import FORMATS

if TYPE_CHECKING:
    from stackcfg.cli.data_plan import Sides
    from stackcfg.releases.families import Target

data = typer.Typer(
    name="data",
    help="Move stored rows to where the new server reads them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

OldConfig = Annotated[
    str,
    Argument(help="The config of the server that stored the rows.", metavar="OLD"),
]
NewConfig = Annotated[
    str,
    Argument(help="The config of the server that is to read them.", metavar="NEW"),
]
SourceName = Annotated[
    str | None,
    release_option("--from", help="The release that stored the rows; else detected."),
]
TargetName = Annotated[
    str | None,
    release_option("--target", help="The release that is to read them; else detected."),
]
Format = Annotated[
    str, choice("--format", choices=FORMATS, help="How the report is written.")
]
JOB = "job"
PlanFormat = Annotated[
    str,
    choice(
        "--format",
        choices=(*FORMATS, JOB),
        help="How the plan is written; 'job': as a Kubernetes Job that copies.",
    ),
]
Image = Annotated[
    str,
    Option(
        "--image",
        help="The image with stackcfg that a Job runs.",
        metavar="IMAGE",
        show_default=False,
    ),
]
Only = Annotated[
    list[str] | None,
    Option(
        "--only",
        help="Only the rows of this store, by its name in the plan (may be repeated).",
        metavar="STORE",
    ),
]


@data.command("plan")
def plan(
    old: OldConfig,
    new: NewConfig,
    source: SourceName = None,
    target: TargetName = None,
    only: Only = None,
    report_format: PlanFormat = "table",
    image: Image = "",
    color: Color = None,
) -> None:
    """Show what must move.

    For each store: where its rows are, how many, where they go, by
    which rules, and what cannot be copied. Databases are opened
    read-only. Variables in locations are taken from the environment:
    run it in that of the server.

    With --format job, OLD and NEW are the manifests of two servers, and
    no database is opened: the Job copies and verifies where their
    volumes are.

    Exit codes: 0 planned, 2 a config or a database cannot be read, 3 a
    Job does not reach a database.
    """
    if report_format == JOB:
        _print_job(old, new, source, target, tuple(only or ()), image)
    if image:
        raise typer.BadParameter("--image is for '--format job'.")
    more = {"format": report_format, "color": color, "only": tuple(only or ())}
    _run("plan", old, new, source, target, **more)


@data.command("copy")
def copy(
    old: OldConfig,
    new: NewConfig,
    source: SourceName = None,
    target: TargetName = None,
    only: Only = None,
    dry_run: Annotated[
        bool,
        Option("--dry-run", help="Report what would be done; write nothing."),
    ] = False,
    again: Annotated[
        bool,
        Option("--again", help="Copy stores that were copied before once more."),
    ] = False,
    while_running: Annotated[
        bool,
        Option(
            "--while-running",
            help="Copy although a server seems to run; rows can be missed.",
        ),
    ] = False,
    backup_folder: Annotated[
        str,
        Option(
            "--backup-dir",
            help="Keep backups of sqlite files in this folder; else beside them.",
            metavar="FOLDER",
            show_default=False,
        ),
    ] = "",
    jobs: Annotated[
        int,
        Option(
            "--jobs",
            help="Write at most so many databases at once.",
            metavar="NUMBER",
            min=1,
        ),
    ] = 1,
    rate: Annotated[
        int | None,
        Option(
            "--rate",
            help="Copy at most so many rows a second, into all databases together; "
            "4 KiB of a file count as one.",
            metavar="ROWS",
            min=1,
        ),
    ] = None,
    log_file: Annotated[
        str,
        Option(
            "--log-file",
            help="Add a line with the time to this file for each event.",
            metavar="FILE",
            show_default=False,
        ),
    ] = "",
    report_format: Format = "table",
    color: Color = None,
) -> None:
    """Copy the rows to where the new server reads them.

    Stop both servers first. Rows are added or completed, never deleted
    or overwritten; each database is written completely or not at all,
    and a sqlite file that is written is kept as NAME.bak. An
    interrupted run continues when it is started again. Redis and
    MongoDB cannot undo what was written before a failure; the next run
    goes on from there.

    Exit codes: 0 copied, 2 nothing was written to the database that the
    message names, 3 action required for rows that were left.
    """
    from stackcfg.cli.data_copy import CopyChoices

    _run(
        "dry-run" if dry_run else "copy",
        old,
        new,
        source,
        target,
        format=report_format,
        while_running=while_running,
        choices=CopyChoices(again, backup_folder, jobs, rate or 0, log_file),
        color=color,
        only=tuple(only or ()),
    )


@data.command("verify")
def verify(
    old: OldConfig,
    new: NewConfig,
    source: SourceName = None,
    target: TargetName = None,
    only: Only = None,
    report_format: Format = "table",
    color: Color = None,
) -> None:
    """Compare the old rows with the new ones.

    For each store: how many rows should be there, are there, are
    missing, differ, with a checksum. Nothing is written.

    Exit codes: 0 all there, 1 rows are missing, differ or were not
    copied, 2 a config or a database cannot be read, 3 nobody can tell:
    no old database was found, or one is not opened.
    """
    more = {"format": report_format, "color": color, "only": tuple(only or ())}
    _run("verify", old, new, source, target, **more)


def _print_job(
    old: str,
    new: str,
    source: str | None,
    target: str | None,
    only: tuple[str, ...],
    image: str,
) -> NoReturn:
    from stackcfg.cli.data_job import JobChoices, print_job

    given = [("--from", source), ("--target", target)]
    given += [("--only", name) for name in only]
    arguments = [word for name, value in given if value for word in (name, value)]
    sides = _read_sides(old, new, source, target)
    raise typer.Exit(print_job(sides, JobChoices(image, only, arguments)))


def _run(
    action: str,
    old: str,
    new: str,
    source: str | None,
    target: str | None,
    **more: Any,
) -> None:
    from stackcfg.cli import data as command

    sides = _read_sides(old, new, source, target)
    options = command.Options(action, sides, **more)
    raise typer.Exit(command.run(options))


def _read_sides(old: str, new: str, source: str | None, target: str | None) -> Sides:
    from stackcfg.cli.data_plan import Sides
    from stackcfg.cli.settings import load_project_settings
    from stackcfg.releases.families import SOURCE_ROLE

    with usage_errors():
        before = _parse(source, SOURCE_ROLE)
        after = _parse(target, "target")
    declared = load_project_settings(os.curdir).declared
    return Sides(old, new, before, after, declared)


def _parse(name: str | None, role: str) -> Target | None:
    from stackcfg.releases.families import parse_target

    if not name:
        return None
    return parse_target(name, role=role)
