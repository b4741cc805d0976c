"""The loop over files of every command: one bad file does not stop the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from stackcfg.cli.errors import problem_from_error
from stackcfg.cli.settings import ProjectSettings
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Generic, NamedTuple, TypeVar
from stackcfg.loading.configs import (
    check_found_file,
    looks_like_run_config,
    may_be_found,
)
from stackcfg.loading.errors import InputError, NotRunConfigError, Problem
from stackcfg.manifests.file_names import is_searched, is_yaml
from stackcfg.system.files import (
    STDIN,
    FileError,
    find_files,
    is_same_file,
    read_file,
)
from stackcfg.system.progress import Progress

Result = TypeVar("Result")

STDIN_NAME = "<stdin>"


class InputFile(NamedTuple):
    """A file that a command is to process.

    `name` is what messages call it. `in_folder`: it was found in a
    folder, not named, so it is skipped unless it is a run config.
    """

    path: str
    name: str
    in_folder: bool = False


class FileOutcome(NamedTuple, Generic[Result]):
    """What became of one file: a result, or a problem, or the reason to skip it.

    `name` is the file that the problem is about. `text` is what was
    read.
    """

    name: str
    result: Result | None = None
    problem: Problem | None = None
    skipped: str = ""
    text: str = ""


def has_chart_template(files: Iterable[InputFile]) -> bool:
    """Return whether a file is in a folder whose name is that of charts' templates."""
    return any(os.sep + "templates" in os.path.abspath(file.path) for file in files)


class Exclusion(NamedTuple):
    """What a command leaves out: the files that `patterns` of its
    command line match, and, of those in folders, the files that the
    settings exclude.
    """

    patterns: tuple[str, ...] = ()
    project: ProjectSettings = ProjectSettings()

    def covers(self, path: str, in_folder: bool) -> bool:
        """Return whether a file is left out."""
        if path == STDIN:
            return False
        if in_folder and self.project.excludes(path):
            return True
        if not self.patterns:
            return False
        from stackcfg.system.path_patterns import matches_patterns

        return matches_patterns(path, self.patterns, os.curdir)


NOTHING_EXCLUDED = Exclusion()


def find_inputs(
    paths: list[str],
    stdin_name: str,
    exclusion: Exclusion = NOTHING_EXCLUDED,
    verbose: bool = False,
) -> list[InputFile]:
    """Return the files that the paths of a command line name, each once.

    `verbose` prints which files are excluded. Raises `StackcfgError` if
    all are.
    """
    found: list[InputFile] = []
    excluded = 0
    for path, in_folder in find_files(paths, is_searched):
        if exclusion.covers(path, in_folder):
            excluded += 1
            if verbose:
                _print_skipped(path, "excluded")
            continue
        name = path
        if path == STDIN:
            name = stdin_name
        found.append(InputFile(path, name, in_folder))
    if excluded and not found:
        raise StackcfgError("every file is excluded", hint="-v names them")
    return found


def check_output(output: str | None, used: Iterable[str], hint: str = "") -> None:
    """Raise `StackcfgError` if an output file is one that the command reads.

    Links are followed.
    """
    if output is None:
        return
    for path in used:
        if path not in ("", STDIN) and is_same_file(path, output):
            message = f"{output} is an input of this command; it would be overwritten"
            raise StackcfgError(message, hint=hint or "name another file")


def _print_skipped(name: str, reason: str) -> None:
    from stackcfg.reports.console.characters import flat

    print(flat(f"{name}: skipped: {reason}"), file=sys.stderr)


def process_file(
    file: InputFile,
    work: Callable[[InputFile, str], Result],
    known: Collection[str] = (),
    holds_more: Callable[[str], bool] = lambda _text: False,
) -> FileOutcome[Result]:
    """Read one file and do the work on its text; any error becomes a problem.

    Of the files in folders those that are not run configs are skipped,
    but for the `known` paths and those that hold what else the command
    is for. Raises `OSError` where standard output cannot be written.
    """
    text = ""
    may_be_skipped = file.in_folder and file.path not in known
    try:
        text = read_file(file.path)
        if may_be_skipped and not holds_more(text):
            if not may_be_found(text):
                return FileOutcome(file.name, skipped="not a run config")
            check_found_file(text)
        return FileOutcome(file.name, work(file, text), text=text)
    except InputError as error:
        if may_be_skipped and _is_other_yaml(error, text):
            return FileOutcome(file.name, skipped=error.message)
        return _failed(file, error, text)
    except FileError as error:
        is_other = is_searched(file.path) and not is_yaml(file.path)
        if may_be_skipped and is_other:
            # a script in another encoding, say, has nothing to do with a server;
            # a folder that is locked can hold run configs
            return FileOutcome(file.name, skipped=error.message)
        return _failed(file, error, text)
    except Exception as error:
        return _failed(file, error, text)


def _is_other_yaml(error: InputError, text: str) -> bool:
    return isinstance(error, NotRunConfigError) or not looks_like_run_config(text)


def _failed(file: InputFile, error: Exception, text: str) -> FileOutcome[Result]:
    name = file.name
    # The output file, say, that cannot be written.
    if isinstance(error, StackcfgError) and error.file not in ("", file.path):
        name = error.file
    return FileOutcome(name, problem=problem_from_error(error), text=text)


def watch_progress(
    files: Sequence[InputFile],
    outcomes: Iterable[FileOutcome[Result]],
    progress: Progress,
    verbose: bool,
) -> Iterator[FileOutcome[Result]]:
    """Yield the outcomes of files that are not skipped, and draw the progress.

    `verbose` prints why the others are skipped.
    """
    for file, outcome in zip(files, outcomes, strict=True):
        progress.advance(file.path)
        if not outcome.skipped:
            yield outcome
        elif verbose:
            progress.hide()
            _print_skipped(outcome.name, outcome.skipped)
    progress.hide()


def nothing_found(
    files: Sequence[InputFile], paths: Sequence[str] = ()
) -> StackcfgError:
    """Return the error for paths that lead to no run config."""
    if files:
        hint = "-v says why each file was skipped"
        return StackcfgError("no run configs found", hint=hint)
    message = "no YAML files, scripts or Dockerfiles found"
    if paths:
        named = ", ".join(f"'{path}'" for path in paths)
        message += f" in {named}"
    return StackcfgError(message, hint="name a run config")
