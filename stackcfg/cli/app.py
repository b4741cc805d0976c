"""The command line: from options to settings, from outcomes to output and exit codes. Only this layer exits.

Engine modules are imported inside the commands, so that `--help` stays fast.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from stackcfg import __version__
from stackcfg.cli.completion import pages, releases, rule_ids
from stackcfg.cli.exit_codes import FAILED, OK
from stackcfg.system.output import print_to_terminal, write_stdout

Color = Annotated[
    bool | None,
    typer.Option(
        "--color/--no-color",
        help="Whether to color [default: on a terminal].",
        show_default=False,
    ),
]
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


class Format(StrEnum):
    """How findings are written."""

    full = "full"
    concise = "concise"
    json = "json"
    sarif = "sarif"
    github = "github"
    junit = "junit"


class DataFormat(StrEnum):
    """How a data command reports."""

    table = "table"
    json = "json"


class ShowFormat(StrEnum):
    """How an overview is written."""

    tree = "tree"
    json = "json"
    mermaid = "mermaid"


app = typer.Typer(
    name="stackcfg",
    help="Migrate and check the run configs of Llama Stack (OGX). Your file stays your file; nothing is lost unseen.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@contextmanager
def _choices() -> Iterator[None]:
    """A word that is none of the choices is a mistake of usage."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stackcfg {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option(
            "-V",
            "--version",
            help="Show the version and exit.",
            callback=_print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    pass


@app.command()
def migrate(
    files: Annotated[
        list[str],
        typer.Argument(help=FILES_HELP, metavar="FILE...", show_default=False),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", help="Write the new config to this file.", metavar="FILE"
        ),
    ] = None,
    write: Annotated[
        bool,
        typer.Option(
            "-w", "--write", help="Change the files in place; keeps NAME.bak."
        ),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what would change; write nothing.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Only say, by exit code 1, that files need it."),
    ] = False,
    target: Annotated[
        str | None,
        typer.Option(
            help="A release family or one release (0.7, 0.7.3) [default: 0.3].",
            metavar="RELEASE",
            autocompletion=releases,
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="The release the file is for; else detected.",
            metavar="RELEASE",
            autocompletion=releases,
        ),
    ] = None,
    layout: Annotated[
        Layout,
        typer.Option(
            help="consolidate: one KV and one SQL backend; preserve: every store where it was."
        ),
    ] = Layout.consolidate,
    allow_partial: Annotated[
        bool,
        typer.Option(
            "--allow-partial", help="Exit 0 where a person must finish the migration."
        ),
    ] = False,
    backup: Annotated[
        bool,
        typer.Option("--backup/--no-backup", help="Keep the old file as NAME.bak."),
    ] = True,
    stdin_filename: Annotated[
        str, typer.Option(help="How messages call standard input.", metavar="NAME")
    ] = "<stdin>",
    report: Annotated[
        ReportFormat | None,
        typer.Option(
            help="The report on standard error; full for one file, concise for more.",
            show_default=False,
        ),
    ] = None,
    color: Color = None,
    show_secrets: Annotated[
        bool,
        typer.Option(
            "--show-secrets", help="Show passwords in a diff on a terminal or in CI."
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say which files were passed over.")
    ] = False,
) -> None:
    """Bring run configs to a later release.

    Without --target that is 0.3, where the storage catalog begins.

    One file goes to standard output; -o, -w, --diff and --check say otherwise. The report goes to standard error:
    where each store's data was, where it will be, what a person must do.

    Exit codes: 0 done, 1 migration needed (--check, --diff), 2 cannot be read, 3 a person must finish it.
    """
    from stackcfg.cli import migrate as command
    from stackcfg.cli.settings import load_project_settings

    if sum((output is not None, write, diff, check)) > 1:
        raise typer.BadParameter(
            "only one of --output, --write, --diff and --check at a time"
        )
    with _choices():
        options = command.options_of(
            load_project_settings(os.curdir), target, source, layout.value
        )
    if output == "-":
        output = None
    modes = {"output": output is not None, "write": write, "diff": diff, "check": check}
    mode = next((name for name, wanted in modes.items() if wanted), "stdout")
    options = options._replace(
        mode=mode,
        output=output,
        backup=backup,
        allow_partial=allow_partial,
        stdin_name=stdin_filename,
        report=report.value if report else None,
        color=color,
        show_secrets=show_secrets,
        verbose=verbose,
    )
    raise typer.Exit(command.run(files, options))


