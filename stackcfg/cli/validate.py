"""The command `validate`: finds and reads files, asks the engine, reports."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stackcfg.cli.errors import RefusalError
from stackcfg.cli.exit_codes import FAILED, FINDINGS, OK, worst
from stackcfg.cli.problems import problem_from_error
from stackcfg.cli.settings import (
    ProjectError,
    ProjectSettings,
    at,
    load_project_settings,
)
from stackcfg.loading.configs import looks_like_run_config, may_hold_run_config
from stackcfg.loading.errors import InputError, NotRunConfigError
from stackcfg.releases.families import DEFAULT_TARGET
from stackcfg.reports.validate.counts import Counts, count_findings
from stackcfg.system.files import STDIN, FileError, find_files, read_file
from stackcfg.system.output import write_stdout
from stackcfg.validation.engine import Settings, settings_for, validate
from stackcfg.validation.findings import ERROR, WARNING, FileResult
from stackcfg.yamltext.document import Document

FORMATS: Final = ("full", "concise", "json", "sarif", "github", "junit")
WHOLE: Final = frozenset({"json", "sarif", "junit"})
"""Formats that are one document about all files; the others are written file by file."""

FORMAT_VARIABLE: Final = "STACKCFG_FORMAT"

NOTHING: Final = Counts()


@dataclass(frozen=True, slots=True)
class Options:
    """What the command is asked to do. `own` are the project's settings, for what they say about single files."""

    settings: Settings
    format: str = "full"
    output: str | None = None
    strict: bool = False
    exit_zero: bool = False
    stdin_name: str = "<stdin>"
    show_secrets: bool = False
    verbose: bool = False
    color: bool | None = None
    own: ProjectSettings = field(default_factory=ProjectSettings)


class Examined(NamedTuple):
    """What came of one file: its exit code, what is printed about it, the counts of its findings.

    `result` is kept only for formats that are one document. `passed_over` says why a file in a folder is none of ours.
    """

    code: int
    text: str = ""
    result: FileResult | None = None
    counts: Counts = NOTHING
    passed_over: str = ""


def run_plain(paths: list[str]) -> int:
    """Validate with nothing but paths given; settings file and environment count here too. Raises `RefusedError`."""
    return run(paths, options_of(load_project_settings(os.curdir)))


def options_of(
    own: ProjectSettings,
    target: str | None = None,
    asked_format: str | None = None,
    select: frozenset[str] = frozenset(),
    ignore: frozenset[str] = frozenset(),
    schema: str | None = None,
) -> Options:
    """Options from the words of a command line, the project's own settings and the environment; `schema` names a file.

    Raises `ValueError` for a word that is none of the choices, and `RefusedError` for what the settings or the
    environment name, and for a schema that is none.
    """
    _check_rules(own)
    settings = settings_for(
        target or own.target or DEFAULT_TARGET.name,
        select or own.select,
        ignore | (own.ignore - select),
        own.declared,
        _own_schema(schema) if schema else None,
    )
    return Options(settings, asked_format or _format_of_environment(), own=own)


def _check_rules(own: ProjectSettings) -> None:
    """Raises `ProjectError` for a rule in the settings that is unknown, whichever file it is for."""
    word = ""
    try:
        for word in sorted(
            frozenset().union(own.select, own.ignore, *own.per_file.values())
        ):
            settings_for(ignored=frozenset({word}))
    except ValueError as error:
        raise ProjectError(f"{at(own.file, word)}: {error}") from None


def _own_schema(path: str) -> object:
    from stackcfg.validation.custom_schema import parse_schema

    try:
        return parse_schema(read_file(path))
    except FileError as error:
        raise RefusalError(f"{path}: {error.message}") from None
    except ValueError as error:
        raise RefusalError(f"{path}: {error}") from None


def _format_of_environment() -> str:
    """The format that the environment names; for people where it names none."""
    name = os.environ.get(FORMAT_VARIABLE) or FORMATS[0]
    if name not in FORMATS:
        raise RefusalError(
            f"{FORMAT_VARIABLE}: format '{name}' is not one of {', '.join(FORMATS)}"
        )
    return name


def run(paths: list[str], options: Options) -> int:
    """Validate every run config that the paths name; the exit code of all."""
    gc.freeze()
    files = list(find_files(paths or [os.curdir]))
    out = _Output(options)
    codes: list[int] = []
    total = NOTHING
    kept: list[FileResult] = []
    for (path, _), examined in _examined(files, options):
        if examined.passed_over:
            if options.verbose:
                print(f"{path}: passed over: {examined.passed_over}", file=sys.stderr)
            continue
        codes.append(examined.code)
        total = total + examined.counts
        out.write(examined.text)
        if examined.result is not None:
            kept.append(examined.result)
    if not codes:
        words = (
            "run configs there; -v says why each file was passed over"
            if files
            else "YAML files there; name a run config"
        )
        print(f"error: no {words}", file=sys.stderr)
        if options.format not in WHOLE:
            return FAILED
    if (
        options.format in WHOLE
    ):  # also where nothing was found, for whatever takes the document further
        out.write(_document(kept, options))
    try:
        out.close()
    except FileError as error:
        print(f"error: {error.path}: {error.message}", file=sys.stderr)
        return FAILED
    if not codes:
        return FAILED
    if options.format == "full":
        from stackcfg.reports.validate.full import summary

        print(summary(total), file=sys.stderr)
    code = worst(codes)
    return OK if options.exit_zero and code == FINDINGS else code


