"""The difference of two texts as a patch, fit for where it is shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence


def diff_lines(name: str, old: str, new: str, show_secrets: bool) -> Iterator[str]:
    """Yield the lines of a unified diff, without secrets where others see it."""
    from stackcfg.redaction.yaml import mask_yaml
    from stackcfg.system.terminal import is_tty

    # A terminal is shared and a CI log is kept; a file or a pipe needs a patch
    # that works.
    is_public = is_tty(sys.stdout) or bool(os.environ.get("CI"))
    if is_public and not show_secrets:
        old, new = mask_yaml(old), mask_yaml(new)
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for line in _unified_diff(name, before, after):
        yield line
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"


def _unified_diff(
    name: str, before: Sequence[str], after: Sequence[str]
) -> Iterator[str]:
    """Yield what `difflib.unified_diff` does, in a time that grows with the lines."""
    from stackcfg.yamltext.line_matching import LineMatcher

    is_first = True
    for hunk in LineMatcher(before, after).get_grouped_opcodes():
        if is_first:
            yield f"--- a/{name}\n"
            yield f"+++ b/{name}\n"
            is_first = False
        _, old_start, _, new_start, _ = hunk[0]
        _, _, old_end, _, new_end = hunk[-1]
        yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n"
        for tag, start, end, new_start, new_end in hunk:
            if tag == "equal":
                yield from (f" {line}" for line in before[start:end])
                continue
            yield from (f"-{line}" for line in before[start:end])
            yield from (f"+{line}" for line in after[new_start:new_end])


def _range(start: int, end: int) -> str:
    """Return lines as the head of a hunk names them: the first one and how many."""
    count = end - start
    if count == 1:
        return f"{start + 1}"
    # a hunk without lines names the line in front of it
    first = start + 1 if count else start
    return f"{first},{count}"
