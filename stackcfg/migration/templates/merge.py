"""Makes one template of what became of its lines for each choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stackcfg.light_typing import NamedTuple
from stackcfg.migration.templates.alignment import Alignment
from stackcfg.migration.templates.new_lines import NewLine, NewLines
from stackcfg.migration.templates.places import Places, find_groups
from stackcfg.yamltext.template_blocks import Answers, BlockError, Blocks


class Merge(NamedTuple):
    """What becomes of the lines of a template.

    `kept` has the new text of each line that stays, `inserted` new
    lines by the number of the line that they are in front of.
    """

    kept: dict[int, str]
    inserted: dict[int, list[str]]


def merge(
    blocks: Blocks,
    choices: Sequence[Answers],
    alignments: Sequence[Alignment],
    repeats: Mapping[str, bool],
) -> Merge:
    """Return what becomes of the lines for all choices.

    `repeats` has new lines that are written for each item of a `range`,
    or are not. Raises `BlockError` if it is not the same for all.
    """
    kept = _merge_kept(blocks, choices, alignments)
    entries: list[NewLine] = []
    for number, alignment in enumerate(alignments):
        entries = NewLines(blocks, choices).add(entries, alignment.inserted, number)
    inserted: dict[int, list[str]] = {}
    places = Places(blocks, choices, kept)
    for group in find_groups(entries, repeats):
        for place, texts in places.find_all(group):
            inserted.setdefault(place, []).extend(texts)
    return Merge(kept, inserted)


def _merge_kept(
    blocks: Blocks, choices: Sequence[Answers], alignments: Sequence[Alignment]
) -> dict[int, str]:
    merged: dict[int, str | None] = {}
    for answers, alignment in zip(choices, alignments, strict=True):
        for each in blocks.write(answers):
            text = alignment.kept.get(each.number)
            known = merged.setdefault(each.number, text)
            if known != text and not _are_one_comment(known, text):
                raise BlockError(each.number)
    return {number: text for number, text in merged.items() if text is not None}


def _are_one_comment(one: str | None, other: str | None) -> bool:
    """Return whether lines are one comment with other indentation."""
    if one is None or other is None:
        return False
    content = one.strip()
    return content.startswith("#") and content == other.strip()
