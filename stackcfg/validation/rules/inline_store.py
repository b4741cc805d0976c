"""An inline store where a reference is needed, or an old store key that is left over.

From 0.3.0 on stores are references to `storage.backends` (upstream #3697). An
inline store in a provider's config is refused. A top-level `metadata_store` or
`inference_store` is silently dropped, and so is an inline store under a field
that the provider no longer has. Where the catalog has the same store, the old key
is left over and nothing is lost.

    kvstore: {type: sqlite, db_path: /data/batches.db}
    # write {backend: kv_default, namespace: batches}
"""

from __future__ import annotations

from stackcfg.paths import Path, value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import inline_store_keys
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.stores.inline_value import is_inline_store
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.model_check import DROPPED, ModelError
from stackcfg.validation.queries.provider_stores import dropped_beside_missing_store
from stackcfg.validation.queries.wording import BACKENDS_HERE
from stackcfg.validation.rule import ERROR, WARNING, Errors, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim errors at inline stores, and the missing stores behind them."""
    if _is_at_inline_store(inspection, error):
        return True
    dropped = dropped_beside_missing_store(inspection, error)
    # a reference among the unknown keys explains it better: see the rule store-
    # field
    return any(map(is_inline_store, dropped)) and not any(map(is_reference, dropped))


def _is_at_inline_store(inspection: Inspection, error: ModelError) -> bool:
    """Return whether an error is at an inline store, or at a key or a lack in
    one.
    """
    path = error.path
    if inspection.version < CATALOG_SINCE or path[:2] == BACKENDS_PATH:
        return False
    if len(path) == 1:
        return error.kind == DROPPED and _is_old_store(inspection, path)
    stores = [path[:length] for length in (len(path) - 1, len(path)) if length > 1]
    return any(is_inline_store(value_at(inspection.data, each)) for each in stores)


def _is_old_store(inspection: Inspection, path: Path) -> bool:
    """Return whether a key at the top holds an inline store, or is left over from
    one.
    """
    if path[0] not in inline_store_keys():
        return False
    if path in inspection.superseded_stores:
        return True
    return is_inline_store(value_at(inspection.data, path))


def report(inspection: Inspection, errors: Errors) -> Findings:
    seen: set[Path] = set()
    for error in errors:
        path = error.path
        if not _is_store(inspection, path):
            path = path[:-1]
        if path not in seen and _is_at_inline_store(inspection, error):
            seen.add(path)
            yield _describe(inspection, error, path)


def _is_store(inspection: Inspection, path: Path) -> bool:
    if len(path) == 1 and path[0] in inline_store_keys():
        return True
    return is_inline_store(value_at(inspection.data, path))


def _describe(
    inspection: Inspection,
    error: ModelError,
    path: Path,
) -> RuleFinding:
    if path in inspection.superseded_stores:
        return RuleFinding(
            key_of(*path),
            f"'{path[-1]}' is left over from 0.2; {inspection.release} uses the store "
            "in the storage catalog",
            help="remove it",
            severity=WARNING,
        )
    effect, severity = "refuses it", ""
    if error.kind == DROPPED and error.path == path:
        effect = "drops it"
    if path[:3] in inspection.disabled_providers:
        effect, severity = "drops it", WARNING
    return RuleFinding(
        key_of(*path),
        f"'{path[-1]}' is an inline store, as in 0.2; {inspection.release} {effect}",
        help="run 'stackcfg migrate', or write a reference to a backend",
        also=BACKENDS_HERE,
        severity=severity,
    )


RULE = Rule("inline-store", ERROR, __doc__, claims=claims, report=report)
