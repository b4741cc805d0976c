"""The commands with their options. What a command does is in the module of its
name.

Engines are imported inside the commands, so that `--help` stays fast.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from typer import Argument, Option

from stackcfg import __version__
from stackcfg.cli.data_app import data
from stackcfg.cli.exit_codes import FAILED, OK
from stackcfg.cli.options import (
    Color,
    Exclude,
    Files,
    OptionalFiles,
    StdinFilename,
    Verbose,
    choice,
    complete_pages,
    complete_releases,
    release_option,
    rule_option,
    usage_errors,
)
from stackcfg.deployment.settings import (
    NETWORK_POLICIES,
    OPERATOR_NAMESPACE,
    TRANSLATE,
    DeploymentSettings,
)
from stackcfg.migration.planning.layouts import CONSOLIDATE, LAYOUTS
from stackcfg.reports.migrate.formats import FORMATS as REPORTS
from stackcfg.reports.show.formats import FORMATS as SHOW_FORMATS
from stackcfg.reports.validate.formats import FORMATS as VALIDATE_FORMATS
from stackcfg.system.terminal import NO_OUTPUT, print_to_terminal, write_stdout

HELP = ["-h", "--help"]

app = typer.Typer(
    name="stackcfg",
    help="Migrate and check the run configs of Llama Stack (OGX). "
    "Your file stays your file; nothing is lost unseen.",
    context_settings={"help_option_names": HELP},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data)


def _print_version(wanted: bool) -> None:
    if wanted:
        write_stdout(f"stackcfg {__version__}\n")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        Option(
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
    files: Files,
    output: Annotated[
        str | None,
        Option(
            "-o", "--output", help="Write the new config to this file.", metavar="FILE"
        ),
    ] = None,
    write: Annotated[
        bool,
        Option("-w", "--write", help="Change the files in place; keeps NAME.bak."),
    ] = False,
    diff: Annotated[
        bool, Option("--diff", help="Show what would change; write nothing.")
    ] = False,
    check: Annotated[
        bool,
        Option("--check", help="Write nothing; exit 1 if a file needs migration."),
    ] = False,
    target: Annotated[
        str | None,
        release_option(
            help="A release family or one release (0.7, 0.7.3); else each file "
            "decides: inline stores go to 0.3, later files stay as they are."
        ),
    ] = None,
    source: Annotated[
        str | None,
        release_option("--from", help="The release the file is for; else detected."),
    ] = None,
    layout: Annotated[
        str,
        choice(
            choices=LAYOUTS,
            help="consolidate: one KV and one SQL backend; "
            "preserve: each store where it was, if the target allows that.",
        ),
    ] = CONSOLIDATE,
    backends: Annotated[
        list[str] | None,
        Option(
            "--backend",
            help="Put a backend on another engine (postgres, sqlite, redis, mongodb); "
            "may be repeated.",
            metavar="NAME=ENGINE",
        ),
    ] = None,
    allow_partial: Annotated[
        bool,
        Option("--allow-partial", help="Exit 0 even if action is required."),
    ] = False,
    backup: Annotated[
        bool,
        Option("--backup/--no-backup", help="Keep the old file as NAME.bak."),
    ] = True,
    name: Annotated[
        str | None,
        Option(help="The name of the OGXServer; else NAME-ogx.", metavar="NAME"),
    ] = None,
    adopt_networking: Annotated[
        bool,
        Option(
            "--adopt-networking",
            help="The OGXServer takes over the Service of the old server.",
        ),
    ] = False,
    network_policy: Annotated[
        str,
        choice(
            choices=NETWORK_POLICIES,
            help="translate: all rules of allowedFrom; off: no policy.",
        ),
    ] = TRANSLATE,
    operator_namespace: Annotated[
        str,
        Option(
            help="Where the new operator runs.",
            metavar="NAMESPACE",
        ),
    ] = OPERATOR_NAMESPACE,
    config_key: Annotated[
        str | None,
        Option(
            help="The key of the run config in its ConfigMap; else found.",
            metavar="KEY",
        ),
    ] = None,
    force: Annotated[
        bool,
        Option(
            "--force", help="Overwrite the output, or the new file beside a manifest."
        ),
    ] = False,
    exclude: Exclude = None,
    stdin_filename: StdinFilename = "<stdin>",
    report: Annotated[
        str | None,
        choice(
            choices=REPORTS,
            help="The report on standard error; full for one file, concise for more.",
            show_default=False,
        ),
    ] = None,
    color: Color = None,
    show_secrets: Annotated[
        bool,
        Option(
            "--show-secrets", help="Show passwords in a diff on a terminal or in CI."
        ),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Bring run configs to a later release.

    Without --target each file decides: inline stores become the storage catalog
    of 0.3, a file of a later release is left as it is.

    With --target 1.x a LlamaStackDistribution becomes an OGXServer, in a new file
    beside the old one (NAME-ogx.yaml), and the report ends with a runbook.

    One file goes to standard output, unless -o, -w, --diff or --check is given.
    The report goes to standard error: where each store's data was, where it
    will be, which action is required.

    Exit codes: 0 done, 1 migration needed (--check, --diff), 2 cannot be read,
    3 action required.
    """
    from stackcfg.cli import migrate as command
    from stackcfg.cli.migrate_options import options_of
    from stackcfg.cli.settings import load_project_settings

    modes = {"output": output is not None, "write": write, "diff": diff, "check": check}
    chosen = [name for name, wanted in modes.items() if wanted]
    if len(chosen) > 1:
        raise typer.BadParameter(
            "only one of --output, --write, --diff and --check at a time"
        )
    # As with other tools, "-" is standard output.
    if output == "-":
        chosen, output = [], None
    [mode] = chosen or ["stdout"]
    with usage_errors():
        options = options_of(
            load_project_settings(os.curdir), target, source, layout, backends or ()
        )
    around = DeploymentSettings(
        name=name or "",
        adopt_networking=adopt_networking,
        network_policy=network_policy,
        operator_namespace=operator_namespace,
        config_key=config_key or "",
    )
    options = options._replace(
        mode=mode,
        output=output,
        backup=backup,
        around=around,
        force=force,
        allow_partial=allow_partial,
        stdin_name=stdin_filename,
        exclude=tuple(exclude or ()),
        report=report,
        color=color,
        show_secrets=show_secrets,
        verbose=verbose,
    )
    raise typer.Exit(command.run(files, options))


