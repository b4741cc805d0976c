"""The command line: from options to settings, from outcomes to output and exit codes. Only this layer exits.

Engine modules are imported inside the commands, so that `--help` stays fast.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from stackcfg import __version__
from stackcfg.guard import guarded

FILES_HELP = "Run configs, folders to search for them, or - for standard input."


class Layout(StrEnum):
    """Where the stores of the new file are."""

    consolidate = "consolidate"
    preserve = "preserve"


class ReportFormat(StrEnum):
    """How the report on standard error looks."""

    full = "full"
    concise = "concise"
    json = "json"
    none = "none"


app = typer.Typer(
    name="stackcfg",
    help="Migrate and check the run configs of Llama Stack (OGX). Your file stays your file; nothing is lost unseen.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stackcfg {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("-V", "--version", help="Show the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command()
def migrate(
    files: Annotated[list[str], typer.Argument(help=FILES_HELP, metavar="FILE...", show_default=False)],
    output: Annotated[
        str | None, typer.Option("-o", "--output", help="Write the new config to this file.", metavar="FILE")
    ] = None,
    write: Annotated[bool, typer.Option("-w", "--write", help="Change the files in place; keeps NAME.bak.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change; write nothing.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say, by exit code 1, that files need it.")] = False,
    target: Annotated[str, typer.Option(help="The release family to migrate to.", metavar="RELEASE")] = "0.3",
    source: Annotated[
        str | None, typer.Option("--from", help="The release the file is for; else detected.", metavar="RELEASE")
    ] = None,
    layout: Annotated[
        Layout, typer.Option(help="consolidate: one KV and one SQL backend; preserve: every store where it was.")
    ] = Layout.consolidate,
    allow_partial: Annotated[bool, typer.Option(help="Exit 0 where a person must finish the migration.")] = False,
    backup: Annotated[bool, typer.Option("--backup/--no-backup", help="Keep the old file as NAME.bak.")] = True,
    stdin_filename: Annotated[str, typer.Option(help="How messages call standard input.", metavar="NAME")] = "<stdin>",
    report: Annotated[
        ReportFormat | None,
        typer.Option(help="The report on standard error; full for one file, concise for more.", show_default=False),
    ] = None,
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Show passwords in a diff on a terminal or in CI.")
    ] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say which files were passed over.")] = False,
) -> None:
    """Turn old run configs into the storage catalog form of 0.3.

    One file goes to standard output; -o, -w, --diff and --check say otherwise. The report goes to standard error:
    where each store's data was, where it will be, what a person must do.

    Exit codes: 0 done, 1 migration needed (--check, --diff), 2 cannot be read, 3 a person must finish it.
    """
    from stackcfg import command_migrate as command
    from stackcfg.migration import settings_for
    from stackcfg.project import ProjectError, declared_fields

    if sum((output is not None, write, diff, check)) > 1:
        raise typer.BadParameter("only one of --output, --write, --diff and --check at a time")
    if source is not None and source != "0.2" and not source.startswith("0.2."):
        raise typer.BadParameter(f"'{source}' is not a release that {target} can be reached from; known is 0.2")
    try:
        settings = settings_for(target, layout.value, declared_fields(os.curdir))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    except ProjectError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    if output == "-":
        output = None
    modes = {"output": output is not None, "write": write, "diff": diff, "check": check}
    mode = next((name for name, wanted in modes.items() if wanted), "stdout")
    options = command.Options(
        settings=settings,
        mode=mode,
        output=output,
        backup=backup,
        allow_partial=allow_partial,
        stdin_name=stdin_filename,
        report=report.value if report else None,
        show_secrets=show_secrets,
        verbose=verbose,
    )
    raise typer.Exit(guarded(lambda: command.run(files, options)))


def run() -> int:
    """Run the command line; its exit code."""
    try:
        app()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    return 0
