"""Provider types outside the tree that have the store fields of a known type.

A class that extends one of upstream's config classes has its fields, and wants
their new form: `inline::lightspeed_inline_agent` of lightspeed-stack-providers
extends that of `inline::meta-reference`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from stackcfg.light_typing import Any
from stackcfg.paths import as_mapping
from stackcfg.releases.providers import provider_spans
from stackcfg.releases.stores import (
    INLINE,
    REFERENCE,
    StoreField,
    StoreFields,
)
from stackcfg.releases.versions import Release


def find_sibling(
    catalog: StoreFields, api: str, provider_type: str, settings: Mapping[Any, Any]
) -> str:
    """Return the known type whose store fields a config has; empty if
    there is none, or several that differ.

    A type that a release has, or that the user declared, is its own.
    """
    types = catalog.types_of(api)
    if provider_type in types or _is_of_a_release(api, provider_type):
        return ""
    keys = {name for name, value in settings.items() if _holds_store(value)}
    if not keys:
        return ""
    found: dict[frozenset[StoreField], str] = {}
    for kind, fields in types.items():
        if keys <= {field.path[0] for field in fields}:
            found.setdefault(_without_type(fields), kind)
    if len(found) != 1:
        return ""
    return next(iter(found.values()))


@lru_cache(1024)
def _is_of_a_release(api: str, provider_type: str) -> bool:
    return bool(provider_spans(api, provider_type))


def _without_type(fields: Sequence[StoreField]) -> frozenset[StoreField]:
    """Return store fields that compare equal for types that share them."""
    return frozenset(field._replace(provider_type="") for field in fields)


def new_key(catalog: StoreFields, api: str, key: str, target: Release) -> str:
    """Return the key that every known type of an API has instead of an old one.

    That is the old key itself where no type has it, or where they
    differ.
    """
    found: set[tuple[str, ...]] = set()
    for kind, fields in catalog.types_of(api).items():
        uses = _inline_uses(fields, key)
        for field in catalog.provider_fields(api, kind, target, REFERENCE):
            if field.use in uses:
                found.add(field.path)
    if len(found) != 1:
        return key
    path = found.pop()
    if len(path) > 1:
        return key
    return path[0]


def _inline_uses(fields: Sequence[StoreField], key: str) -> set[str]:
    """Return what a type uses the stores under a key for, where some are inline."""
    uses = {field.use for field in fields if field.path == (key,)}
    inline = {field.use for field in fields if field.style == INLINE}
    if uses.isdisjoint(inline):
        return set()
    return uses


def _holds_store(value: Any) -> bool:
    """Return whether a value is an inline store or a reference, or holds one."""
    for each in (value, *as_mapping(value).values()):
        fields = as_mapping(each)
        if "type" in fields or "backend" in fields:
            return True
    return False
