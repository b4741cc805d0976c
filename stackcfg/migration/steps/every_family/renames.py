"""Writes the names of the release for APIs, provider types and keys
that it renamed.

The steps of the releases that renamed something run only on files from
before. A later file can have an old name all the same: its server
dropped the key, or did not start. Source: the table of renames.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.comment_out import comment_out_ignored
from stackcfg.migration.editing.moved_lists import rename_item_keys
from stackcfg.migration.editing.provider_settings import (
    rename_in_apis,
    rename_provider_types,
)
from stackcfg.paths import Path, list_at, mapping_at
from stackcfg.releases.models import root_model
from stackcfg.releases.providers import provider_spec
from stackcfg.releases.renames import (
    KeyRename,
    find_successor_api,
    find_successor_key,
    find_successor_type,
)
from stackcfg.releases.resources import RESOURCES_SECTION, resource_lists
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.addresses import form_in_config, whole_address
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string

RESOURCES_MODEL = "RegisteredResources"

NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
"""The values of keys that say nothing."""

Renamed = tuple[Path, KeyRename]


def run(context: StepContext) -> Changes:
    """Rename what the release has under another name."""
    yield from _rename_apis(context)
    yield from _rename_types(context)
    for path, rename in _renamed_keys(context):
        yield from _rename_key_if_own(context, path, rename)
    for resource in resource_lists():
        yield from _rename_item_keys(context, (RESOURCES_SECTION, resource.new))


def _rename_apis(context: StepContext) -> Changes:
    for name, api in _apis_of_release(context).items():
        if name != api:
            yield from context.text.rename(("providers", name), api)
    listed = list_at(context.data, ("apis",))
    names = {api: _successor_api(context, api) for api in map(as_string, listed)}
    yield from rename_in_apis(context, {api: new for api, new in names.items() if new})


def _apis_of_release(context: StepContext) -> dict[str, str]:
    """Return the lists of providers, each with its API's name in the release.

    Of two lists for one API, the one with the old name is left out: the
    step `removals` reports it.
    """
    section = mapping_at(context.data, ("providers",))
    found: dict[str, str] = {}
    for name in section:
        new = _successor_api(context, name)
        if isinstance(name, str) and new not in section:
            found[name] = new or name
    return found


def _successor_api(context: StepContext, name: Any) -> str:
    if not isinstance(name, str):
        return ""
    return find_successor_api(name, context.version)


def _rename_types(context: StepContext) -> Changes:
    for name, api in _apis_of_release(context).items():
        providers = context.all_providers_of(name)
        own = [each for each in providers if not each[1].get("module")]
        yield from rename_provider_types(context, iter(own), api)


def _renamed_keys(context: StepContext) -> Iterator[Renamed]:
    """Yield the path of each key that the release has under another name."""
    root = root_model(context.version).name
    yield from _renamed_in(context, (), root)
    yield from _renamed_in(context, (RESOURCES_SECTION,), RESOURCES_MODEL)
    apis = _apis_of_release(context)
    for name, index, provider in provider_entries(context.data):
        api = apis.get(name, "")
        kind = as_string(provider.get("provider_type"))
        kind = find_successor_type(api, kind, context.version) or kind
        spec = provider_spec(api, kind, context.version)
        if spec is not None and not provider.get("module"):
            config = ("providers", name, index, "config")
            yield from _renamed_in(context, config, spec.config)


def _renamed_in(context: StepContext, path: Path, model: str) -> Iterator[Renamed]:
    for key, value in mapping_at(context.data, path).items():
        if isinstance(key, str) and value not in NOTHING:
            rename = find_successor_key(model, key, context.version)
            if rename is not None:
                yield (*path, key), rename


def _rename_key_if_own(context: StepContext, path: Path, rename: KeyRename) -> Changes:
    """Rename a key; only report it where an anchor shares it."""
    if not _is_shared(context, path):
        yield from _rename_key(context, path, rename)
        return
    message = f"{_describe_names(rename)}; an anchor shares it: rename it by hand"
    yield context.action_required(message, path)


def _is_shared(context: StepContext, path: Path) -> bool:
    """Return whether a key is in an anchor, or a merge brings it."""
    ways = [path[:length] for length in range(len(path) + 1)]
    nodes = [context.text.root.at(way) for way in ways]
    return any(node is None or node.anchor is not None for node in nodes)


def _rename_key(context: StepContext, path: Path, rename: KeyRename) -> Changes:
    holder = mapping_at(context.data, path[:-1])
    value, held = holder[path[-1]], holder.get(rename.new)
    if held == value:
        yield from context.text.remove(path)
        return
    if held not in NOTHING:
        yield from comment_out_ignored(context, path, rename.new)
        return
    if held is not None:
        # an empty value; a null makes way by itself
        yield from context.text.remove((*path[:-1], rename.new))
    message = (
        f"{_describe_names(rename)}; renamed; if your server ignored it, check the "
        "value: it has an effect now"
    )
    yield context.check(message, path)
    yield from _rename_item_keys(context, path)
    yield from _write_address(context, path, rename, holder)
    yield from context.text.rename(path, rename.new)


def _rename_item_keys(context: StepContext, path: Path) -> Changes:
    """Rename the keys of the entries in a list of resources."""
    for resource in resource_lists():
        if path[-1] in (resource.old, resource.new) and resource.keys:
            yield from rename_item_keys(context.text, path, resource.keys)


def _describe_names(rename: KeyRename) -> str:
    renamed = f"'{rename.old}' is called '{rename.new}'"
    if rename.since:
        renamed += f" since {format_release(rename.since)}"
    return renamed


def _write_address(
    context: StepContext, path: Path, rename: KeyRename, holder: Mapping[Any, Any]
) -> Changes:
    """Write the whole address, to which the provider adds nothing any more."""
    form, value = rename.setting.address, holder[path[-1]]
    if form is None or not isinstance(value, str):
        return
    provider = mapping_at(context.data, path[:3])
    owner = as_string(provider.get("provider_id"))
    form = form_in_config(form, holder)
    address = whole_address(value, form, owner, is_same_key=False)
    if address != value:
        yield from context.text.set(path, address)
