"""Within 0.2: `kubernetes` authentication is back, and calls its certificate `tls_cafile` (0.2.21, upstream #2559).

Up to 0.2.7 it was `ca_cert_path`, a key that later releases drop without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from stackcfg.migration.changes import Change, Delete, Put
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import removed, renamed_key
from stackcfg.paths import value_at

PROVIDER: Final = ("server", "auth", "provider_config")
OLD: Final = "ca_cert_path"
NEW: Final = "tls_cafile"


def run(context: StepContext) -> Iterator[Change]:
    """Rename the key; where it holds nothing, or the new one is there too, it goes."""
    settings = value_at(context.data, PROVIDER)
    if (
        not isinstance(settings, Mapping)
        or settings.get("type") != "kubernetes"
        or OLD not in settings
    ):
        return
    if not settings[OLD] or NEW in settings:
        yield from removed(context, (*PROVIDER, OLD))
        return
    node = context.text.editable_node(PROVIDER)
    entry = node.entry(OLD) if node is not None else None
    if entry is not None:
        yield Delete((*PROVIDER, OLD))
        yield Put((*PROVIDER, NEW), settings[OLD])
        yield renamed_key(entry[0], NEW)
