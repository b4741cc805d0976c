"""A provider of files for those that cannot start without one.

It is the provider of upstream's own configs: uploads are in a folder,
what is known of them is in a SQL store.
"""

from __future__ import annotations

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.inline_stores import (
    first_folder,
    inner_mappings,
    new_inline_store,
)
from stackcfg.migration.editing.provider_settings import is_listed, list_api
from stackcfg.migration.editing.sql_references import backend_for
from stackcfg.migration.editing.values import as_field
from stackcfg.paths import Data, Path, as_mapping, list_at, mapping_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.providers import FILES, LOCAL_FILES, provider_requirements
from stackcfg.releases.stores import (
    REFERENCE,
    SQL,
    StoreField,
    default_folder,
    inline_store_keys,
)
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.home_folder import with_home_in_variable
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.runconfig.values import as_string

ID = "meta-reference-files"
"""What upstream's own configs call the provider."""

FOLDER_VARIABLE = "FILES_STORAGE_DIR"
"""The variable of upstream's own configs for its folder. `inline::localfs` does not
expand a plain `~`.
"""

STORAGE = "storage"

_LIST = ("providers", FILES)
_APIS = ("apis",)


def write_files_provider(context: StepContext) -> Changes:
    """Write the provider if a release asks for one first, and none is there.

    A file that is for this release or a later one would not have
    started.
    """
    if list_at(context.data, _LIST):
        return
    wanting = _first_that_requires(context)
    if wanting is None:
        return
    field = _store_field(context)
    store = _metadata_store(context, field)
    if store is None:
        return
    path, kind = wanting
    folder = with_home_in_variable(_folder(context) + FILES, FOLDER_VARIABLE)
    config = {"storage_dir": folder, field.path[0]: store}
    entry = {"provider_id": ID, "provider_type": LOCAL_FILES, "config": config}
    fields = [as_field(key, value) for key, value in entry.items()]
    yield from context.text.append(_LIST, [fields])
    yield from _write_in_apis(context)
    since = format_release(context.release.since)
    message = (
        f"since {since} {kind} does not start without a provider of files; '{ID}' is "
        f"written, which keeps uploads in '{folder}': check that the server can "
        "write there"
    )
    yield context.check(message, (*path, "provider_type"))


def _first_that_requires(context: StepContext) -> tuple[Path, str] | None:
    """Return the path and the type of the first provider that requires
    files from this release on.
    """
    for api in mapping_at(context.data, ("providers",)):
        if not is_listed(context, api):
            continue
        for path, provider in context.providers_of(as_string(api)):
            kind = as_string(provider.get("provider_type"))
            if _requires_since(context, as_string(api), kind):
                return path, kind
    return None


def _requires_since(context: StepContext, api: str, kind: str) -> bool:
    spans = provider_requirements(api, kind).get(FILES, [])
    return any(first == context.release.since for first, _ in spans)


def _store_field(context: StepContext) -> StoreField:
    """Return the store of the provider as references name it, since 0.3."""
    fields = context.store_fields.types_of(FILES)[LOCAL_FILES]
    return next(each for each in fields if each.style == REFERENCE)


def _metadata_store(context: StepContext, field: StoreField) -> Data | None:
    """Return the store of the provider; None where no backend can hold it."""
    if not _has_catalog(context):
        neighbors = _stores(context)
        folder = _folder(context)
        return new_inline_store(context, SQL, neighbors, folder, f"{field.default}.db")
    backend = backend_for(context, SQL)
    if backend is None:
        return None
    return {"backend": backend, field.name_field: field.default}


def _has_catalog(context: StepContext) -> bool:
    """Return whether stores are references: since 0.3, and in files
    that are half migrated.
    """
    return context.release.since >= CATALOG_SINCE or STORAGE in context.data


def _stores(context: StepContext) -> list[Data]:
    """Return the inline stores of the server, then those of providers."""
    found: list[Data] = []
    for name in context.data:
        if name in inline_store_keys():
            found.append(mapping_at(context.data, (name,)))
    for api in mapping_at(context.data, ("providers",)):
        for _, config in context.configs_of(as_string(api)):
            found += inner_mappings(config)
    return found


def _folder(context: StepContext) -> str:
    """Return the folder of other files of the server, with its last slash."""
    holders = _stores(context)
    if _has_catalog(context):
        backends = mapping_at(context.data, BACKENDS_PATH)
        holders = [as_mapping(each) for each in backends.values()]
    name = as_string(context.data.get("image_name"))
    return first_folder(holders) or default_folder(name)


def _write_in_apis(context: StepContext) -> Changes:
    last = list_at(context.data, _APIS)[-1:]
    if last and isinstance(last[0], str):
        yield from list_api(context, FILES, last[0])
