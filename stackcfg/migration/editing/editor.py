"""The edits of the steps."""

from __future__ import annotations

from stackcfg.migration.editing.source_text import SourceText


class Editor(SourceText):
    """Makes the edits of a step."""

    __slots__ = ()
