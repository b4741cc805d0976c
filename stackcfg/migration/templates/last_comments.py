"""Comments in front of a block that is the last one of a run config.

Where the block writes nothing, they are the end of the text, and the
migration writes new sections before them. Where it writes something,
these are behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.yamltext.template_blocks import Blocks, Written
from stackcfg.yamltext.template_lines import OPEN


def with_comments_in_place(
    lines: Sequence[str], written: Sequence[Written], blocks: Blocks
) -> list[str]:
    """Return migrated lines with such comments before the new sections.

    `written` are the lines before the migration.
    """
    count = _count_comments(written, blocks)
    if not count:
        return list(lines)
    comments = [each.text.strip() for each in written[-count:]]
    if [each.strip() for each in lines[-count:]] != comments:
        return list(lines)
    end = len(lines) - count
    old = {each.text.strip() for each in written}
    place = end
    while place and lines[place - 1].strip() not in old:
        place -= 1
    return [*lines[:place], *lines[end:], *lines[place:end]]


def _count_comments(written: Sequence[Written], blocks: Blocks) -> int:
    """Return how many comments are last; none unless a block is behind them."""
    count = 0
    for each in reversed(written):
        if not each.text.lstrip().startswith("#"):
            break
        count += 1
    if not count:
        return 0
    following = written[-1].number + 1
    if following < blocks.end and blocks.kinds[following] == OPEN:
        return count
    return 0
