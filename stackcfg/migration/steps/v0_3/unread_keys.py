"""Names provider settings that the target release drops in silence: its config class has no such key.

Sources: the config classes of the released wheels, as recorded in the catalog. Most such keys were dropped by the old
release already; they stay where they are, because only a person knows what they were meant to do.
"""

from __future__ import annotations

from collections.abc import Iterator

from stackcfg.migration.changes import ACTION_REQUIRED, INFO, Change, StepNote
from stackcfg.migration.context import CatalogContext
from stackcfg.paths import value_at
from stackcfg.releases.providers import has_provider_key, is_provider_known
from stackcfg.releases.stores import LAST_INLINE
from stackcfg.runconfig.providers import provider_entries
from stackcfg.runconfig.values import as_string


def run(context: CatalogContext) -> Iterator[Change]:
    """A note for each key with a value that the new server will not read."""
    moved = {use.path[:5] for use in context.inline.stores}
    for api, index, provider in provider_entries(context.data):
        kind = as_string(provider.get("provider_type"))
        settings = value_at(provider, ("config",))
        if not isinstance(settings, dict) or not is_provider_known(
            api, kind, context.release.target.last
        ):
            continue
        for key, value in settings.items():
            path = ("providers", api, index, "config", str(key))
            if (
                path in moved
                or value in (None, "", [], {})
                or has_provider_key(api, kind, str(key), context.release.target.last)
            ):
                continue
            if has_provider_key(api, kind, str(key), LAST_INLINE):
                yield StepNote(
                    ACTION_REQUIRED,
                    f"'{key}' of {kind} is not read by {context.release.target.name}",
                    context.text.offset(path),
                )
            else:
                yield StepNote(
                    INFO,
                    f"'{key}' of {kind} is read by neither the old nor the new release",
                    context.text.offset(path),
                )