def _examined(
    files: list[tuple[str, bool]], options: Options
) -> Iterator[tuple[tuple[str, bool], Examined]]:
    """What comes of each file, in the order of the files; many are shared out to several processes."""
    from stackcfg.system.parallel import parallel_map

    def one(item: tuple[str, bool]) -> Examined:
        return examine(item[0], item[1], options)

    from stackcfg.system.progress import Progress

    progress = Progress(len(files), options.color)
    for item, examined in zip(files, parallel_map(one, files), strict=True):
        progress.advance(item[0])
        if examined.text:
            progress.pause()
        yield item, examined
    progress.pause()


def examine(path: str, in_folder: bool, options: Options) -> Examined:
    """Validate one file and say what is to be printed about it."""
    name = options.stdin_name if path == STDIN else path
    text = ""
    documents: tuple[Document, ...] = ()
    try:
        text = read_file(path)
        if in_folder and not may_hold_run_config(text):
            return Examined(OK, passed_over="not a run config")
        found = validate(text, _for_file(name, options))
        documents = found.documents
        result = FileResult(name, found.findings, ignored=found.ignored)
    except NotRunConfigError as error:
        if in_folder:
            return Examined(OK, passed_over=error.message)
        result = FileResult(name, problem=problem_from_error(error))
    except InputError as error:
        if in_folder and not looks_like_run_config(text):
            return Examined(OK, passed_over=error.message)
        result = FileResult(name, problem=problem_from_error(error))
    except Exception as error:  # one file must not keep the others from their turn
        result = FileResult(name, problem=problem_from_error(error))
    kept = result if options.format in WHOLE else None
    return Examined(
        _code(result, options),
        "".join(_lines(result, text, documents, options)),
        kept,
        count_findings([result]),
    )


def _for_file(name: str, options: Options) -> Settings:
    silenced = options.own.ignored_in(name)
    settings = options.settings
    return (
        settings._replace(ignored=settings.ignored | silenced) if silenced else settings
    )


def _code(result: FileResult, options: Options) -> int:
    if result.problem is not None:
        return FAILED
    counted = (ERROR, WARNING) if options.strict else (ERROR,)
    return FINDINGS if any(each.severity in counted for each in result.findings) else OK


def _lines(
    result: FileResult, text: str, documents: tuple[Document, ...], options: Options
) -> Iterator[str]:
    """What is printed about one file in the formats that go file by file."""
    if options.format in WHOLE or not (result.findings or result.problem):
        return
    for line in _rendered(result, text, documents, options):
        yield f"{line}\n"


def _rendered(
    result: FileResult, text: str, documents: tuple[Document, ...], options: Options
) -> Iterator[str]:
    if options.format == "concise":
        from stackcfg.reports.validate import concise as diagnostics_concise

        return diagnostics_concise.render(result)
    if options.format == "github":
        from stackcfg.reports.validate import github as diagnostics_github

        return diagnostics_github.render(result)
    from stackcfg.redaction.secrets import may_hold_secret
    from stackcfg.reports.validate import full as diagnostics_full
    from stackcfg.system.terminal import terminal_width, wants_color

    if not options.show_secrets and may_hold_secret(text):
        from stackcfg.redaction.yaml import mask_in_place

        text = mask_in_place(documents[0].text if documents else text, documents)
    on_screen = options.output is None
    return diagnostics_full.render(
        result,
        _split(text),
        on_screen and wants_color(sys.stdout, options.color),
        terminal_width(sys.stdout) if on_screen else 0,
    )


def _split(text: str) -> Sequence[str]:
    return (
        text.removeprefix("\ufeff")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .split("\n")
    )


def _document(results: list[FileResult], options: Options) -> str:
    target = options.settings.target.name
    if options.format == "json":
        from stackcfg.reports.validate import json as diagnostics_json

        return diagnostics_json.render(results, target)
    if options.format == "sarif":
        from stackcfg import __version__
        from stackcfg.reports.validate import sarif as diagnostics_sarif
        from stackcfg.validation.engine import rule_infos

        return diagnostics_sarif.render(
            results, {info.id: info for info in rule_infos()}, __version__
        )
    from stackcfg.reports.validate import junit as diagnostics_junit

    return diagnostics_junit.render(results)


class _Output:
    """Where the product goes: standard output, or a file that is written whole at the end."""

    def __init__(self, options: Options) -> None:
        self._path = options.output
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        """Print now, or keep for the file."""
        if self._path is not None:
            self._pieces.append(text)
        elif text:
            write_stdout(text)

    def close(self) -> None:
        """Write the file. Raises `FileError`."""
        if self._path is not None:
            from stackcfg.system.files import write_file

            write_file(self._path, "".join(self._pieces))
