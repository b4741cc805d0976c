"""Fixes applied to a text, and the proof that each does what it says.

A fix is proved if the text that it writes is validated again, its finding is
gone, and no other has come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from stackcfg.loading.configs import BOM
from stackcfg.loading.errors import InputError
from stackcfg.validation.findings import Finding, Replacement
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.lines import LineIndex

Check = Callable[[str], Sequence[Finding]]
"""Returns the findings of a text; their fixes are not proved yet."""

PASSES = 5
"""How often a text is fixed: one fix can make room for another."""


def with_fixes(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that have a fix."""
    return [finding for finding in findings if finding.fix is not None]


def apply_fixes(text: str, findings: Iterable[Finding]) -> str:
    """Return a text with the fixes of its findings.

    Of two fixes that write different things at one place, the first counts.
    """
    start = len(BOM) if text.startswith(BOM) else 0
    body = text[start:]
    lines = LineIndex(body)
    edits: dict[Edit, None] = {}
    for finding in findings:
        if finding.fix is None:
            continue
        wanted = [_edit_of(lines, each) for each in finding.fix.replacements]
        new = [edit for edit in wanted if edit not in edits]
        if not any(_overlap(edit, other) for edit in new for other in edits):
            edits.update(dict.fromkeys(new))
    return text[:start] + apply_edits(body, edits)


def _edit_of(lines: LineIndex, replacement: Replacement) -> Edit:
    span = replacement.span
    start, end = lines.offset(span.start), lines.offset(span.end)
    return Edit(start, end, (replacement.text,))


def _overlap(one: Edit, other: Edit) -> bool:
    return one.start < other.end and other.start < one.end


def fix_text(text: str, check: Check) -> tuple[str, int]:
    """Return a text with all fixes of its findings, and how many were applied."""
    applied = 0
    for _ in range(PASSES):
        fixable = with_fixes(check(text))
        if not fixable:
            break
        applied += len(fixable)
        text = apply_fixes(text, fixable)
    return text, applied


def keep_proved_fixes(
    text: str, findings: Sequence[Finding], check: Check
) -> list[Finding]:
    """Return the findings of a text, those without fixes whose fix is not
    proved.
    """
    proof = _Proof(text, findings, check)
    proved: list[Finding] = []
    rest = with_fixes(findings)
    # a fix can need another one, before or behind it
    while rest:
        more = proof.find_proved(proved, rest)
        if not more:
            break
        proved += more
        rest = [finding for finding in rest if finding not in proved]
    return [_drop_fix_of(rest, finding) for finding in findings]


def _drop_fix_of(rest: Sequence[Finding], finding: Finding) -> Finding:
    if finding in rest:
        return finding._replace(fix=None)
    return finding


class _Proof(NamedTuple):
    """What fixes of a text are held against."""

    text: str
    findings: Sequence[Finding]
    check: Check

    def find_proved(
        self, proved: Sequence[Finding], batch: Sequence[Finding]
    ) -> list[Finding]:
        """Return what of a batch is proved together with what is proved
        already.
        """
        if self._holds([*proved, *batch]):
            return list(batch)
        if len(batch) == 1:
            return []
        half = len(batch) // 2
        first = self.find_proved(proved, batch[:half])
        return first + self.find_proved([*proved, *first], batch[half:])

    def _holds(self, fixed: Sequence[Finding]) -> bool:
        try:
            after = self.check(apply_fixes(self.text, fixed))
        except InputError:
            return False
        expected = _count(self.findings) - _count(fixed)
        return not _count(after) - expected


def _count(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """Return how often each finding occurs; its line and column do not count."""
    return Counter((finding.rule, finding.message) for finding in findings)
