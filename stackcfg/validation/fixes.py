"""Fixes applied to a text, and the proof that each does what it says.

A fix is proved if the text that it writes is validated again, its
finding is gone, no other has come that does not follow from it, and the
data of the run configs is what it was, but for what the fix says.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.loading.configs import BOM
from stackcfg.loading.errors import InputError
from stackcfg.paths import Path
from stackcfg.runconfig.same_values import has_same_values
from stackcfg.validation.changed_data import DataChanges
from stackcfg.validation.entry_names import name_entry
from stackcfg.validation.findings import SEVERITIES, Finding, Replacement
from stackcfg.validation.rule_finding import KEY, Change, Correction
from stackcfg.yamltext.edits import Edit, apply_edits
from stackcfg.yamltext.lines import LineIndex, Position


class Checked(NamedTuple):
    """The findings of a text, and the data of its run configs by their places."""

    findings: Sequence[Finding]
    data: Mapping[str, Any] = {}


Check = Callable[[str], Checked]
"""Returns what is found in a text."""

PASSES = 5
"""How often a text is fixed: one fix can make room for another."""

MOST_CHECKS = 64
"""How often a text is checked with some of its fixes. Of a text with
dozens of fixes that cannot be proved, those that were not tried by then
are not proved either: the time of a proof stays in proportion to the
text.
"""

_END: Final = attrgetter("end")
_SPAN: Final = attrgetter("start", "end")


def hide_unsafe_fixes(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, those with a fix that is not safe without it."""
    return [_hide_unsafe_fix(finding) for finding in findings]


def _hide_unsafe_fix(finding: Finding) -> Finding:
    if _is_unsafe(finding):
        return finding._replace(fix=None, has_hidden_fix=True)
    return finding


def _is_unsafe(finding: Finding) -> bool:
    """Return whether a finding has a fix that is not safe."""
    return finding.fix is not None and not finding.fix.is_safe


