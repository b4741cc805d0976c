"""A store given in place where a reference is meant, or an old store key left behind.

Since 0.3.0 stores are references into `storage.backends` (upstream #3697). A snippet in a provider's config is refused;
a top-level `metadata_store` or `inference_store` is dropped without a word, and so is a snippet under a field that the
provider does not have any more.

    kvstore: {type: sqlite, db_path: /data/batches.db}     # write {backend: kv_default, namespace: batches}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import inline_store_keys
from stackcfg.releases.versions import format_release
from stackcfg.stores.inline import is_inline_store
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.findings import ERROR, WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    ModelError,
)
from stackcfg.validation.queries.provider_stores import (
    CONFIG_DEPTH,
    dropped_values,
    is_missing_store,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each store of the old style."""
    seen: set[Path] = set()
    for each in errors:
        if not _is_inline(inspection, each):
            continue
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
    return (len(path) == 1 and path[0] in inline_store_keys()) or is_inline_store(
        value_at(inspection.data, path)
    )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim errors at and in inline stores, and the missing stores of providers that have one under an unknown key."""
    if _is_inline(inspection, error):
        return True
    if not is_missing_store(inspection, error):
        return False
    # a reference under an unknown key is the better explanation: see the rule store-field
    dropped = dropped_values(inspection, error.path[:CONFIG_DEPTH])
    return any(map(is_inline_store, dropped)) and not any(map(is_reference, dropped))


def _is_inline(inspection: Inspection, error: ModelError) -> bool:
    """Return whether an error is at an inline store, at a field of one, or at a field that one lacks."""
    path = error.path
    if inspection.version < CATALOG_SINCE or path[:2] == ("storage", "backends"):
        return False
    if len(path) == 1:
        return error.kind == DROPPED and path[0] in inline_store_keys()
    lengths = range(max(2, len(path) - 1), len(path) + 1)
    return any(
        is_inline_store(value_at(inspection.data, path[:each])) for each in lengths
    )


RULE: Final = Rule("inline-store", ERROR, __doc__, claims=claims, report=report)
