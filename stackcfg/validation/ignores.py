"""Comments that silence a rule: `# stackcfg: ignore[rule, other-rule] reason`.

Behind something, the comment is for its line; on a line of its own, for the
next line that is not a comment. It may follow other marks (`# noqa # stackcfg:
…`). A comment that goes on differently after `# stackcfg:` names no rule, so
that a slip is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from stackcfg.light_typing import NamedTuple
from stackcfg.loading.config_positions import position_of_offset
from stackcfg.loading.configs import RunConfig
from stackcfg.patterns import lazy_pattern
from stackcfg.validation.entry_spans import offsets_of, span_of
from stackcfg.validation.extra_rules import UNUSED_IGNORE
from stackcfg.validation.findings import WARNING, Finding, Fix, Span
from stackcfg.validation.rule_finding import EntryPart, RuleFinding
from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import Document, ParseError
from stackcfg.yamltext.edits import Edit

COMMENT = lazy_pattern(r"#\s*stackcfg:(?:\s*ignore\s*\[([^\]\n]*)\])?")


class IgnoreComment(NamedTuple):
    """An ignore comment: its rules, and its start and end offset.

    `line` is the offset of the beginning of the line that it is for.
    """

    rules: tuple[str, ...]
    line: int
    start: int
    end: int


FixComment = Callable[[Sequence[str]], Fix | None]


def _leave_as_it_is(_: Sequence[str]) -> Fix | None:
    return None


class PlacedComment(NamedTuple):
    """An ignore comment where it is: `line` is the one that it is for,
    in the text of the config, `shown_line` in the file.

    `fix` returns the fix that takes rules out of it.
    """

    rules: tuple[str, ...]
    line: int
    shown_line: int
    span: Span
    fix: FixComment = _leave_as_it_is


class IgnoreFilter(NamedTuple):
    """Which rules there are, which are wanted, and what the place is called."""

    known_rules: Collection[str]
    is_wanted: Callable[[str], bool]
    place: str = ""


def find_ignore_comments(document: Document) -> Iterator[IgnoreComment]:
    """Yield the ignore comments of a document."""
    comments = Comments(document)
    content = 0
    for comment in comments.within(document.start, document.end):
        rules = rules_of_comment(comment.text)
        if rules is None:
            continue
        end = comment.start + len(comment.text)
        line = document.lines.start_of(comment.start)
        if comments.is_own_line(comment):
            # a block of comments is in front of one line
            if content < end:
                content = _next_content(document, end)
            line = content
        yield IgnoreComment(rules, line, comment.start, end)


def rules_of_comment(comment: str) -> tuple[str, ...] | None:
    """Return the rules that a comment names; None if it is no ignore comment."""
    match = COMMENT.search(comment)
    if match is None:
        return None
    names = [name.strip() for name in (match[1] or "").split(",")]
    return tuple(filter(None, names))


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

    `lines` are those of the findings in the text of the config itself:
    in base64 all of them are on one line of the file. Comments that
    silence nothing are findings as well.
    """
    comments = [
        PlacedComment(
            each.rules,
            config.document.position(each.line).line,
            position_of_offset(config, each.line).line,
            span_of(config, EntryPart(span=(each.start, each.end))),
            partial(_fix_comment, config, each),
        )
        for each in find_ignore_comments(config.document)
    ]
    filters = IgnoreFilter(known_rules, is_wanted, config.place)
    return silence_findings(comments, findings, lines, filters)


def _fix_comment(
    config: RunConfig, comment: IgnoreComment, unused: Sequence[str]
) -> Fix | None:
    """Return the fix that takes rules out of a comment, or all of it away."""
    from stackcfg.validation.fix_edits import edit_in_file

    document = config.document
    written = document.text[comment.start : comment.end]
    found = COMMENT.search(written)
    if found is None or found[1] is None:
        return None
    kept = [name for name in comment.rules if name not in unused]
    if kept:
        start, end = (comment.start + offset for offset in found.span(1))
        edit = Edit(start, end, (", ".join(kept),))
    else:
        edit = _remove_comment(document, comment.start + found.start(), comment.end)
    try:
        replacements = tuple(edit_in_file(config, edit))
    except ParseError:
        return None
    return Fix("remove it", replacements)


def _remove_comment(document: Document, start: int, end: int) -> Edit:
    """Return the edit that removes a comment, with its line if that has no more."""
    line = document.lines.start_of(start)
    before = document.text[line:start].rstrip(" \t")
    if before:
        return Edit(line + len(before), end)
    return Edit(line, document.lines.after(end))


def silence_findings(
    comments: Sequence[PlacedComment],
    findings: Sequence[Finding],
    lines: Sequence[int],
    filters: IgnoreFilter,
) -> tuple[list[Finding], int]:
    """Return the findings that no comment silences, with those about
    comments that silence nothing, and how many are silenced.
    """
    places = [
        (line, finding.rule) for line, finding in zip(lines, findings, strict=True)
    ]
    silenced = {(each.line, rule) for each in comments for rule in each.rules}
    kept = [
        finding
        for place, finding in zip(places, findings, strict=True)
        if place not in silenced
    ]
    count = len(findings) - len(kept)
    if filters.is_wanted(UNUSED_IGNORE.id):
        used = silenced.intersection(places)
        for comment in comments:
            expected = filter(filters.is_wanted, comment.rules)
            unused = [rule for rule in expected if (comment.line, rule) not in used]
            kept += _check_comment(comment, unused, filters)
    return kept, count


def _check_comment(
    comment: PlacedComment, unused: Sequence[str], filters: IgnoreFilter
) -> Iterator[Finding]:
    unknown = [name for name in comment.rules if name not in filters.known_rules]
    fix = None
    advice = "write ignore[rule-id] reason"
    if not comment.rules:
        message = "the comment names no rule: it silences nothing"
    elif unknown:
        message = f"there is no rule '{unknown[0]}': it silences nothing"
    elif unused:
        names = ", ".join(dict.fromkeys(unused))
        message = f"ignore[{names}] silences nothing on line {comment.shown_line}"
        advice = "remove it"
        fix = comment.fix(unused)
    else:
        return
    yield Finding(
        UNUSED_IGNORE.id,
        WARNING,
        message,
        comment.span,
        advice,
        fix=fix,
        place=filters.place,
    )
