"""Reports provider settings that 0.3 drops in silence.

Sources: the config classes of the released wheels, as recorded in the
facts. Most such keys were dropped by the old release already; they stay
where they are, because only the user knows what they were meant to do.
"""

from stackcfg.migration.changes import Changes, StepNote
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.losses import severity_of_key
from stackcfg.paths import Path, mapping_at
from stackcfg.releases.providers import has_provider_key, is_provider_known
from stackcfg.releases.stores import LAST_INLINE
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string


def run(context: StepContext) -> Changes:
    """Yield a note for each key with a value that the new server does
    not read.
    """
    # on the way to a later release the step `removals` reports them, once
    if context.version != context.release.final:
        return
    moved = {store.path[:5] for store in context.inline.stores}
    moved |= {store.path[:5] for store in context.inline.unreadable}
    last = context.release.target.last
    for api, index, provider in provider_entries(context.data):
        kind = as_string(provider.get("provider_type"))
        if not is_provider_known(api, kind, last):
            continue
        for key, value in mapping_at(provider, ("config",)).items():
            path = ("providers", api, index, "config", str(key))
            is_written = path not in moved and value not in (None, "", [], {})
            if is_written and not has_provider_key(api, kind, str(key), last):
                yield _describe(context, path, kind)


def _describe(context: StepContext, path: Path, kind: str) -> StepNote:
    """Return the note about a key that the target does not read."""
    api, key = str(path[1]), str(path[-1])
    if not has_provider_key(api, kind, key, LAST_INLINE):
        message = f"'{key}' of {kind} is ignored by the old and the new release"
        return context.info(message, path)
    message = (
        f"'{key}' of {kind} was read by the old release "
        f"and is ignored by {context.release.target.name}"
    )
    return StepNote(severity_of_key(path), message, context.text.offset(path))
