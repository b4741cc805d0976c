"""What `validate` found in files before, so that an unchanged file costs nothing.

A result is kept only if it depends on nothing but the text of its file,
the options, and the program: not where the objects of other files were
asked for. It holds what the output shows, so no passwords, and nothing
is kept of a run that shows them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec

from stackcfg import __version__
from stackcfg.cli.baseline import Baseline
from stackcfg.cli.batch import FileOutcome, InputFile
from stackcfg.cli.checked_json import decode_checked, encode_checked
from stackcfg.cli.settings import ProjectSettings
from stackcfg.cli.validate_file import Checked
from stackcfg.cli.validate_options import Options
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.system.cache_folder import CacheFolder, digest, digest_files
from stackcfg.system.files import STDIN, read_file
from stackcfg.system.parallel import parallel_map
from stackcfg.system.terminal import terminal_width, wants_color
from stackcfg.validation.settings import Settings

_FORM: Final = 1
"""The number of the form of entries; another form has another stamp."""


class ResultKeys:
    """The keys of results: each sums up all that a result depends upon,
    but for what the stamp of the cache does.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._described: dict[Settings, str] = {}
        shown = (wants_color(sys.stdout, options.color), terminal_width(sys.stdout))
        self._shown = shown if options.output is None else None

    def key_of(self, file: InputFile, text: str) -> str:
        """Return the key of the result of a file with this text."""
        settings = self._options.settings_of(file.name)
        if settings not in self._described:
            self._described[settings] = self._describe(settings)
        known = self._options.baseline.known_in(file.name)
        parts = (file.name, file.in_folder, known, self._described[settings])
        # JSON has no line end in it: the text begins at the first one
        return digest(f"{json.dumps(parts)}\n{text}")

    def _describe(self, settings: Settings) -> str:
        """Return all options as text, but for those that change no file's result.

        A new option changes the keys, unless it is named here.
        """
        options = self._options._replace(
            settings=settings,
            # they are in `settings`, for each file
            project=ProjectSettings(),
            is_target_asked=False,
            # it decides what is shown, which is in the text itself
            output=None,
            color=None,
            # each file has its own part of it
            baseline=Baseline(self._options.baseline.path),
            # what is about all files together
            stdin_name="",
            exclude=(),
            exit_zero=False,
            quiet=False,
            verbose=False,
            cache="",
        )
        return json.dumps([_plain(options), self._shown])


def _plain(value: Any) -> Any:
    """Return a value of the options as what JSON can hold, always in one order."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return sorted((key, _plain(each)) for key, each in value.items())
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


class ResultCache(NamedTuple):
    """The results in a cache folder, and the keys of those of this run."""

    folder: CacheFolder
    keys: ResultKeys

    def find(self, file: InputFile) -> Checked | None:
        """Return what was found in a file when it had the text of now."""
        if file.path == STDIN:
            return None
        try:
            text = read_file(file.path)
        except StackcfgError:
            # it is reported where the file is validated
            return None
        kept = self.folder.find(self.keys.key_of(file, text))
        if kept is None:
            return None
        try:
            return decode_checked(kept)
        except ValueError:
            return None


def use_cache(
    work: Callable[[InputFile], FileOutcome[Checked]],
    files: Sequence[InputFile],
    options: Options,
) -> Iterator[FileOutcome[Checked]]:
    """Yield the outcome of each file, in order: of those that are not
    in the cache by `work`, whose outcomes have the texts that they
    depend upon, and nothing else.

    Raises `FileError` for a folder that cannot be a cache.
    """
    cache = open_cache(options)
    if cache is None:
        yield from parallel_map(work, files)
        return
    yield from _use(cache, work, files)
    cache.folder.save()
    if cache.folder.problem and options.verbose:
        words = f"{options.cache}: the cache is not written: {cache.folder.problem}"
        print(words, file=sys.stderr)


def _use(
    cache: ResultCache,
    work: Callable[[InputFile], FileOutcome[Checked]],
    files: Sequence[InputFile],
) -> Iterator[FileOutcome[Checked]]:
    known = {file: cache.find(file) for file in files}
    changed = [file for file in files if known[file] is None]
    outcomes = parallel_map(partial(_work_with_key, work, cache.keys), changed)
    for file in files:
        checked = known[file]
        if checked is not None:
            yield FileOutcome(file.name, checked)
            continue
        outcome, key = next(outcomes)
        if outcome.result is not None and key:
            cache.folder.keep(key, encode_checked(outcome.result))
        yield outcome


def _work_with_key(
    work: Callable[[InputFile], FileOutcome[Checked]], keys: ResultKeys, file: InputFile
) -> tuple[FileOutcome[Checked], str]:
    """Return the outcome of a file, and the key to keep it by; no key
    for one that depends on more than its text.
    """
    outcome = work(file)
    key = ""
    if outcome.text and file.path != STDIN:
        # the file may have changed since it was looked for
        key = keys.key_of(file, outcome.text)
    return outcome._replace(text=""), key


def open_cache(options: Options) -> ResultCache | None:
    """Return the cache that the options name; None if the run can use none.

    A run that changes files is to look at them. Results by a JSON
    Schema depend on the library for it. Raises `FileError` for a folder
    that holds other files.
    """
    changes_files = options.fix.mode or options.new_baseline is not None
    if not options.cache or changes_files or options.show_secrets:
        return None
    if options.settings.schema is not None:
        return None
    program = _name_program()
    if not program:
        return None
    stamp = json.dumps([_FORM, program, _name_parser(), sys.version, sys.platform])
    return ResultCache(CacheFolder(options.cache, stamp), ResultKeys(options))


def _name_parser() -> list[str]:
    """Return the versions of what reads YAML."""
    import yaml

    if not yaml.__with_libyaml__:
        return [yaml.__version__]
    from yaml import _yaml

    return [yaml.__version__, _yaml.get_version_string()]


def _name_program() -> str:
    """Return what tells this program from all others: the version of a
    release, else the digest of the files of a checkout. Empty if
    neither is known.
    """
    is_built = find_spec("stackcfg._version") is not None
    if is_built and not set(__version__) - set("0123456789."):
        return __version__
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not os.path.isdir(package):
        return ""
    return digest_files(package)
