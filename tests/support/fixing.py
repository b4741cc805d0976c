"""What a fix must not do, found by means of our own tests: other findings, lost comments, a second change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import yaml

from stackcfg.errors import StackcfgError
from stackcfg.validation.engine import validate
from stackcfg.validation.findings import Finding
from stackcfg.validation.fixes import PASSES, Check, apply_fixes, fix_text
from stackcfg.validation.settings import Settings


class Fixed(NamedTuple):
    """A text with all of its fixes, and what is wrong with them."""

    text: str
    applied: int
    faults: tuple[str, ...]


def fix_and_check(text: str, settings: Settings) -> Fixed | None:
    """Return a fixed text; None if it has no fix, or cannot be read."""

    @cache
    def check(fixed: str) -> tuple[Finding, ...]:
        return validate(fixed, settings).findings

    try:
        before = check(text)
    except StackcfgError:
        return None
    fixable = [finding for finding in before if finding.fix is not None]
    if not fixable:
        return None
    fixed, applied = fix_text(text, check)
    faults = [*_faults_of_one_pass(before, fixable, check(fixed))]
    if fix_text(fixed, check) != (fixed, 0):
        faults.append("a second run changes something")
    if list(comments_of(text)) != list(comments_of(fixed)):
        faults.append("comments are lost or moved")
    if not _changed_lines(text, fixed) <= _lines_with_fixes(text, check):
        faults.append("a line without a fix is changed")
    return Fixed(fixed, applied, tuple(faults))


def _faults_of_one_pass(
    before: tuple[Finding, ...], fixable: list[Finding], after: tuple[Finding, ...]
) -> Iterator[str]:
    expected = _count(before) - _count(fixable)
    for (rule, message), _ in (_count(after) - expected).items():
        is_left = any(each.message == message for each in fixable)
        what = "is left" if is_left else "is new"
        yield f"{rule} {what}: {message}"


def _count(findings: tuple[Finding, ...] | list[Finding]) -> Counter[tuple[str, str]]:
    return Counter((each.rule, each.message) for each in findings)


def _changed_lines(one: str, other: str) -> set[int]:
    lines = zip(one.split("\n"), other.split("\n"), strict=True)
    return {
        number for number, (before, after) in enumerate(lines, 1) if before != after
    }


def _lines_with_fixes(text: str, check: Check) -> set[int]:
    """Return the lines of the fixes, also of those that come up once others are made."""
    lines: set[int] = set()
    for _ in range(PASSES):
        fixable = [finding for finding in check(text) if finding.fix is not None]
        for finding in fixable:
            assert finding.fix is not None
            lines |= {each.span.start.line for each in finding.fix.replacements}
        text = apply_fixes(text, fixable)
    return lines


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
