"""A store given in place where a reference is meant, or an old store key left behind.

Since 0.3.0 stores are references into `storage.backends` (upstream #3697). A snippet in a provider's config is refused;
a top-level `metadata_store` or `inference_store` is dropped without a word, and so is a snippet under a field that the
provider does not have any more.

    kvstore: {type: sqlite, db_path: /data/batches.db}     # write {backend: kv_default, namespace: batches}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.stores import inline_store_keys
from stackcfg.releases.versions import format_release
from stackcfg.stores.inline import looks_inline
from stackcfg.validation.diagnostics import ERROR, WARNING
from stackcfg.validation.finding import RuleFinding, key_of
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import DROPPED
from stackcfg.validation.queries.mismatches import mismatches_for

SEVERITY: Final = ERROR


def check(inspection: Inspection) -> Iterator[RuleFinding]:
    """One finding for each store of the old style."""
    seen: set[Path] = set()
    for each in mismatches_for(inspection, "inline_store"):
        path = each.path if _is_store(inspection, each.path) else each.path[:-1]
        if path in seen:
            continue
        seen.add(path)
        off = any(
            provider.path == path[:3] and not provider.ever_on
            for provider in inspection.providers
        )
        does = (
            "drops it"
            if off or (each.kind == DROPPED and each.path == path)
            else "refuses it"
        )
        yield RuleFinding(
            key_of(*path),
            f"'{path[-1]}' is a store given in place, as in 0.2; {format_release(inspection.version)} {does}",
            help="run 'stackcfg migrate', or write a reference into storage.backends",
            also=((key_of("storage", "backends"), "backends are defined here"),),
            severity=WARNING if off else "",
        )


def _is_store(inspection: Inspection, path: Path) -> bool:
    return (len(path) == 1 and path[0] in inline_store_keys()) or looks_inline(
        value_at(inspection.data, path)
    )
