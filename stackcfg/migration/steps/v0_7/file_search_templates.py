"""0.6 → 0.7: templates must name the tool `file_search` (0.7.0, upstream
#5187).

It was called `knowledge_search`. The models refuse a
`file_search_params.header_template` that does not name the tool; files
that upstream shipped with 0.4 to 0.6 have the old name there. The
templates are in `vector_stores` or in a provider's
`vector_stores_config`.
"""

from collections.abc import Iterator

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.editor import Part
from stackcfg.paths import Path
from stackcfg.yamltext.document import Node

OLD = "knowledge_search"
NEW = "file_search"


def run(context: StepContext) -> Changes:
    """Write the new name in place of the old one in every template that
    has it.
    """
    source = context.text.source
    if OLD not in source:
        return

    def find_parts(_: Path, node: Node) -> Iterator[Part]:
        start = source.find(OLD, node.start, node.end)
        while start >= 0:
            end = start + len(OLD)
            yield start, end, NEW
            start = source.find(OLD, end, node.end)

    yield from context.text.rewrite_strings(_rename_tool, find_parts)


def _rename_tool(path: Path, text: str) -> str:
    if _is_in_template_section(path):
        return text.replace(OLD, NEW)
    return text


def _is_in_template_section(path: Path) -> bool:
    keys = path[1:]
    if path[:1] == ("providers",):
        keys = path[5:]
        if path[3:5] != ("config", "vector_stores_config"):
            return False
    elif path[:1] != ("vector_stores",):
        return False
    return all(isinstance(key, str) for key in keys)
