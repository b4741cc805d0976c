"""The commands `rules` and `explain`: what the rules say of themselves.

`python -m stackcfg.cli.explain` prints all pages as one Markdown document,
`stackcfg/validation/rules/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.data.row_rules import row_rule_ids, row_rule_page
from stackcfg.reports.console.folding import fold
from stackcfg.spelling import nearest_word
from stackcfg.validation.extra_rules import UNUSED_IGNORE
from stackcfg.validation.fix_pages import describe_fix_of
from stackcfg.validation.known_rules import rule_infos
from stackcfg.validation.queries.suggestions import did_you_mean

ROWS_HEADING = "For stored rows, as 'stackcfg data plan' names them:"
LEAST_ROOM = 20
"""Columns of a summary, however narrow the terminal is."""

DOCUMENT_HEAD = """\
# Rules of `stackcfg validate`

Made from the rules themselves; `stackcfg explain ID` shows one.

| rule | severity | finds |
|---|---|---|
"""


def list_rules(width: int = 0) -> Iterator[str]:
    """Yield a line for each rule of `validate` and for each rule for stored rows.

    `width` > 0 folds lines that are longer than a terminal of that many columns.
    """
    infos = list(rule_infos())
    size = max(len(info.id) for info in infos)
    for info in infos:
        head = f"{info.id:{size}}  {info.severity:7}  "
        yield from _fold_beside(head, info.summary, width)
    yield ""
    yield ROWS_HEADING
    for name in row_rule_ids():
        summary, _, _ = row_rule_page(name).partition("\n")
        yield from _fold_beside(f"{name:4}", summary.rstrip("."), width)


def _fold_beside(head: str, summary: str, width: int) -> Iterator[str]:
    lines = [summary]
    if width:
        lines = fold(summary, max(width - len(head), LEAST_ROOM))
    yield head + lines[0]
    yield from (" " * len(head) + line for line in lines[1:])


def rule_page(rule: str) -> str:
    """Return the page of a rule as Markdown, also of a rule for stored rows.

    Raises `ValueError` for an unknown rule.
    """
    row_rule = rule.upper()
    if row_rule in row_rule_ids():
        return f"# {row_rule} (stored rows)\n\n{row_rule_page(row_rule)}"
    infos = {info.id: info for info in rule_infos()}
    if rule not in infos:
        advice = did_you_mean(nearest_word(rule, infos), "see 'stackcfg rules'")
        raise ValueError(f"there is no rule '{rule}'; {advice}")
    info = infos[rule]
    page = f"# {rule} ({info.severity})\n\n{info.page}\n{describe_fix_of(rule)}\n"
    if rule == UNUSED_IGNORE.id:
        # A comment that silences this rule would be unused itself.
        return page
    comment = f"# stackcfg: ignore[{rule}] reason"
    everywhere = "everywhere with `ignore` in the settings"
    return f"{page}\nSilence it on a line with `{comment}`, {everywhere}.\n"


def document() -> str:
    """Return every page in one Markdown document, after a list of the rules."""
    rows = []
    pages = []
    for info in rule_infos():
        rows.append(f"| [{info.id}](#{info.id}) | {info.severity} | {info.summary} |\n")
        pages.append(
            f"## {info.id}\n\n*{info.severity}.* {info.page}\n{describe_fix_of(info.id)}\n"
        )
    return f"{DOCUMENT_HEAD}{''.join(rows)}\n" + "\n".join(pages)


if __name__ == "__main__":
    print(document(), end="")
