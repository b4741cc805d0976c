"""What a fix must not do, found by means of our own tests: other findings, lost comments, a second change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import yaml

from stackcfg.errors import StackcfgError
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import SEVERITIES, Finding
from stackcfg.validation.fixes import PASSES, Check, Checked, apply_fixes, fix_text
from stackcfg.validation.settings import Settings


class Fixed(NamedTuple):
    """A text with all of its fixes, and what is wrong with them."""

    text: str
    applied: int
    faults: tuple[str, ...]


def fix_and_check(text: str, settings: Settings) -> Fixed | None:
    """Return a fixed text; None if it has no fix, or cannot be read."""

    @cache
    def check(fixed: str) -> Checked:
        return Checked(validate(fixed, settings).findings)

    try:
        before = check(text).findings
    except StackcfgError:
        return None
    fixable = [finding for finding in before if finding.fix is not None]
    if not fixable:
        return None
    fixed, applied = fix_text(text, check)
    faults = [*_faults_of_one_pass(text, before, fixable, check(fixed).findings)]
    if fix_text(fixed, check) != (fixed, 0):
        faults.append("a second run changes something")
    if not settings.unsafe_fixes and _kept(text) != _kept(fixed):
        faults.append("comments are lost or moved")
    if not _changes_only_fixes(text, check):
        faults.append("a line without a fix is changed")
    return Fixed(fixed, applied, tuple(faults))


def _faults_of_one_pass(
    text: str,
    before: Sequence[Finding],
    fixable: Sequence[Finding],
    after: Sequence[Finding],
) -> Iterator[str]:
    renamed = [each for each in fixable if _renames_key(text, each)]
    new = _count(after) - (_count(before) - _count(fixable))
    for each in after:
        # the value of a key with its right name is read, and judged, for the first time
        if any(_is_milder_there(each, fixed) for fixed in renamed):
            del new[each.rule, each.message]
    for (rule, message), _ in new.items():
        is_left = any(each.message == message for each in fixable)
        what = "is left" if is_left else "is new"
        yield f"{rule} {what}: {message}"


def _renames_key(text: str, finding: Finding) -> bool:
    """Return whether a fix begins with new text in front of a colon: with another key."""
    assert finding.fix is not None
    end = finding.fix.replacements[0].span.end
    line = text.removeprefix("\ufeff").split("\n")[end.line - 1]
    return line[end.column - 1 :].lstrip().startswith(":")


def _is_milder_there(new: Finding, fixed: Finding) -> bool:
    """Return whether a finding is less serious than the one of a fix, and on its line."""
    is_milder = SEVERITIES.index(new.severity) > SEVERITIES.index(fixed.severity)
    return is_milder and new.span.start.line == fixed.span.start.line


def _count(findings: Sequence[Finding]) -> Counter[tuple[str, str]]:
    return Counter((each.rule, each.message) for each in findings)


def _kept(text: str) -> list[str]:
    """Return the comments of a text without what silences findings."""
    kept = [re.split(r"#?\s*stackcfg:", each)[0].strip() for each in comments_of(text)]
    return [each for each in kept if each]


def _changes_only_fixes(text: str, check: Check) -> bool:
    """Return whether all passes change the lines of their fixes, and no others."""
    for _ in range(PASSES):
        fixable = [each for each in check(text).findings if each.fix is not None]
        fixed = apply_fixes(text, fixable)
        if not _keeps_other_lines(text, fixed, _lines_of(fixable)):
            return False
        text = fixed
    return True


def _lines_of(fixable: Sequence[Finding]) -> set[int]:
    lines: set[int] = set()
    for finding in fixable:
        assert finding.fix is not None
        for replacement in finding.fix.replacements:
            start, end = replacement.span
            lines |= set(range(start.line, end.line + 1))
    return lines


def _keeps_other_lines(text: str, fixed: str, changed: set[int]) -> bool:
    """Return whether a fixed text has all lines but the changed ones, and new lines only in place of those.

    A difference of two texts does not tell which of two equal lines went, so it is no judge of this.
    """
    lines, found = text.split("\n"), fixed.split("\n")
    if not changed:
        return found == lines
    first, last = min(changed) - 1, max(changed)
    tail = lines[last:]
    end = len(found) - len(tail)
    if found[:first] != lines[:first] or found[end:] != tail:
        return False
    position = first
    for block in _unchanged_blocks(lines[:last], changed, first):
        while found[position : position + len(block)] != block:
            position += 1
            if position + len(block) > end:
                return False
        position += len(block)
    return position <= end


def _unchanged_blocks(
    lines: Sequence[str], changed: set[int], start: int
) -> Iterator[list[str]]:
    """Yield the runs of lines between changed ones."""
    block: list[str] = []
    for number, line in enumerate(lines[start:], start + 1):
        if number not in changed:
            block.append(line)
        elif block:
            yield block
            block = []


def comments_of(text: str) -> Iterator[str]:
    """Yield the comments of a text, which are between the tokens that PyYAML finds."""
    position = 0
    text = text.removeprefix("\ufeff")
    try:
        for token in yaml.scan(text):
            yield from _comments_between(text, position, token.start_mark.index)
            position = max(position, token.end_mark.index)
    except yaml.YAMLError:
        # templates: their comments are those of the lines
        yield from _comments_between(text, position, len(text))
        return
    yield from _comments_between(text, position, len(text))


def _comments_between(text: str, start: int, end: int) -> Iterator[str]:
    for line in text[start:end].splitlines():
        _, mark, words = line.partition("#")
        if mark:
            yield words.strip()
