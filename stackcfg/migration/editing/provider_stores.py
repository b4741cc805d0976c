"""Stores that the config class of a provider began to require."""

from __future__ import annotations

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.sql_references import backend_for, has_backends
from stackcfg.paths import Path, value_at
from stackcfg.releases.stores import REFERENCE, StoreField


def write_missing_stores(
    context: StepContext,
    api: str,
    provider_type: str,
) -> Changes:
    """Write each store that providers of a type miss in the target.

    Nothing is missing where the class takes a backend by itself, and
    the file has that one.
    """
    facts = context.store_fields.provider_fields(
        api, provider_type, context.version, REFERENCE
    )
    for fact in facts:
        # the class falls back to this backend by itself
        is_default = fact.backend in context.written.backends
        if fact.backend and (is_default or not has_backends(context)):
            continue
        for holder, _ in context.all_providers_of(api, provider_type):
            path = (*holder, "config", fact.path[0])
            if value_at(context.data, path) is None:
                yield from _write_store(context, fact, path)


def _write_store(
    context: StepContext,
    fact: StoreField,
    path: Path,
) -> Changes:
    backend = backend_for(context, fact.family)
    if backend is not None:
        reference = {fact.name_field: fact.default, "backend": backend}
        yield from context.text.add(path, reference)
        return
    family = fact.family.upper()
    message = f"{fact.api} needs a {family} backend, but the file defines none; add one"
    yield context.action_required(message, path[:-1])
