"""The difference of two texts as a patch, fit for where it is shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator


def diff_lines(name: str, old: str, new: str, show_secrets: bool) -> Iterator[str]:
    """Yield the lines of a unified diff, without secrets where others see it."""
    import difflib

    from stackcfg.redaction.yaml import mask_yaml
    from stackcfg.system.terminal import is_tty

    # A terminal is shared and a CI log is kept; a file or a pipe needs a patch
    # that works.
    is_public = is_tty(sys.stdout) or bool(os.environ.get("CI"))
    if is_public and not show_secrets:
        old, new = mask_yaml(old), mask_yaml(new)
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"
