"""0.0 → 0.1: the API `memory` is called `vector_io`, `memory_banks` became `vector_dbs` (0.1.0, upstream #828).

Files that old also name providers without `inline::` or `remote::`; those were several at once, so that a person must
say which of today's types is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Delete, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import removed, renamed_key
from stackcfg.paths import value_at
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.yamltext.document import SEQUENCE
from stackcfg.yamltext.edits import Edit
from stackcfg.yamltext.entries import remove_item

OLD: Final = "memory"
NEW: Final = "vector_io"
BANKS: Final = "memory_banks"


def run(context: StepContext) -> Iterator[Change]:
    """Rename the API where both lists have it; name what nobody can rename."""
    section = value_at(context.data, ("providers",))
    if isinstance(section, Mapping) and OLD in section:
        if section.get(NEW):
            message = (
                f"'{OLD}' is called '{NEW}' since 0.1.0, and both are there: merge them"
            )
            yield StepNote(
                ACTION_REQUIRED, message, context.text.offset(("providers", OLD))
            )
        elif NEW not in section:
            yield from _renamed_providers(context, section)
    yield from _renamed_apis(context)
    banks = context.data.get(BANKS)
    if banks:
        message = f"'{BANKS}' are not read since 0.1.0: register them as 'vector_dbs'"
        yield StepNote(ACTION_REQUIRED, message, context.text.offset((BANKS,)))
    elif BANKS in context.data:
        yield from removed(context, (BANKS,))
    for api, index, provider in provider_entries(context.data):
        kind = provider.get("provider_type")
        if isinstance(kind, str) and "::" not in kind and not is_disabled(provider):
            message = f"'{kind}' of {api} is a provider type of releases before 0.1: write the one that is meant"
            yield StepNote(
                ACTION_REQUIRED,
                message,
                context.text.offset(("providers", api, index, "provider_type")),
            )


def _renamed_providers(
    context: StepContext, section: Mapping[str, object]
) -> Iterator[Change]:
    node = context.text.editable_node(("providers",))
    entry = node.entry(OLD) if node is not None else None
    if entry is not None:
        yield Delete(("providers", OLD))
        yield Put(("providers", NEW), section[OLD])
        yield renamed_key(entry[0], NEW)


def _renamed_apis(context: StepContext) -> Iterator[Change]:
    listed, names = value_at(context.data, ("apis",)), {OLD: NEW, BANKS: "vector_dbs"}
    node = (
        context.text.editable_node(("apis",))
        if isinstance(listed, list) and names.keys() & set(listed)
        else None
    )
    if node is None or node.kind != SEQUENCE:
        return
    for index, item in enumerate(node.items):
        new = names.get(item.target.text)
        if new is None:
            continue
        if new in listed or listed.index(item.target.text) != index:
            yield Delete(("apis", index))
            yield remove_item(context.text.document, context.text.comments, node, index)
        else:
            yield Put(("apis", index), new)
            yield Edit(item.start, item.end, (f'"{new}"' if item.style else new,))