@app.command()
def validate(
    files: OptionalFiles = None,
    target: Annotated[
        str | None,
        release_option(
            help="The release (0.3.5) or family (0.3) to validate for; "
            "else the newest that each file fits."
        ),
    ] = None,
    output_format: Annotated[
        str | None,
        choice(
            "--format",
            choices=VALIDATE_FORMATS,
            help="How findings are written [env: STACKCFG_FORMAT; default: full].",
        ),
    ] = None,
    output_file: Annotated[
        str | None, Option(help="Write findings to this file.", metavar="FILE")
    ] = None,
    select: Annotated[
        list[str] | None,
        rule_option("Only this rule (repeat, or separate by commas)."),
    ] = None,
    ignore: Annotated[
        list[str] | None, rule_option("Not this rule (repeat, or separate by commas).")
    ] = None,
    schema: Annotated[
        str | None,
        Option(
            help="A JSON Schema of your own that configs must fit as well.",
            metavar="FILE",
        ),
    ] = None,
    fix: Annotated[
        bool,
        Option("--fix", help="Write the fixes that are certain; keeps NAME.bak."),
    ] = False,
    diff: Annotated[
        bool, Option("--diff", help="Show what --fix would change; write nothing.")
    ] = False,
    unsafe_fixes: Annotated[
        bool,
        Option(
            "--unsafe-fixes",
            help="Also fixes that change what the server does, or guess.",
        ),
    ] = False,
    add_ignore: Annotated[
        str | None,
        Option(
            help="Write comments that silence what is found, with this reason.",
            metavar="REASON",
        ),
    ] = None,
    no_backup: Annotated[
        bool, Option("--no-backup", help="With --fix, --add-ignore: keep no NAME.bak.")
    ] = False,
    baseline: Annotated[
        str | None,
        Option(help="Leave out the findings in this file.", metavar="FILE"),
    ] = None,
    write_baseline: Annotated[
        str | None,
        Option(help="Write all findings to this file, for --baseline.", metavar="FILE"),
    ] = None,
    statistics: Annotated[
        bool, Option("--statistics", help="Count findings by rule; show none.")
    ] = False,
    quiet: Annotated[
        bool, Option("-q", "--quiet", help="Print findings and nothing else.")
    ] = False,
    strict: Annotated[
        bool, Option("--strict", help="Exit 1 for warnings too.")
    ] = False,
    exit_zero: Annotated[
        bool, Option("--exit-zero", help="Exit 0 whatever is found.")
    ] = False,
    cache: Annotated[
        str | None,
        Option(
            help="Keep results in this folder; an unchanged file costs nothing then.",
            metavar="FOLDER",
        ),
    ] = None,
    no_cache: Annotated[
        bool, Option("--no-cache", help="Keep no results, whatever the settings say.")
    ] = False,
    exclude: Exclude = None,
    stdin_filename: StdinFilename = "<stdin>",
    color: Color = None,
    show_secrets: Annotated[
        bool, Option("--show-secrets", help="Show passwords in source lines.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Report what a release would refuse or drop.

    Everything in run configs that it would refuse, drop or misread, at its line.
    Without --target the newest release that each file fits is asked.

    Without paths, the run configs below this folder. A comment
    '# stackcfg: ignore[rule] reason' silences a rule.

    Exit codes: 0 nothing found, 1 errors (with --strict also warnings), 2
    cannot be read.
    """
    from stackcfg.cli import validate as command
    from stackcfg.cli.baseline import Baseline, load_baseline
    from stackcfg.cli.fix import FixOptions
    from stackcfg.cli.settings import load_project_settings
    from stackcfg.cli.validate_options import Modes, options_of, read_reason

    modes = Modes(
        fix,
        diff,
        add_ignore,
        statistics,
        write_baseline,
        output_format,
        unsafe_fixes,
    )
    with usage_errors():
        modes.check()
        if cache and no_cache:
            raise ValueError("--cache names a folder that --no-cache leaves out")
        reason = read_reason(add_ignore)
        options = options_of(
            load_project_settings(os.curdir),
            target,
            output_format,
            _split_words(select),
            _split_words(ignore),
            schema,
        )
    options = options._replace(
        settings=options.settings._replace(unsafe_fixes=unsafe_fixes),
        fix=FixOptions(modes.fix_mode, not no_backup, show_secrets, reason),
        statistics=statistics,
        quiet=quiet,
        baseline=load_baseline(baseline) if baseline else Baseline(),
        new_baseline=write_baseline,
        output=None if output_file == "-" else output_file,
        color=color,
        strict=strict,
        exit_zero=exit_zero,
        stdin_name=stdin_filename,
        exclude=tuple(exclude or ()),
        show_secrets=show_secrets,
        verbose=verbose,
        cache="" if no_cache else cache or options.cache,
    )
    raise typer.Exit(command.run(files or [], options))


def _split_words(given: list[str] | None) -> frozenset[str]:
    words = ",".join(given or []).split(",")
    return frozenset(word.strip() for word in words if word.strip())


@app.command()
def show(
    files: Files,
    target: Annotated[
        str | None,
        release_option(
            help="The release (0.3.5) or family (0.3) that reads the references; "
            "else the newest that the file fits.",
        ),
    ] = None,
    output_format: Annotated[
        str,
        choice("--format", choices=SHOW_FORMATS, help="How the overview is written."),
    ] = "tree",
    exclude: Exclude = None,
    stdin_filename: StdinFilename = "<stdin>",
    color: Color = None,
    verbose: Verbose = False,
) -> None:
    """Show stores, backends and who uses them.

    For each run config: its stores, the providers that use them, where their
    rows are, and the releases that read it.

    Exit codes: 0 shown, 2 cannot be read.
    """
    from stackcfg.cli import show as command
    from stackcfg.cli.settings import load_project_settings

    with usage_errors():
        options = command.options_of(load_project_settings(os.curdir), target)
    options = options._replace(
        format=output_format,
        stdin_name=stdin_filename,
        exclude=tuple(exclude or ()),
        verbose=verbose,
        color=color,
    )
    raise typer.Exit(command.run(files, options))


@app.command()
def rules() -> None:
    """List every rule and what it finds."""
    from stackcfg.cli.plain_pages import draw_rules

    print_to_terminal(draw_rules())


@app.command()
def explain(
    rule: Annotated[
        str,
        Argument(
            help="The id of a rule, as 'stackcfg rules' lists them.",
            metavar="RULE",
            autocompletion=complete_pages,
        ),
    ],
) -> None:
    """Show the page of a rule.

    It says what the server does, and what to write instead.
    """
    from stackcfg.cli.rule_pages import rule_page

    with usage_errors():
        text = rule_page(rule)
    print_to_terminal(text)


@app.command()
def schema(
    target: Annotated[
        str,
        Argument(
            help="A release family, as 0.3.",
            metavar="RELEASE",
            autocompletion=complete_releases,
        ),
    ],
) -> None:
    """Print the JSON Schema of run configs.

    It is that of a release family, for editors and other validators.
    """
    from stackcfg.releases.families import parse_target
    from stackcfg.releases.versions import format_release
    from stackcfg.system.files import read_packaged

    with usage_errors():
        family = format_release(parse_target(target).last[:2])
    write_stdout(read_packaged(f"run-config-{family}.json"))


@app.command()
def lsp() -> None:
    """Serve an editor: findings, fixes, completion, migration.

    It speaks the language server protocol on standard input and output, with the
    settings of the project of each file. It needs the extra 'lsp'.
    """
    from stackcfg.cli.lsp import run as serve

    raise typer.Exit(serve())


def run() -> int:
    """Run the command line and return its exit code.

    Raises `BrokenPipeError` when the output is closed: typer would turn it into
    an exit code of its own. Raises `OSError` for help where there is no output.
    """
    try:
        app()
    except SystemExit as stop:
        # typer answers a closed output with 1, which means findings here.
        if isinstance(stop.__context__, BrokenPipeError):
            raise stop.__context__ from None
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
            return FAILED
        if stop.code in (None, OK) and sys.stdout is None and _asks_for_help():
            # typer prints nothing where there is no output
            raise OSError(NO_OUTPUT) from None
        return stop.code or OK
    return OK


def _asks_for_help() -> bool:
    """Return whether an option of the command line asks for a page of help."""
    words = sys.argv[1:]
    options = words[: words.index("--")] if "--" in words else words
    return any(name in options for name in HELP)
