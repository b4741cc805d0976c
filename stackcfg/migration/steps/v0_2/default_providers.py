"""Within 0.2: a resource without `provider_id` is not registered any
more (0.2.16).

0.2.15 and earlier took the only provider of the API; of vector
databases they took the first one. Datasets get their provider from
their source, and tool groups always named theirs. Source: the routing
tables of 0.1.9 and 0.2.15, and `register_resources` of 0.2.15 and
0.2.16.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import is_listed
from stackcfg.paths import Path, as_mapping, list_at
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.resources import DATASETS, registered_lists
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.values import as_string

KEY = "provider_id"
VECTOR_DBS = "vector_dbs"


def run(context: StepContext) -> Changes:
    """Write the provider that each such resource had."""
    age = context.release.age
    if not age.possibly_before(DISABLED_PROVIDERS_SINCE):
        return
    for path, api in registered_lists(context.version):
        provider = _former_provider(context, path, api)
        if provider and path[-1] != DATASETS:
            yield from _write_provider(context, path, provider)


def _former_provider(context: StepContext, path: Path, api: str) -> str:
    """Return the provider that served entries without one; empty if none did."""
    if not is_listed(context, api):
        return ""
    ids = [as_string(each.get(KEY)) for _, each in context.providers_of(api)]
    if path[-1] == VECTOR_DBS:
        ids = ids[:1]
    if len(ids) != 1:
        return ""
    return ids[0]


def _write_provider(context: StepContext, path: Path, provider: str) -> Changes:
    entries = enumerate(list_at(context.data, path))
    lacking = [index for index, entry in entries if _lacks_provider(entry)]
    if not lacking:
        return
    for index in lacking:
        yield from context.text.add((*path, index, KEY), provider)
    note = context.check
    if context.is_older:
        note = context.info
    message = (
        f"{_count(lacking)} of '{path[-1]}' without '{KEY}' is skipped from "
        f"{format_release(DISABLED_PROVIDERS_SINCE)} on; '{provider}', which "
        "served it before, is written"
    )
    yield note(message, (*path, lacking[0]))


def _lacks_provider(entry: object) -> bool:
    values = as_mapping(entry)
    return bool(values) and values.get(KEY) is None


def _count(indexes: list[int]) -> str:
    if len(indexes) == 1:
        return "an entry"
    return f"each of {len(indexes)} entries"
