"""The commands `rules` and `explain`: the pages of the rules, as they are published.

To ask the rules themselves, as `explain` does to make these pages,
takes all that they need.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from stackcfg.light_typing import Final, NamedTuple
from stackcfg.system.files import read_file

_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__))
RULES_FILE: Final = os.path.join(_PACKAGE, "validation", "rules", "README.md")
ROW_RULES_FILE: Final = os.path.join(_PACKAGE, "data", "row_rules", "README.md")

ROWS_HEADING: Final = "For stored rows, as 'stackcfg data plan' names them:"
LEAST_ROOM: Final = 20
"""Columns of a summary, however narrow the terminal is."""

_NEVER_SILENCED: Final = "unused-ignore"
"""A comment that silences this rule would be unused itself."""


class RulePage(NamedTuple):
    """The page of a rule, Markdown; a rule for stored rows has no severity."""

    severity: str
    text: str

    @property
    def summary(self) -> str:
        """The first sentence of the page."""
        return self.text.partition("\n")[0].rstrip(".")


@cache
def read_rule_pages() -> dict[str, RulePage]:
    """Return the page of each rule of `validate` by its id."""
    pages: dict[str, RulePage] = {}
    for rule, text in _read_sections(RULES_FILE):
        severity, _, page = text.removeprefix("*").partition(".* ")
        pages[rule] = RulePage(severity, page)
    return pages


@cache
def read_row_rule_pages() -> dict[str, RulePage]:
    """Return the page of each rule for stored rows by its id."""
    return {rule: RulePage("", text) for rule, text in _read_sections(ROW_RULES_FILE)}


def _read_sections(path: str) -> Iterator[tuple[str, str]]:
    """Yield the headings of a published document, each with what is below it."""
    _, *sections = read_file(path).split("\n## ")
    for section in sections:
        heading, _, text = section.partition("\n\n")
        yield heading, text.rstrip("\n") + "\n"


def list_rules(width: int = 0) -> Iterator[str]:
    """Yield a line for each rule of `validate` and for each rule for stored rows.

    `width` > 0 folds lines that are longer than a terminal of that many
    columns.
    """
    pages = read_rule_pages()
    size = max(map(len, pages))
    for rule, page in pages.items():
        head = f"{rule:{size}}  {page.severity:7}  "
        yield from _fold_beside(head, page.summary, width)
    yield ""
    yield ROWS_HEADING
    for rule, page in read_row_rule_pages().items():
        yield from _fold_beside(f"{rule:4}", page.summary, width)


def _fold_beside(head: str, summary: str, width: int) -> Iterator[str]:
    if not width:
        yield head + summary
        return
    from stackcfg.reports.console.folding import fold

    first, *more = fold(summary, max(width - len(head), LEAST_ROOM))
    yield head + first
    yield from (" " * len(head) + line for line in more)


def rule_page(rule: str) -> str:
    """Return the page of a rule as Markdown, also of a rule for stored rows.

    Raises `ValueError` for an unknown rule.
    """
    row_rule = rule.upper()
    row_page = read_row_rule_pages().get(row_rule)
    if row_page is not None:
        return f"# {row_rule} (stored rows)\n\n{row_page.text}"
    page = read_rule_pages().get(rule)
    if page is None:
        raise ValueError(f"there is no rule '{rule}'; {_advise(rule)}")
    text = f"# {rule} ({page.severity})\n\n{page.text}"
    if rule == _NEVER_SILENCED:
        return text
    comment = f"# stackcfg: ignore[{rule}] reason"
    everywhere = "everywhere with `ignore` in the settings"
    return f"{text}\nSilence it on a line with `{comment}`, {everywhere}.\n"


def _advise(rule: str) -> str:
    from stackcfg.spelling import nearest_word
    from stackcfg.validation.queries.suggestions import did_you_mean

    return did_you_mean(nearest_word(rule, read_rule_pages()), "see 'stackcfg rules'")
