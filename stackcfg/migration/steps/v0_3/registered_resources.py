"""0.2 → 0.3: resources move under `registered_resources` (upstream #3861,
#3864).

`models`, `shields`, `datasets`, `scoring_fns`, `benchmarks`,
`tool_groups` keep their name; `vector_dbs` becomes `vector_stores` with
its key names. 0.3.x drops the old top-level lists in silence, and with
them the user's models. Registered vector stores are read again only
from 0.4.3 on (#4616).
"""

from __future__ import annotations

from stackcfg.light_typing import Literal
from stackcfg.migration.changes import Changes, Notes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.moved_lists import (
    find_section,
    move_lists,
    rename_item_keys,
)
from stackcfg.migration.editing.resource_lists import malformed_lists
from stackcfg.migration.planning.layouts import PRESERVE
from stackcfg.paths import as_mapping, list_at, mapping_at, value_at
from stackcfg.releases.changes import (
    CATALOG_SINCE,
    SQLITE_NAMESPACES_SINCE,
)
from stackcfg.releases.resources import (
    MODELS,
    RESOURCES_SECTION,
    Resource,
    resource_lists,
)
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.values import as_string
from stackcfg.yamltext.document import ParseError

SETTINGS = "vector_stores"
INFERENCE = "inference"


def run(context: StepContext) -> Changes:
    """Move every list that the section does not hold yet; what is not a
    list stays.
    """
    # a section that is not a mapping is refused, also where nothing moves into
    # it
    find_section(context.text, RESOURCES_SECTION)
    malformed = malformed_lists(context)
    yield from malformed.values()
    yield from _report_misplaced_list(context)
    names: dict[str, str] = {}
    for resource in resource_lists():
        if resource.old in malformed or context.text.root.entry(resource.old) is None:
            continue
        decision = _decide(context, resource)
        if decision == "remove":
            yield from context.text.remove((resource.old,))
        elif decision == "conflict":
            new = f"{RESOURCES_SECTION}.{resource.new}"
            message = f"'{resource.old}' and '{new}' both have entries; merge them"
            yield context.action_required(message, (resource.old,))
        else:
            names[resource.old] = resource.new
            yield from _rename_keys(context, resource)
            yield from _report_unread_list(context, resource)
            yield from _report_stored_models(context, resource)
    yield from move_lists(context.text, RESOURCES_SECTION, names)


def _decide(
    context: StepContext, resource: Resource
) -> Literal["move", "remove", "conflict"]:
    old = context.data[resource.old]
    held = value_at(context.data, (RESOURCES_SECTION, resource.new))
    if old == {}:
        return "remove"
    if held is None:
        return "move"
    if not old or old == held:
        return "remove"
    return "conflict" if held else "move"


def _report_misplaced_list(context: StepContext) -> Notes:
    """Report a list under the name that 0.3 has for settings."""
    if list_at(context.data, (SETTINGS,)):
        name = f"{RESOURCES_SECTION}.{SETTINGS}"
        message = (
            f"'{SETTINGS}' at the top has the settings of vector stores since 0.3.0, "
            f"and a list is refused; move its entries to '{name}'"
        )
        yield context.action_required(message, (SETTINGS, 0))


def _rename_keys(context: StepContext, resource: Resource) -> Changes:
    path = (resource.old,)
    for index, entry in enumerate(list_at(context.data, path)):
        for old, new in resource.keys.items():
            if {old, new} <= as_mapping(entry).keys():
                message = f"'{old}' and '{new}' are both set in one entry"
                hint = f"keep one; the key is called '{new}' now"
                where = context.text.offset((*path, index))
                raise ParseError(message, where, hint)
    yield from rename_item_keys(context.text, path, resource.keys)


def _report_unread_list(context: StepContext, resource: Resource) -> Notes:
    """Report a list that the new server does not read yet."""
    until = resource.inert_until
    if until is None or context.release.final > until or not context.data[resource.old]:
        return
    name = f"{RESOURCES_SECTION}.{resource.new}"
    message = (
        f"'{name}' is not registered by releases up to "
        f"{format_release(until)}; "
        "register the entries through the API"
    )
    yield context.action_required(message, (resource.old,))


def _report_stored_models(context: StepContext, resource: Resource) -> Notes:
    """Report that rows of models may keep the new server from starting.

    A server that did not read the list has rows of the models that its
    providers list. A registered model differs from such a row by its
    `source`, and is refused since 0.3.0 (`register` of
    `core/store/registry.py`).
    """
    if resource.new != MODELS[-1] or context.release.age.possibly_before(CATALOG_SINCE):
        return
    if not _reads_old_rows(context):
        return
    remote = {
        provider.get("provider_id")
        for _, provider in context.providers_of(INFERENCE)
        if as_string(provider.get("provider_type")).startswith("remote::")
    }
    for index, model in enumerate(list_at(context.data, (resource.old,))):
        if as_mapping(model).get("provider_id") in remote:
            yield context.action_required(
                f"the old server ignored '{resource.old}' and stored the models that "
                f"its providers list; {format_release(context.release.final)} refuses "
                "to register a stored model again ('already exists') and does not "
                "start; remove the entries that a provider lists",
                (resource.old, index),
            )
            return


def _reads_old_rows(context: StepContext) -> bool:
    """Return whether the new server finds the rows of the metadata store."""
    if context.layout == PRESERVE or context.release.final < SQLITE_NAMESPACES_SINCE:
        return True
    storage = mapping_at(context.data, ("storage",))
    name = mapping_at(storage, ("stores", "metadata")).get("backend")
    backend = mapping_at(storage, ("backends", as_string(name)))
    return backend.get("type") != "kv_sqlite"