@app.command()
def validate(
    files: Annotated[
        list[str] | None,
        typer.Argument(help=f"{FILES_HELP} Default: this folder.", metavar="[PATH]..."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="The release (0.3.5) or family (0.3) to validate for [default: 0.3].",
            metavar="RELEASE",
            autocompletion=releases,
        ),
    ] = None,
    output_format: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="How findings are written [env: STACKCFG_FORMAT; default: full].",
        ),
    ] = None,
    output_file: Annotated[
        str | None, typer.Option(help="Write findings to this file.", metavar="FILE")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this rule (repeat, or separate by commas).",
            metavar="RULE",
            autocompletion=rule_ids,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            help="Not this rule (repeat, or separate by commas).",
            metavar="RULE",
            autocompletion=rule_ids,
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            help="A JSON Schema of your own that configs must fit as well.",
            metavar="FILE",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 for warnings too.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")
    ] = False,
    stdin_filename: Annotated[
        str, typer.Option(help="How messages call standard input.", metavar="NAME")
    ] = "<stdin>",
    color: Color = None,
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Show passwords in source lines.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say which files were passed over.")
    ] = False,
) -> None:
    """Say what a release would refuse or drop.

    Everything in run configs that it would refuse, drop or misread, at its line.

    Without paths, the run configs below this folder. A comment '# stackcfg: ignore[rule] reason' silences a rule.

    Exit codes: 0 nothing found, 1 errors (with --strict also warnings), 2 cannot be read.
    """
    from dataclasses import replace

    from stackcfg.cli import validate as command
    from stackcfg.cli.settings import load_project_settings

    asked_format = output_format.value if output_format else None
    with _choices():
        options = command.options_of(
            load_project_settings(os.curdir),
            target,
            asked_format,
            _words(select),
            _words(ignore),
            schema,
        )
    options = replace(
        options,
        output=None if output_file == "-" else output_file,
        color=color,
        strict=strict,
        exit_zero=exit_zero,
        stdin_name=stdin_filename,
        show_secrets=show_secrets,
        verbose=verbose,
    )
    raise typer.Exit(command.run(files or [], options))


def _words(given: list[str] | None) -> frozenset[str]:
    return frozenset(
        word.strip() for text in given or () for word in text.split(",") if word.strip()
    )


@app.command()
def show(
    files: Annotated[
        list[str],
        typer.Argument(help=FILES_HELP, metavar="FILE...", show_default=False),
    ],
    target: Annotated[
        str | None,
        typer.Option(
            help="The release (0.3.5) or family (0.3) that reads the references; else 0.3, or what a newer file needs.",
            metavar="RELEASE",
            autocompletion=releases,
        ),
    ] = None,
    output_format: Annotated[
        ShowFormat, typer.Option("--format", help="How the overview is written.")
    ] = ShowFormat.tree,
    stdin_filename: Annotated[
        str, typer.Option(help="How messages call standard input.", metavar="NAME")
    ] = "<stdin>",
    color: Color = None,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Say which files were passed over.")
    ] = False,
) -> None:
    """Show stores, backends and who uses them.

    For each run config: its stores, the providers that use them, where their rows are, and the releases that read it.

    Exit codes: 0 shown, 2 cannot be read.
    """
    from dataclasses import replace

    from stackcfg.cli import show as command
    from stackcfg.cli.settings import load_project_settings

    with _choices():
        options = command.options_of(load_project_settings(os.curdir), target)
    options = replace(
        options,
        format=output_format.value,
        stdin_name=stdin_filename,
        verbose=verbose,
        color=color,
    )
    raise typer.Exit(command.run(files, options))


@app.command()
def rules() -> None:
    """List every rule and what it finds."""
    from stackcfg.cli.explain import list_rules
    from stackcfg.system.terminal import terminal_width

    print_to_terminal(
        "".join(f"{line}\n" for line in list_rules(terminal_width(sys.stdout)))
    )


@app.command()
def explain(
    rule: Annotated[
        str,
        typer.Argument(
            help="The id of a rule, as 'stackcfg rules' lists them.",
            metavar="RULE",
            autocompletion=pages,
        ),
    ],
) -> None:
    """Show the page of a rule.

    It says what the server does, and what to write instead.
    """
    from stackcfg.cli.explain import rule_page

    with _choices():
        text = rule_page(rule)
    print_to_terminal(text)


