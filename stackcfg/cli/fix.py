"""What `validate --fix` does with one file: write its fixes, or show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from stackcfg.cli.batch import InputFile
from stackcfg.cli.diffs import diff_lines
from stackcfg.errors import StackcfgError
from stackcfg.system.files import STDIN, write_file
from stackcfg.validation.engine import Settings, Validation, fix

WRITE: Final = "write"
DIFF: Final = "diff"


class FixOptions(NamedTuple):
    """Whether fixes are written, shown as a diff, or (with an empty `mode`) left."""

    mode: str = ""
    backup: bool = True
    show_secrets: bool = False


class FixedFile(NamedTuple):
    """What is left to find in a file, and its text with the fixes."""

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
    if options.mode == WRITE and file.path == STDIN:
        hint = "--diff shows the fixes"
        raise StackcfgError("standard input cannot be changed in place", hint=hint)
    fixed = fix(text, settings)
    diff = ""
    if options.mode == DIFF:
        lines = diff_lines(file.name, text, fixed.text, options.show_secrets)
        diff = "".join(lines)
    elif fixed.applied:
        write_file(file.path, fixed.text, backup=options.backup)
    return FixedFile(fixed.left, fixed.text, fixed.applied, diff)


def describe_fixes(counts: Sequence[int], mode: str) -> str:
    """Return the closing line about fixes; `counts` has those of each file."""
    applied = sum(counts)
    if not applied:
        return "nothing to fix"
    fixes = "1 fix" if applied == 1 else f"{applied} fixes"
    places = "1 file" if len(counts) == 1 else f"{len(counts)} files"
    if mode == DIFF:
        return f"{fixes} in {places} would be written"
    return f"{fixes} written in {places}"