def with_fixes(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that have a fix."""
    return [finding for finding in findings if finding.fix is not None]


def apply_fixes(text: str, findings: Iterable[Finding]) -> str:
    """Return a text with the fixes of its findings.

    Of two fixes that write different things at one place, the safe one
    counts, or else the first.
    """
    start = len(BOM) if text.startswith(BOM) else 0
    body = text[start:]
    lines = LineIndex(body)
    edits: dict[Edit, None] = {}
    # the same edits by their place
    taken: list[Edit] = []
    for finding in sorted(findings, key=_is_unsafe):
        if finding.fix is None:
            continue
        wanted = [_edit_of(lines, each) for each in finding.fix.replacements]
        new = [edit for edit in wanted if edit not in edits]
        if all(_is_free(edit, taken) for edit in new):
            edits.update(dict.fromkeys(new))
            for edit in new:
                insort(taken, edit, key=_SPAN)
    return text[:start] + apply_edits(body, edits)


def _edit_of(lines: LineIndex, replacement: Replacement) -> Edit:
    span = replacement.span
    start, end = lines.offset(span.start), lines.offset(span.end)
    return Edit(start, end, (replacement.text,))


def _is_free(edit: Edit, taken: Sequence[Edit]) -> bool:
    """Return whether an edit overlaps none of others, which are in order."""
    number = bisect_right(taken, edit.start, key=_END)
    return number == len(taken) or taken[number].start >= edit.end


def fix_text(text: str, check: Check) -> tuple[str, int]:
    """Return a text with all fixes of its findings, and how many were applied."""
    applied = 0
    for _ in range(PASSES):
        fixable = with_fixes(check(text).findings)
        if not fixable:
            break
        applied += len(fixable)
        text = apply_fixes(text, fixable)
    return text, applied


def keep_proved_fixes(text: str, before: Checked, check: Check) -> list[Finding]:
    """Return the findings of a text, those without fixes whose fix is
    not proved.
    """
    findings = before.findings
    proof = _Proof(text, before, check)
    fixable = with_fixes(findings)
    # a safe fix is proved without those that are not
    safe = [finding for finding in fixable if not _is_unsafe(finding)]
    proved = _prove(proof, [], safe)
    proved = _prove(proof, proved, fixable)
    rest = set(fixable).difference(proved)
    return [_drop_fix_of(rest, finding) for finding in findings]


def _prove(
    proof: _Proof, proved: list[Finding], fixable: Sequence[Finding]
) -> list[Finding]:
    """Return what is proved, with those of more fixes that are proved with it."""
    proved = list(proved)
    rest = _without(fixable, proved)
    # a fix can need another one, before or behind it
    while rest:
        more = proof.find_proved(proved, rest)
        if not more:
            break
        proved += more
        rest = _without(rest, more)
    return proved


def _without(
    findings: Iterable[Finding],
    others: Iterable[Finding],
) -> list[Finding]:
    """Return findings that are not among others."""
    known = set(others)
    return [finding for finding in findings if finding not in known]


def _drop_fix_of(rest: Collection[Finding], finding: Finding) -> Finding:
    if finding in rest:
        return finding._replace(fix=None)
    return finding


class _Proof:
    """What fixes of a text are held against."""

    def __init__(self, text: str, before: Checked, check: Check) -> None:
        self._text = text
        self._findings = before.findings
        self._data = before.data
        self._check = check
        self._answers: dict[frozenset[Finding], tuple[Finding, ...]] = {}

    def find_proved(
        self, proved: Sequence[Finding], batch: Sequence[Finding]
    ) -> list[Finding]:
        """Return what of a batch is proved together with what is proved
        already.
        """
        if len(self._answers) >= MOST_CHECKS:
            return []
        against = self._find_unexpected(frozenset((*proved, *batch)))
        if not against:
            return list(batch)
        if _write_the_same(batch):
            return []
        found: list[Finding] = []
        for part in _split(batch, against):
            found += self.find_proved([*proved, *found], part)
        return found

    def _find_unexpected(self, fixed: frozenset[Finding]) -> tuple[Finding, ...]:
        """Return what speaks against fixes: findings that are not gone,
        or new, and those whose fix changes other data.
        """
        if fixed not in self._answers:
            self._answers[fixed] = tuple(self._check_fixed(fixed))
        return self._answers[fixed]

    def _check_fixed(self, fixed: frozenset[Finding]) -> Iterator[Finding]:
        chosen = [finding for finding in self._findings if finding in fixed]
        try:
            after = self._check(apply_fixes(self._text, chosen))
        except InputError:
            yield from chosen
            return
        if not self._is_expected_data(chosen, after.data):
            yield from chosen
        new = self._find_new(chosen, after)
        yield from _without_consequences(new, chosen, after)

    def _find_new(
        self,
        chosen: Sequence[Finding],
        after: Checked,
    ) -> list[Finding]:
        """Return the findings that are more than what is left of those before."""
        expected = _count(self._findings) - _count(chosen)
        new = []
        for finding in after.findings:
            kind = _kind_of(finding)
            if expected[kind] <= 0:
                new.append(finding)
            expected[kind] -= 1
        return new

    def _is_expected_data(
        self, chosen: Sequence[Finding], after: Mapping[str, Any]
    ) -> bool:
        expected = dict(self._data)
        for place, changes in _changes_by_place(chosen).items():
            if place in expected:
                expected[place] = changes.apply(expected[place])
        return has_same_values(expected, dict(after))


def _without_consequences(
    new: Sequence[Finding], fixed: Sequence[Finding], after: Checked
) -> list[Finding]:
    """Return new findings without those about the value of a key that a
    fix has renamed, and less serious than what it mends.

    The value is read, and so judged, only now.
    """
    if not new:
        return []
    grades = _grades_of_renamed(fixed, after)
    return [
        each
        for each in new
        if grades.get((each.place, each.entry), len(SEVERITIES)) >= _grade(each)
    ]


def _grades_of_renamed(
    fixed: Sequence[Finding], after: Checked
) -> dict[tuple[str, str], int]:
    """Return the places and names of entries whose key a fix has
    renamed, with the gravest severity that this mends.
    """
    grades: dict[tuple[str, str], int] = {}
    changes = _changes_by_place(fixed)
    for finding in fixed:
        place = finding.place
        for path in _renamed_keys(finding):
            new_path = changes[place].new_path(path) or path
            name = name_entry(after.data.get(place), new_path)
            known = grades.get((place, name), len(SEVERITIES))
            grades[place, name] = min(known, _grade(finding))
    return grades


def _renamed_keys(finding: Finding) -> Iterator[Path]:
    """Yield the paths of the keys that the fix of a finding renames."""
    if finding.fix is None:
        return
    for change in finding.fix.changes:
        if isinstance(change, Correction):
            place = change.place
            if place.part == KEY and place.span is None:
                yield place.path


def _grade(finding: Finding) -> int:
    """Return the place of a severity, the gravest first."""
    return SEVERITIES.index(finding.severity)


def _changes_by_place(findings: Iterable[Finding]) -> dict[str, DataChanges]:
    """Return what the fixes of findings do to the data of each run config."""
    fixed: dict[str, list[Finding]] = {}
    for finding in findings:
        fixed.setdefault(finding.place, []).append(finding)
    return {place: DataChanges(changes_of(own)) for place, own in fixed.items()}


def changes_of(findings: Iterable[Finding]) -> Iterator[Change]:
    """Yield the changes of data by the fixes of findings."""
    for finding in findings:
        if finding.fix is not None:
            yield from finding.fix.changes


def _split(
    batch: Sequence[Finding], against: Sequence[Finding]
) -> Sequence[Sequence[Finding]]:
    """Return parts of a batch, of which the first is probably proved."""
    suspects = _find_suspects(batch, against)
    if not suspects:
        half = len(batch) // 2
        return batch[:half], batch[half:]
    if len(suspects) == len(batch):
        # something speaks against each of them
        return [[each] for each in batch]
    others = [each for each in batch if each not in suspects]
    return others, [each for each in batch if each in suspects]


def _write_the_same(batch: Sequence[Finding]) -> bool:
    """Return whether the fixes of a batch write the same text at the
    same places: one of them alone would be as all of them.
    """
    written = {frozenset(finding.fix.replacements) for finding in batch if finding.fix}
    return len(written) <= 1


def _find_suspects(
    batch: Sequence[Finding], against: Sequence[Finding]
) -> set[Finding]:
    """Return the fixes that probably brought what speaks against them:
    those that write nearest above it.
    """
    writing: dict[Position, set[Finding]] = {}
    for finding in batch:
        if finding.fix is None:
            continue
        for replacement in finding.fix.replacements:
            writing.setdefault(replacement.span.start, set()).add(finding)
    places = sorted(writing)
    suspects: set[Finding] = set()
    for finding in against:
        number = bisect_right(places, finding.span.start)
        for place in places[max(0, number - 1) : number]:
            suspects |= writing[place]
    return suspects


def _count(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """Return how often each finding occurs; its line and column do not count."""
    return Counter(map(_kind_of, findings))


def _kind_of(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.message
