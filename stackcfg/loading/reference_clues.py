"""Clues of the references of the server to its stores: in which form they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from stackcfg.light_typing import Any, Final
from stackcfg.loading.clues import (
    HEAVY,
    TIE_BREAKER,
    Clue,
    Releases,
    releases_in,
    split_releases,
)
from stackcfg.paths import Path, as_mapping, mapping_at, value_at
from stackcfg.releases.changes import CATALOG_SINCE, SERVER_STORES_IN_SQL_SINCE
from stackcfg.releases.stores import (
    INLINE,
    LAST_INLINE,
    REFERENCE,
    StoreField,
    StoreFields,
)
from stackcfg.runconfig.providers import is_disabled, provider_entries
from stackcfg.runconfig.sections import STORES_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.stores.server_tables import is_rewritten
from stackcfg.stores.store_map import is_reference

FORM: Final = "form"
"""The aspect of a store that is its family; the other one is that it is there."""


def find_reference_clues(
    data: Mapping[str, Any], store_fields: StoreFields
) -> Iterator[Clue]:
    """Yield which releases read each store of the server as it is written.

    A release that has the store in the other form refuses the config.
    That weighs more than a store that a release does not have, which
    it ignores.
    """
    _, rewriting = split_releases(SERVER_STORES_IN_SQL_SINCE)
    for name, value in mapping_at(data, STORES_PATH).items():
        path = (*STORES_PATH, name)
        fields = [
            field
            for field in store_fields.fields
            if field.path == path and field.style == REFERENCE
        ]
        written = [field for field in fields if field.name_field in as_mapping(value)]
        native = _releases_of(written)
        reading = native
        if is_rewritten(name, value):
            reading |= rewriting
            what = f"a KV store for '{name}'"
            yield Clue(what, native, path, weight=TIE_BREAKER, aspect=FORM)
        weight = 1
        if _releases_of(fields) - reading:
            weight = HEAVY
        yield Clue(f"store '{name}'", reading, path, weight=weight)


def find_refused_references(
    data: Mapping[str, Any], store_fields: StoreFields
) -> Iterator[Clue]:
    """Yield the references in place of an inline store of a provider:
    releases with inline stores refuse a store without a `type`.
    """
    _, taking = split_releases(CATALOG_SINCE)
    for api, index, provider in provider_entries(data):
        if is_disabled(provider):
            continue
        kind = as_string(provider.get("provider_type"))
        for field in store_fields.provider_fields(api, kind, LAST_INLINE, INLINE):
            path: Path = ("providers", api, index, "config", *field.path)
            if is_reference(value_at(data, path)):
                what = f"reference '{path[-1]}'"
                yield Clue(what, taking, path, decisive=True, weight=HEAVY)


def _releases_of(fields: Iterable[StoreField]) -> Releases:
    return releases_in((field.since, field.until) for field in fields)
