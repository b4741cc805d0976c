"""Comments that silence a rule: `# stackcfg: ignore[rule, other-rule] reason`.

Behind something, the comment is for its line; on a line of its own, for the next line
that is not a comment. It may follow other marks (`# noqa # stackcfg: …`). A comment that
goes on differently after `# stackcfg:` names no rule, so that a slip is reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

from stackcfg.loading.configs import RunConfig, position_of_offset
from stackcfg.validation.entry_spans import span_of
from stackcfg.validation.extra_rules import UNUSED_IGNORE
from stackcfg.validation.findings import WARNING, Finding, Span
from stackcfg.validation.rule_finding import EntryPart
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import Document

_COMMENT: Final = re.compile(r"#\s*stackcfg:(?:\s*ignore\s*\[([^\]\n]*)\])?")


class IgnoreComment(NamedTuple):
    """An ignore comment: its rules, and its start and end offset.

    `line` is the offset of the beginning of the line that it is for.
    """

    rules: tuple[str, ...]
    line: int
    start: int
    end: int


class LocatedIgnore(NamedTuple):
    """An ignore comment in the file: its rules, its line (1-based) and its own span."""

    rules: tuple[str, ...]
    line: int
    span: Span
    place: str


def find_ignore_comments(document: Document) -> Iterator[IgnoreComment]:
    """Yield the ignore comments of a document."""
    comments = Comments(document)
    for comment in comments.within(document.start, document.end):
        match = _COMMENT.search(comment.text)
        if match is None:
            continue
        names = [name.strip() for name in (match[1] or "").split(",")]
        end = comment.start + len(comment.text)
        line = document.lines.start_of(comment.start)
        if comments.is_own_line(comment):
            line = _next_content(document, end)
        yield IgnoreComment(tuple(filter(None, names)), line, comment.start, end)


def _next_content(document: Document, offset: int) -> int:
    """Return where the next line begins that is neither blank nor a comment."""
    position = document.lines.after(offset)
    while position < len(document.text):
        end = document.lines.after(position)
        content = document.text[position:end].strip()
        if content and not content.startswith("#"):
            return position
        position = end
    return position


def locate_ignores(config: RunConfig) -> list[LocatedIgnore]:
    """Return the ignore comments of a config with their place in the file."""
    found: list[LocatedIgnore] = []
    for comment in find_ignore_comments(config.document):
        line = position_of_offset(config, comment.line).line
        span = span_of(config, EntryPart(span=(comment.start, comment.end)))
        found.append(LocatedIgnore(comment.rules, line, span, config.place))
    return found


def apply_ignores(
    findings: Sequence[Finding],
    ignores: Sequence[LocatedIgnore],
    known_rules: Collection[str],
    is_wanted: Callable[[str], bool],
) -> tuple[list[Finding], int]:
    """Return the findings that no comment silences, and how many are silenced.

    Comments that silence nothing are findings as well.
    """
    kept: list[Finding] = []
    used: set[tuple[LocatedIgnore, str]] = set()
    for finding in findings:
        silencing = [ignore for ignore in ignores if _silences(ignore, finding)]
        used.update((ignore, finding.rule) for ignore in silencing)
        if not silencing:
            kept.append(finding)
    silenced = len(findings) - len(kept)
    if not is_wanted(UNUSED_IGNORE.id):
        return kept, silenced
    for ignore in ignores:
        expected = filter(is_wanted, ignore.rules)
        unused = [name for name in expected if (ignore, name) not in used]
        kept += _check_ignore(ignore, unused, known_rules)
    return kept, silenced


def _silences(ignore: LocatedIgnore, finding: Finding) -> bool:
    return ignore.line == finding.span.start.line and finding.rule in ignore.rules


def _check_ignore(
    ignore: LocatedIgnore, unused: Sequence[str], known_rules: Collection[str]
) -> Iterator[Finding]:
    unknown = [name for name in ignore.rules if name not in known_rules]
    advice = "write ignore[rule-id] reason"
    if not ignore.rules:
        yield _warn(ignore, "the comment names no rule: it silences nothing", advice)
    elif unknown:
        message = f"there is no rule '{unknown[0]}': it silences nothing"
        yield _warn(ignore, message, advice)
    elif unused:
        names = ", ".join(dict.fromkeys(unused))
        message = f"ignore[{names}] silences nothing on line {ignore.line}"
        yield _warn(ignore, message, "remove it")


def _warn(ignore: LocatedIgnore, message: str, advice: str) -> Finding:
    return Finding(
        UNUSED_IGNORE.id, WARNING, message, ignore.span, advice, place=ignore.place
    )