@app.command()
def schema(
    target: Annotated[
        str,
        typer.Argument(
            help="A release family, as 0.3.", metavar="RELEASE", autocompletion=releases
        ),
    ],
) -> None:
    """Print the JSON Schema of run configs.

    It is that of a release family, for editors and other validators.
    """
    from stackcfg.cli.schema import schema_text

    with _choices():
        text = schema_text(target)
    write_stdout(text)


data = typer.Typer(
    name="data",
    help="Carry stored rows along: plan, copy, verify.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(data)

OldConfig = Annotated[
    str,
    typer.Argument(
        help="The config of the server that stored the rows.", metavar="OLD"
    ),
]
NewConfig = Annotated[
    str,
    typer.Argument(
        help="The config of the server that is to read them.", metavar="NEW"
    ),
]
DataSource = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="The release that stored the rows; else detected.",
        metavar="RELEASE",
        autocompletion=releases,
    ),
]
DataTarget = Annotated[
    str | None,
    typer.Option(
        "--target",
        help="The release that is to read them; else detected.",
        metavar="RELEASE",
        autocompletion=releases,
    ),
]
DataReportFormat = Annotated[
    DataFormat, typer.Option("--format", help="How the report is written.")
]


@data.command("plan")
def data_plan(
    old: OldConfig,
    new: NewConfig,
    source: DataSource = None,
    target: DataTarget = None,
    report_format: DataReportFormat = DataFormat.table,
    color: Color = None,
) -> None:
    """Show what must move.

    For each store: where its rows are, how many, where they go, by which rules, and what cannot be carried. Databases
    are opened read-only. Variables in places are taken from the environment: run it in that of the server.

    Exit codes: 0 planned, 2 a config or a database cannot be read.
    """
    _data("plan", old, new, source, target, report_format, color)


@data.command("copy")
def data_copy(
    old: OldConfig,
    new: NewConfig,
    source: DataSource = None,
    target: DataTarget = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would be done; write nothing at all."),
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Copy stores that were copied before once more."),
    ] = False,
    while_running: Annotated[
        bool,
        typer.Option(
            "--while-running",
            help="Copy although a server seems to run; rows can be missed.",
        ),
    ] = False,
    report_format: DataReportFormat = DataFormat.table,
    color: Color = None,
) -> None:
    """Copy the rows to where the new server reads them.

    Stop both servers first. Rows are added or completed, never deleted or overwritten; each database is written as a
    whole or not at all, and a sqlite file that is written is kept as NAME.bak. A run that was interrupted goes on when
    it is started again. Redis and MongoDB are explained, not copied.

    Exit codes: 0 copied, 2 nothing was written to a database, the message says to which and why, 3 somebody must look
    at rows that were left.
    """
    _data(
        "dry-run" if dry_run else "copy",
        old,
        new,
        source,
        target,
        report_format,
        color,
        again,
        while_running,
    )


@data.command("verify")
def data_verify(
    old: OldConfig,
    new: NewConfig,
    source: DataSource = None,
    target: DataTarget = None,
    report_format: DataReportFormat = DataFormat.table,
    color: Color = None,
) -> None:
    """Hold the old rows against the new ones.

    For each store: how many rows should be there, are there, are missing, differ, with a checksum. Nothing is written.

    Exit codes: 0 all there, 1 rows are missing or differ, 2 a config or a database cannot be read.
    """
    _data("verify", old, new, source, target, report_format, color)


def _data(
    action: str,
    old: str,
    new: str,
    source: str | None,
    target: str | None,
    report_format: DataFormat,
    color: bool | None,
    again: bool = False,
    while_running: bool = False,
) -> None:
    from stackcfg.cli import data as command
    from stackcfg.cli.settings import load_project_settings
    from stackcfg.releases.families import SOURCE_ROLE, parse_target

    with _choices():
        before = parse_target(source, role=SOURCE_ROLE) if source else None
        after = parse_target(target) if target else None
    options = command.Options(
        action=action,
        old=old,
        new=new,
        source=before,
        target=after,
        declared=load_project_settings(os.curdir).declared,
        format=report_format.value,
        again=again,
        while_running=while_running,
        color=color,
    )
    raise typer.Exit(command.run(options))


def run() -> int:
    """Run the command line; its exit code.

    Raises `BrokenPipeError` when nobody reads any more: typer makes an exit code of its own of it.
    """
    try:
        app()
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):
            raise stop.__context__ from None
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
            return FAILED
        return stop.code or OK
    return OK
