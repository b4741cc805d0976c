"""ogx 1.4 → 1.5: an empty list of APIs means none (1.5.0); until then it meant all, as a missing one still does.

Source: the servers of ogx 1.4.1 and 1.5.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import INFO, Change, Delete, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.yamltext.entries import remove_entry

KEY: Final = "apis"


def run(context: StepContext) -> Iterator[Change]:
    """Take the empty list out."""
    entry = context.text.root.entry(KEY)
    if entry is None or context.data.get(KEY) != []:
        return
    yield StepNote(
        INFO,
        "an empty 'apis' would serve none now: left out, it serves all as before",
        entry[0].start,
    )
    yield Delete((KEY,))
    yield remove_entry(
        context.text.document,
        context.text.comments,
        context.text.root,
        context.text.root.entries.index(entry),
    )
