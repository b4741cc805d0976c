"""0.6 → 0.7: the API `agents` is called `responses` (0.7.0, upstream #5195), its provider `inline::builtin` (#5131).

The config of the provider stays. A server that is told of agents fails at start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from stackcfg.migration.changes import Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import own_scalar, renamed_key, rewritten_scalar
from stackcfg.paths import value_at
from stackcfg.releases.providers import resolve_api_name
from stackcfg.releases.versions import Release
from stackcfg.yamltext.document import ParseError, SEQUENCE
from stackcfg.yamltext.entries import remove_item

BEFORE: Final[Release] = (0, 6, 1)
OLD: Final = "agents"
NEW: Final = "responses"
KINDS: Final = {"inline::meta-reference": "inline::builtin"}


def run(context: StepContext) -> Iterator[Change]:
    """Rename the API in both places, and the type of its provider."""
    yield from _listed(context)
    section = value_at(context.data, ("providers",))
    names = (
        [name for name in section if _is_old(name)] if isinstance(section, dict) else []
    )
    if len(names) != 1 or NEW in section:
        return  # two lists for one API: what does not fit is named by what looks at the facts
    name = names[0]
    node = context.text.editable_node(("providers",))
    entry = node.entry(name) if node is not None else None
    if entry is None:
        where = context.text.offset(("providers", name))
        raise ParseError(
            f"'{name}' comes from an anchor",
            where,
            "write its values out, then migrate",
        )
    entries: list[Any] = list(section[name]) if isinstance(section[name], list) else []
    for index, each in enumerate(entries):
        kind = value_at(each, ("provider_type",))
        if kind in KINDS:
            entries[index] = {**each, "provider_type": KINDS[kind]}
            yield rewritten_scalar(
                context,
                own_scalar(context, ("providers", name, index, "provider_type")),
                KINDS[kind],
            )
    yield renamed_key(entry[0], NEW)
    yield Delete(("providers", name))
    yield Put(
        ("providers", NEW),
        entries if isinstance(section[name], list) else section[name],
    )


def _is_old(name: Any) -> bool:
    return isinstance(name, str) and resolve_api_name(name, BEFORE) == OLD


def _listed(context: StepContext) -> Iterator[Change]:
    """The entry of `apis`; it goes where the new name is listed too."""
    listed = value_at(context.data, ("apis",))
    places = (
        [index for index, each in enumerate(listed) if _is_old(each)]
        if isinstance(listed, list)
        else []
    )
    apis = context.text.editable_node(("apis",)) if places else None
    if apis is None or apis.kind != SEQUENCE:
        return
    for index in places:
        if NEW in listed or index != places[0]:
            yield Delete(("apis", index))
            yield remove_item(context.text.document, context.text.comments, apis, index)
        else:
            yield Put(("apis", index), NEW)
            yield rewritten_scalar(context, own_scalar(context, ("apis", index)), NEW)


def new_name(api: str) -> str:
    """What an API of 0.6 is called in 0.7."""
    return NEW if _is_old(api) else api
