"""Comments that silence a rule: `# stackcfg: ignore[rule, other-rule] reason`.

Behind something, the comment is for its line; on a line of its own, for the
next line that is not a comment. It may follow other marks (`# noqa # stackcfg:
…`). A comment that goes on differently after `# stackcfg:` names no rule, so
that a slip is reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from stackcfg.loading.configs import RunConfig, position_of_offset
from stackcfg.validation.entry_spans import offsets_of, span_of
from stackcfg.validation.extra_rules import UNUSED_IGNORE
from stackcfg.validation.findings import WARNING, Finding
from stackcfg.validation.rule_finding import EntryPart, RuleFinding
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import Document

_COMMENT = re.compile(r"#\s*stackcfg:(?:\s*ignore\s*\[([^\]\n]*)\])?")


class IgnoreComment(NamedTuple):
    """An ignore comment: its rules, and its start and end offset.

    `line` is the offset of the beginning of the line that it is for.
    """

    rules: tuple[str, ...]
    line: int
    start: int
    end: int


def find_ignore_comments(document: Document) -> Iterator[IgnoreComment]:
    """Yield the ignore comments of a document."""
    comments = Comments(document)
    content = 0
    for comment in comments.within(document.start, document.end):
        match = _COMMENT.search(comment.text)
        if match is None:
            continue
        names = [name.strip() for name in (match[1] or "").split(",")]
        end = comment.start + len(comment.text)
        line = document.lines.start_of(comment.start)
        if comments.is_own_line(comment):
            # a block of comments is in front of one line
            if content < end:
                content = _next_content(document, end)
            line = content
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


def line_of(document: Document, finding: RuleFinding) -> int:
    """Return the line of a finding in the text of its run config."""
    start, _ = offsets_of(document, finding.place)
    return document.position(start).line


def apply_ignores(
    config: RunConfig,
    findings: Sequence[Finding],
    lines: Sequence[int],
    known_rules: Collection[str],
    is_wanted: Callable[[str], bool],
) -> tuple[list[Finding], int]:
    """Return the findings that no comment silences, and how many are silenced.

    `lines` are those of the findings in the text of the config itself: in base64
    all of them are on one line of the file. Comments that silence nothing are
    findings as well.
    """
    ignores = list(find_ignore_comments(config.document))
    places = [
        (line, finding.rule) for line, finding in zip(lines, findings, strict=True)
    ]
    silenced: set[tuple[int, str]] = set()
    for ignore in ignores:
        line = config.document.position(ignore.line).line
        silenced.update((line, rule) for rule in ignore.rules)
    kept = [
        finding
        for place, finding in zip(places, findings, strict=True)
        if place not in silenced
    ]
    count = len(findings) - len(kept)
    if is_wanted(UNUSED_IGNORE.id):
        used = silenced.intersection(places)
        for ignore in ignores:
            line = config.document.position(ignore.line).line
            expected = filter(is_wanted, ignore.rules)
            unused = [rule for rule in expected if (line, rule) not in used]
            kept += _check_ignore(config, ignore, unused, known_rules)
    return kept, count


def _warn(
    config: RunConfig, ignore: IgnoreComment, message: str, advice: str
) -> Finding:
    span = span_of(config, EntryPart(span=(ignore.start, ignore.end)))
    return Finding(UNUSED_IGNORE.id, WARNING, message, span, advice, place=config.place)


def _check_ignore(
    config: RunConfig,
    ignore: IgnoreComment,
    unused: Sequence[str],
    known_rules: Collection[str],
) -> Iterator[Finding]:
    unknown = [name for name in ignore.rules if name not in known_rules]
    advice = "write ignore[rule-id] reason"
    if not ignore.rules:
        message = "the comment names no rule: it silences nothing"
        yield _warn(config, ignore, message, advice)
    elif unknown:
        message = f"there is no rule '{unknown[0]}': it silences nothing"
        yield _warn(config, ignore, message, advice)
    elif unused:
        names = ", ".join(dict.fromkeys(unused))
        line = position_of_offset(config, ignore.line).line
        message = f"ignore[{names}] silences nothing on line {line}"
        yield _warn(config, ignore, message, "remove it")
