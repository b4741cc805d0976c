"""What in a document speaks for a run config, and what against one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from stackcfg.light_typing import Any, Final, NamedTuple
from stackcfg.loading.other_files import CHART_KEYS
from stackcfg.paths import Path, as_list, as_mapping, mapping_at
from stackcfg.releases.models import key_spans, root_model_names
from stackcfg.releases.providers import api_spans
from stackcfg.releases.resources import RESOURCES_SECTION, resource_lists
from stackcfg.releases.stores import engines, inline_store_keys
from stackcfg.runconfig.sections import EXTERNAL_FOLDERS
from stackcfg.stores.store_map import is_reference

Data = Mapping[Any, Any]

_NAMES: Final = (
    "image_name",
    "distro_name",
)
_VOLUME_KEYS: Final = frozenset(
    {
        "size",
        "className",
        "storageClass",
        "storageClassName",
        "accessModes",
        "pvc",
    }
)
"""Keys of a volume, which charts call `storage`."""

_OLDER_KEYS: Final = frozenset(
    {
        "built_at",
        "conda_env",
        "docker_image",
        "image_type",
        "memory_banks",
    }
)
"""Keys of run configs before 0.1.0, the first release with facts."""


class Evidence(NamedTuple):
    """What speaks for a run config, or with a weight below zero against one.

    `unknown` marks a key that no release has.
    """

    weight: int
    path: Path
    what: str
    unknown: bool = False


def evidence_for(data: Data) -> Iterator[Evidence]:
    """Yield what speaks for a run config, the first piece of each kind."""
    if data.get("version") in (2, "2"):
        yield Evidence(1, ("version",), "'version' is 2")
    for key in (*_NAMES, *EXTERNAL_FOLDERS):
        if isinstance(data.get(key), str | int):
            yield Evidence(2, (key,), f"'{key}'")
    yield from _api_evidence(data)
    yield from _provider_evidence(data)
    yield from _backend_evidence(data)
    yield from _reference_evidence(data)
    yield from _inline_evidence(data)
    yield from _resource_evidence(data)


def _api_evidence(data: Data) -> Iterator[Evidence]:
    names = as_list(data.get("apis"))
    known = [name for name in names if _is_api(name)]
    if known and 2 * len(known) >= len(names):
        yield Evidence(4, ("apis",), f"'apis' lists '{known[0]}'")


def _is_api(name: Any) -> bool:
    return isinstance(name, str) and bool(api_spans(name))


def _provider_evidence(data: Data) -> Iterator[Evidence]:
    section = data.get("providers")
    if not isinstance(section, Mapping):
        return
    for api, entries in section.items():
        index = _index_of_typed(entries)
        if index is not None:
            path = ("providers", api, index)
            yield Evidence(4, path, f"a provider of '{api}' with its type")
            return
    if all(map(_is_api, section)):
        yield Evidence(1, ("providers",), "'providers' lists APIs only")


def _index_of_typed(entries: Any) -> int | None:
    """Return the index of the first provider that has a type.

    One whose `- ` was lost counts as the first of a list.
    """
    if isinstance(entries, Mapping):
        entries = [entries]
    for index, entry in enumerate(as_list(entries)):
        kind = as_mapping(entry).get("provider_type")
        if isinstance(kind, str):
            return index
    return None


def _backend_evidence(data: Data) -> Iterator[Evidence]:
    types = {engine.type for engine in engines()}
    section = ("storage", "backends")
    for name, backend in mapping_at(data, section).items():
        kind = as_mapping(backend).get("type")
        if isinstance(kind, str):
            weight = 2
            if kind in types:
                weight = 4
            yield Evidence(weight, (*section, name), f"a backend of type '{kind}'")
            return


def _reference_evidence(data: Data) -> Iterator[Evidence]:
    section = ("storage", "stores")
    for name, store in mapping_at(data, section).items():
        if is_reference(store):
            yield Evidence(3, (*section, name), f"the store '{name}' on a backend")
            return


def _inline_evidence(data: Data) -> Iterator[Evidence]:
    types = {engine.engine for engine in engines()}
    for key in sorted(inline_store_keys() & data.keys()):
        store = data[key]
        if not isinstance(store, Mapping):
            continue
        weight = 2
        if "db_path" in store or str(store.get("type")) in types:
            weight = 4
        yield Evidence(weight, (key,), f"the store '{key}'")


def _resource_evidence(data: Data) -> Iterator[Evidence]:
    names = {resource.new for resource in resource_lists()}
    section = mapping_at(data, (RESOURCES_SECTION,))
    if names & section.keys():
        yield Evidence(3, (RESOURCES_SECTION,), f"'{RESOURCES_SECTION}'")


def evidence_against(data: Data) -> Iterator[Evidence]:
    """Yield the keys that no run config has, or not with such a value."""
    for key, value in data.items():
        piece = _judge_key(key, value)
        if piece is not None:
            yield piece


def _judge_key(key: Any, value: Any) -> Evidence | None:
    if key in CHART_KEYS:
        return Evidence(-2, (key,), f"'{key}' is a key of charts")
    if key in _resource_keys() and isinstance(value, Mapping):
        return Evidence(-3, (key,), f"'{key}' is a mapping, as in charts")
    if key == "storage" and not _VOLUME_KEYS.isdisjoint(as_mapping(value)):
        return Evidence(-2, (key,), "'storage' is a volume, as in charts")
    # `x-` is for what only anchors are taken from
    if key in _top_level_keys() or str(key).startswith("x-"):
        return None
    weight = -2
    if isinstance(value, Mapping | list):
        weight = -3
    return Evidence(weight, (key,), f"no release has a key '{key}'", unknown=True)


def _resource_keys() -> frozenset[str]:
    return frozenset(resource.old for resource in resource_lists())


@cache
def _top_level_keys() -> frozenset[str]:
    """Return the keys that the run config of any release has at its top level."""
    keys = set(_OLDER_KEYS)
    for model in root_model_names():
        spans, _ = key_spans(model)
        keys |= spans.keys()
    return frozenset(keys)
