"""Comments that silence a rule: `# stackcfg: ignore[rule, other-rule] reason`.

Beside something the comment holds for its line; on a line of its own for the next line that is not a comment. It can
follow what other tools look for (`# noqa # stackcfg: …`). What goes on after `# stackcfg:` in another way is a comment
that names no rule, so that a slip of the pen is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stackcfg.yamltext.comments import Comments
from stackcfg.yamltext.document import Document

_COMMENT: Final = re.compile(r"#\s*stackcfg:(?:\s*ignore\s*\[([^\]\n]*)\])?")


@dataclass(frozen=True, slots=True)
class IgnoreComment:
    """One comment: the rules that it names, the offset of the line that it holds for, its own stretch."""

    rules: tuple[str, ...]
    line: int
    start: int
    end: int


def find_ignore_comments(document: Document) -> Iterator[IgnoreComment]:
    """The ignore comments of a document; `line` is the offset at which the line begins that each holds for."""
    comments = Comments(document)
    for comment in comments.within(document.start, document.end):
        match = _COMMENT.search(comment.text)
        if match is None:
            continue
        rules = tuple(
            name.strip() for name in (match[1] or "").split(",") if name.strip()
        )
        end = comment.start + len(comment.text)
        line = document.lines.start_of(comment.start)
        if comments.is_own_line(comment):
            line = _next_content(document, end)
        yield IgnoreComment(rules, line, comment.start, end)


def _next_content(document: Document, offset: int) -> int:
    """Where the next line begins that is neither blank nor a comment."""
    position = document.lines.after(offset)
    while position < len(document.text):
        end = document.lines.after(position)
        content = document.text[position:end].strip()
        if content and not content.startswith("#"):
            return position
        position = end
    return position
