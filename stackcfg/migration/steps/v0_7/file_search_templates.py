"""0.6 → 0.7: the tool `knowledge_search` is called `file_search`, and so must the templates call it (0.7.0, #5187).

The models refuse a `file_search_params.header_template` that does not name the tool; files that upstream shipped with
0.4 to 0.6 have the old name there. The templates stand in `vector_stores` or in a provider's `vector_stores_config`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import Change, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import own_scalar
from stackcfg.migration.steps.v0_7.responses_api import new_name
from stackcfg.paths import Path, value_at
from stackcfg.runconfig.providers import provider_entries
from stackcfg.yamltext.edits import Edit

OLD: Final = "knowledge_search"
NEW: Final = "file_search"


def run(context: StepContext) -> Iterator[Change]:
    """Put the new name in place of the old one in every template that has it."""
    holders: list[Path] = [("vector_stores",)]
    holders += [
        ("providers", api, index, "config", "vector_stores_config")
        for api, index, _ in provider_entries(context.data)
    ]
    for holder in holders:
        for path, text in _texts(value_at(context.data, holder), holder):
            if OLD not in text:
                continue
            node = own_scalar(context, path)
            source = context.text.document.text[node.start : node.end]
            renamed = (
                path
                if path[0] != "providers"
                else ("providers", new_name(str(path[1])), *path[2:])
            )
            yield Put(renamed, text.replace(OLD, NEW))
            place = source.find(OLD)
            while place >= 0:
                yield Edit(node.start + place, node.start + place + len(OLD), (NEW,))
                place = source.find(OLD, place + len(OLD))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
