"""0.7 → ogx 0.8: files are added to vector stores by a provider of
`file_processors` (0.8.0).

Until 0.7.3 the server itself read them where there was no such provider
(`_legacy_chunk_file`); since 0.8.0 it adds none then, and says so only
to the client. Source: `openai_vector_store_mixin.py` of 0.7.3 and
0.8.0. The provider that reads files as the server did is written; it
needs the packages that every provider of `vector_io` needed.
"""

from __future__ import annotations

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import is_listed, list_api
from stackcfg.migration.editing.values import as_field
from stackcfg.paths import list_at
from stackcfg.releases.providers import FILE_READER, FILES

API = "file_processors"
VECTOR_STORES = "vector_io"

_LIST = ("providers", API)


def run(context: StepContext) -> Changes:
    """Write the provider where files could be added before."""
    if list_at(context.data, _LIST):
        return
    if not _is_served(context, VECTOR_STORES) or not _is_served(context, FILES):
        return
    fields = [as_field(key, value) for key, value in FILE_READER.items()]
    yield from context.text.append(_LIST, [fields])
    yield from list_api(context, API, FILES)
    message = (
        "since 0.8.0 files are added to vector stores only by a provider of "
        f"'{API}'; '{FILE_READER['provider_id']}' is written, which reads them as before"
    )
    yield context.info(message, ("providers", VECTOR_STORES))


def _is_served(context: StepContext, api: str) -> bool:
    return is_listed(context, api) and any(context.providers_of(api))
