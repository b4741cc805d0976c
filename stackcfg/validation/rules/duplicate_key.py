"""A key that is twice in one mapping.

YAML forbids it. The server's parser silently uses the last one, so the value of
the first one is lost. Keep one of the two.

An entry of a list begins with `- `. Where that is missing, its keys belong to
the entry before it, which is lost.

    inference:
    - provider_id: ollama            # lost, with all that follows
      provider_type: remote::ollama
      provider_id: vllm              # write `- provider_id: vllm`
      provider_type: remote::vllm
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.validation.rule import WARNING, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import (
    EntryPart,
    LostRemoval,
    RuleFinding,
    UnsafeFix,
)
from stackcfg.yamltext.document import Duplicate


def check(inspection: Inspection) -> Findings:
    """Report each key that comes again, at the one that is lost."""
    duplicates = inspection.document.duplicates
    text = inspection.document.text
    starts = [each for each in duplicates if _begins_entry(text, each)]
    for duplicate in duplicates:
        help_text = "keep one of the two"
        unsafe: UnsafeFix | None = _remove(duplicate)
        if duplicate in starts or _follows_start(duplicate, starts):
            unsafe = None
            help_text += "; or write '- ' where a new entry of the list begins"
        yield RuleFinding(
            EntryPart(span=duplicate.lost),
            f"duplicate key '{duplicate.key}'; "
            "the server silently drops this one and uses the last",
            help=help_text,
            also=((EntryPart(span=duplicate.kept), "the server uses this one"),),
            unsafe=unsafe,
        )


def _remove(duplicate: Duplicate) -> UnsafeFix:
    lost = LostRemoval(duplicate.lost[0])
    return UnsafeFix("remove the one that the server drops", (lost,))


def _begins_entry(text: str, duplicate: Duplicate) -> bool:
    """Return whether the lost key is the first one of a list's entry."""
    start = duplicate.lost[0]
    line_start = text.rfind("\n", 0, start) + 1
    return text[line_start:start].strip() == "-"


def _follows_start(duplicate: Duplicate, starts: Sequence[Duplicate]) -> bool:
    """Return whether a key is in two entries that are read as one."""
    lost, kept = duplicate.lost[0], duplicate.kept[0]
    return any(start.lost[0] < lost < start.kept[0] < kept for start in starts)


RULE = Rule("duplicate-key", WARNING, __doc__, check)
