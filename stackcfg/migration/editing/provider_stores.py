"""How a provider gets a store that its config class began to ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackcfg.migration.changes import ACTION_REQUIRED, Change, Put, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import added
from stackcfg.migration.editing.sql_references import backend_for, has_backends
from stackcfg.releases.stores import REFERENCE
from stackcfg.runconfig.providers import provider_entries
from stackcfg.yamltext.emit import Field


def lacking_store(context: StepContext, api: str, kind: str) -> Iterator[Change]:
    """Write each store that providers of a type lack in the target, beside those of the server; as the facts call it.

    Where the class takes a backend by itself, and that one is there, nothing is lacking.
    """
    for fact in context.store_fields.provider_fields(
        api, kind, context.release.target.last, REFERENCE
    ):
        if fact.backend and (
            not has_backends(context) or fact.backend in context.written.backends
        ):
            continue
        key, backend = fact.path[0], backend_for(context, fact.family)
        for name, index, provider in provider_entries(context.data):
            settings = provider.get("config")
            if name != api or provider.get("provider_type") != kind:
                continue
            if isinstance(settings, Mapping) and settings.get(key) is not None:
                continue
            path = ("providers", api, index, "config")
            if backend is None:
                message = (
                    f"{api} need a {fact.family.upper()} backend, and the file has none"
                )
                yield StepNote(ACTION_REQUIRED, message, context.text.offset(path))
                continue
            reference = {fact.name_field: fact.default, "backend": backend}
            yield Put((*path, key), reference)
            yield added(
                context,
                path,
                Field(key, tuple(Field(*pair) for pair in reference.items())),
            )
