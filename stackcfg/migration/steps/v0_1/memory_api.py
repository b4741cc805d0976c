"""0.0 → 0.1: the API `memory` is called `vector_io` (0.1.0, upstream #828).

`memory_banks` became `vector_dbs`.

Files that old also name providers without `inline::` or `remote::`. Such a
name stood for several of today's types, so the operator must choose one.
"""

from collections.abc import Sequence

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import rename_in_apis
from stackcfg.paths import mapping_at
from stackcfg.releases.providers import provider_types
from stackcfg.releases.renames import current_api_name
from stackcfg.runconfig.providers import is_disabled, provider_entries

OLD = "memory"
NEW = "vector_io"
BANKS = "memory_banks"
API_NAMES = {OLD: NEW, BANKS: "vector_dbs"}

MOST_TYPES = 8
"""How many types a note names."""


def run(context: StepContext) -> Changes:
    """Rename the API in `providers` and `apis`; report what has no
    single new name.
    """
    yield from _rename_providers(context)
    yield from rename_in_apis(context, API_NAMES)
    if context.data.get(BANKS):
        message = (
            f"'{BANKS}' is not read since 0.1.0; register the banks as 'vector_dbs'"
        )
        yield context.action_required(message, (BANKS,))
    elif BANKS in context.data:
        yield from context.text.remove((BANKS,))
    yield from _report_old_types(context)


def _report_old_types(context: StepContext) -> Changes:
    """Report types without `inline::` or `remote::`, unless their API goes."""
    for api, index, provider in provider_entries(context.data):
        kind = provider.get("provider_type")
        final = context.release.final
        name = API_NAMES.get(api, api)
        types = provider_types(current_api_name(name, final) or name, final)
        if not isinstance(kind, str) or "::" in kind or not types:
            continue
        if not is_disabled(provider):
            message = (
                f"'{kind}' of {api} is a provider type from before 0.1; the server "
                f"refuses to start; write {_probable_types(kind, types)}"
            )
            path = ("providers", api, index, "provider_type")
            yield context.action_required(message, path)


def _probable_types(kind: str, types: Sequence[str]) -> str:
    """Return the type of the same name, or those that can be meant."""
    same = [each for each in types if each.endswith(f"::{kind}")]
    if same or len(types) == 1:
        return " or ".join(same or types)
    return "one of " + ", ".join(types[:MOST_TYPES])


def _rename_providers(context: StepContext) -> Changes:
    section = mapping_at(context.data, ("providers",))
    path = ("providers", OLD)
    if OLD not in section:
        return
    if section.get(NEW):
        message = (
            f"'{OLD}' is called '{NEW}' since 0.1.0, but the file has both; merge them"
        )
        yield context.action_required(message, path)
    elif NEW not in section:
        yield from context.text.rename(path, NEW)
