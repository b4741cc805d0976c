"""The resources that a config registers: which API serves each, and which provider each names.

At start-up the server registers what it serves, list by list, with the provider that an entry names
(`register_resources`, `RESOURCES`); an API that is not served is passed over with all of its list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from stackcfg.config_models import registered, routers
from stackcfg.document import Path
from stackcfg.inline_stores import at
from stackcfg.inspection import Inspection
from stackcfg.model_check import DROPPED
from stackcfg.releases import Release
from stackcfg.rules.served import named_apis

SECTION: Final = "registered_resources"
SECTION_SINCE: Final[Release] = (0, 3, 0)
EVERY_PROVIDER_SINCE: Final[Release] = (0, 8, 0)
"""Since then a model's `provider_id: all` means whichever provider there is."""

_TABLES: Final[Mapping[str, str]] = {"scoring_fns": "scoring_functions"}
"""Lists that are called otherwise than the API of their routing table."""

_DEFAULT_MODELS: Final[tuple[Path, ...]] = (
    ("vector_stores", "default_embedding_model"),
    ("vector_stores", "default_reranker_model"),
    ("vector_stores", "rewrite_query_params", "model"),
)
"""Models that must be registered, each named by its provider and its id."""


class Resource(NamedTuple):
    """An entry: its path, the API whose providers serve it, and whether the server registers it at all."""

    path: Path
    api: str
    is_served: bool


class Providers(NamedTuple):
    """The ids of the providers of an API that are on, in one reading; `is_sure` where no other can be there."""

    ids: frozenset[str]
    is_sure: bool


def lists(inspection: Inspection) -> Iterator[tuple[Path, str, bool]]:
    """The lists that the release registers: path, API, and whether it is served."""
    base: Path = (SECTION,) if inspection.version >= SECTION_SINCE else ()
    named = named_apis(inspection)
    for name in sorted(registered(inspection.version)):
        api = routers(inspection.version).get(_TABLES.get(name, name))
        if api is not None and at(inspection.data, (*base, name)):
            yield (*base, name), api, not named or api in named


def resources(inspection: Inspection) -> Iterator[Resource]:
    """Every entry of these lists."""
    for path, api, is_served in lists(inspection):
        entries = at(inspection.data, path)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, Mapping):
                yield Resource((*path, index), api, is_served)


def default_models(inspection: Inspection) -> Iterator[Resource]:
    """The models that the settings of vector stores name."""
    dropped = {each.path for each in inspection.mismatches if each.kind == DROPPED}
    for path in _DEFAULT_MODELS if isinstance(inspection.data.get("vector_stores"), Mapping) else ():
        is_read = not any(path[:length] in dropped for length in range(1, len(path) + 1))
        if is_read and isinstance(at(inspection.data, path), Mapping):
            yield Resource(path, "inference", True)


def providers_of(inspection: Inspection, api: str) -> tuple[Providers, ...]:
    """The providers of an API, reading by reading."""
    entries = [each.path for each in inspection.providers if each.api == api]
    found = []
    for reading in inspection.readings:
        ids: list[Any] = [at(reading, (*path, "provider_id")) for path in entries]
        names = frozenset(each for each in ids if isinstance(each, str))
        found.append(Providers(names, all(each is None or isinstance(each, str) for each in ids)))
    return tuple(found)
