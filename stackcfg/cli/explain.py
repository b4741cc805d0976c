"""The commands `rules` and `explain`: what the rules are, from their own modules.

`python -m stackcfg.cli.explain` prints all pages as one document: `stackcfg/validation/rules/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.data import row_rules
from stackcfg.reports.console.folding import fold
from stackcfg.spelling import nearest_word
from stackcfg.validation.engine import rule_infos
from stackcfg.validation.extra_rules import UNUSED_IGNORE

ROWS_HEADING: Final = "For stored rows, as 'stackcfg data plan' names them:"
LEAST_ROOM: Final = 20
"""Columns that a summary has at least, however narrow the terminal."""


def list_rules(width: int = 0) -> Iterator[str]:
    """A line for each rule: id, severity, what it finds; then one for each rule that stored rows follow.

    `width` > 0 folds what is longer than a terminal of that many columns.
    """
    infos = list(rule_infos())
    size = max(len(info.id) for info in infos)
    for info in infos:
        yield from _folded(
            f"{info.id:{size}}  {info.severity:7}  ", info.summary, width
        )
    yield ""
    yield ROWS_HEADING
    for name in row_rules.row_rule_ids():
        yield from _folded(
            f"{name:4}",
            row_rules.row_rule_page(name).partition("\n")[0].rstrip("."),
            width,
        )


def _folded(head: str, summary: str, width: int) -> Iterator[str]:
    """The summary beside its head, further lines below the first."""
    lines = fold(summary, max(width - len(head), LEAST_ROOM)) if width else [summary]
    yield head + lines[0]
    yield from (" " * len(head) + line for line in lines[1:])


def rule_page(rule: str) -> str:
    """The page of a rule as Markdown, also of one that stored rows follow. Raises `ValueError` when there is none."""
    if rule.upper() in row_rules.row_rule_ids():
        return (
            f"# {rule.upper()} (stored rows)\n\n{row_rules.row_rule_page(rule.upper())}"
        )
    infos = {info.id: info for info in rule_infos()}
    if rule not in infos:
        meant = nearest_word(rule, infos)
        raise ValueError(
            f"there is no rule '{rule}'; "
            + (f"did you mean '{meant}'?" if meant else "see 'stackcfg rules'")
        )
    info = infos[rule]
    silence = f"Silence it on a line with `# stackcfg: ignore[{rule}] reason`, everywhere with `ignore` in the settings."
    end = (
        "" if rule == UNUSED_IGNORE.id else f"\n{silence}\n"
    )  # such a comment would be unused itself
    return f"# {rule} ({info.severity})\n\n{info.page}{end}"


def document() -> str:
    """Every page as one Markdown document, with a list of the rules before them."""
    infos = list(rule_infos())
    rows = "".join(
        f"| [{info.id}](#{info.id}) | {info.severity} | {info.summary} |\n"
        for info in infos
    )
    pages = "\n".join(
        f"## {info.id}\n\n*{info.severity}.* {info.page}" for info in infos
    )
    head = "# Rules of `stackcfg validate`\n\nMade from the rules themselves; `stackcfg explain ID` shows one.\n\n"
    return f"{head}| rule | severity | finds |\n|---|---|---|\n{rows}\n{pages}"


if __name__ == "__main__":
    print(document(), end="")
