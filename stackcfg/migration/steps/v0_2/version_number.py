"""Within 0.2: `version: '2'` is the number 2 (0.2.13, upstream #2490).

Up to 0.3.0 the parser takes the text for an older version, and sets `external_providers_dir` to `~/.llama/providers.d`:
the library client then fails where that folder does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import Change, Put
from stackcfg.migration.context import StepContext
from stackcfg.yamltext.document import SCALAR, content_start
from stackcfg.yamltext.edits import Edit


def run(context: StepContext) -> Iterator[Change]:
    """Take the quotes off."""
    node = (
        context.text.editable_node(("version",))
        if context.data.get("version") == "2"
        else None
    )
    if (
        node is not None
        and node.kind == SCALAR
        and node.anchor is None
        and node.style in ("'", '"')
    ):
        yield Put(("version",), 2)
        yield Edit(content_start(context.text.document.text, node), node.end, ("2",))
