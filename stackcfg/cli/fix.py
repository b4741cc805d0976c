"""What `validate --fix` and `--add-ignore` do with one file: write, or show."""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.cli.baseline import Baseline
from stackcfg.cli.batch import InputFile
from stackcfg.errors import StackcfgError
from stackcfg.light_typing import Final, NamedTuple
from stackcfg.system.files import STDIN
from stackcfg.validation.engine import Validation, fix, validate
from stackcfg.validation.settings import Settings

WRITE: Final = "write"
DIFF: Final = "diff"


class FixOptions(NamedTuple):
    """Whether changes are written, shown as a diff, or (with an empty
    `mode`) not made.

    The changes are fixes or, with a `reason`, comments that silence
    findings.
    """

    mode: str = ""
    backup: bool = True
    show_secrets: bool = False
    reason: str = ""


class FixedFile(NamedTuple):
    """What is left to find in a file, and its text with the changes."""

    left: Validation
    text: str
    applied: int = 0
    diff: str = ""


def fix_file(
    file: InputFile, text: str, settings: Settings, options: FixOptions
) -> FixedFile:
    """Fix a file, or show how.

    Raises `StackcfgError` where it cannot be written.
    """
    _check_writable(file, options, "the fixes")
    fixed = fix(text, settings)
    diff = _write_or_show(file, text, fixed.text, options)
    return FixedFile(fixed.left, fixed.text, fixed.applied, diff)


def silence_file(
    file: InputFile,
    text: str,
    settings: Settings,
    options: FixOptions,
    baseline: Baseline,
) -> FixedFile:
    """Write comments that silence what a file has beside the baseline,
    or show them.

    Raises `StackcfgError` where it cannot be written.
    """
    from stackcfg.validation.silencing import silence

    _check_writable(file, options, "the comments")
    found = validate(text, settings)
    wanted = baseline.compare(file.name, found.findings, settings.wants).new
    silenced = silence(text, found, wanted, settings, options.reason)
    diff = _write_or_show(file, text, silenced.text, options)
    return FixedFile(silenced.left, silenced.text, silenced.silenced, diff)


def _check_writable(file: InputFile, options: FixOptions, what: str) -> None:
    if options.mode == WRITE and file.path == STDIN:
        hint = f"--diff shows {what}"
        raise StackcfgError("standard input cannot be changed in place", hint=hint)


def _write_or_show(file: InputFile, old: str, new: str, options: FixOptions) -> str:
    """Write a changed text, or return how it differs, as the options ask."""
    if options.mode == DIFF:
        from stackcfg.cli.diffs import diff_lines

        return "".join(diff_lines(file.name, old, new, options.show_secrets))
    if new != old:
        from stackcfg.system.file_writing import write_file

        write_file(file.path, new, backup=options.backup)
    return ""


def describe_fixes(counts: Sequence[int], options: FixOptions, unsafe: int) -> str:
    """Return the closing line about changes; `counts` has those of each file.

    `unsafe` counts the fixes that are left out since they are not safe.
    """
    from stackcfg.reports.console.listing import count_words

    applied = sum(counts)
    places = count_words(len(counts), "file")
    if options.reason:
        return _describe_silenced(applied, places, options)
    more = f", {unsafe} more with --unsafe-fixes" if unsafe else ""
    if not applied:
        return f"nothing to fix{more}"
    fixes = "1 fix" if applied == 1 else f"{applied} fixes"
    if options.mode == DIFF:
        return f"{fixes} in {places} would be written{more}"
    return f"{fixes} written in {places}{more}"


def _describe_silenced(count: int, places: str, options: FixOptions) -> str:
    from stackcfg.reports.console.listing import count_words

    if not count:
        return "nothing to silence"
    findings = count_words(count, "finding")
    if options.mode == DIFF:
        return f"{findings} in {places} would be silenced"
    return f"{findings} silenced in {places}"
