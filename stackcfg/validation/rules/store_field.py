"""A provider's store under a field that this provider does not have.

The field differs from provider to provider: `persistence` in vector_io,
`persistence.agent_state` and `persistence.responses` in agents,
`metadata_store` in files, `kvstore` in batches, datasetio and eval (0.3.0,
upstream #3697). The reference under any other field is dropped. If the store is
required, the file is refused; if not, the provider runs without persistence.
Beside the right field it is left over, and so it is in a provider that keeps nothing:
a warning is enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.paths import Path, mapping_at, value_at
from stackcfg.releases.renames import KeyRename, find_key_rename
from stackcfg.stores.store_map import is_reference
from stackcfg.validation.model_check import DROPPED, ModelError
from stackcfg.validation.queries.history import spans_of_key
from stackcfg.validation.queries.provider_stores import (
    CONFIG_DEPTH,
    dropped_beside_missing_store,
    store_fields,
)
from stackcfg.validation.rule import ERROR, WARNING, Errors, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import Removal, RuleFinding, UnsafeFix, key_of


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim references under unknown keys, and the missing stores behind them."""
    if _is_misplaced_reference(inspection, error):
        return True
    dropped = dropped_beside_missing_store(inspection, error)
    return any(map(is_reference, dropped))


def _is_misplaced_reference(inspection: Inspection, error: ModelError) -> bool:
    path = error.path
    if error.kind != DROPPED or len(path) != CONFIG_DEPTH + 1:
        return False
    return path[0] == "providers" and is_reference(value_at(inspection.data, path))


def report(inspection: Inspection, errors: Errors) -> Findings:
    """Report each misplaced reference, which explains the missing store too."""
    for error in errors:
        if _is_misplaced_reference(inspection, error):
            yield _describe(inspection, error)


def _describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    provider = mapping_at(inspection.data, error.path[:3])
    kind, config = provider.get("provider_type"), provider.get("config")
    fields = store_fields(inspection, error.path[:CONFIG_DEPTH])
    free = [field for field in fields if value_at(config, field) is None]
    fix = None
    if len(free) == 1 and len(free[0]) == 1:
        fix = _fix_field(inspection, error, free[0][0])
    rename = find_key_rename(error.model, str(error.path[-1]), inspection.version)
    severity, unsafe = "", None
    if not free and (fields or rename is None):
        # nothing is lost: the provider has all of its stores, or works without any
        severity = WARNING
    if fields and not free:
        unsafe = UnsafeFix("remove what is left over", (Removal(error.path),))
    return RuleFinding(
        key_of(*error.path),
        f"{kind} has no store '{error.path[-1]}'; "
        f"{inspection.release} drops the reference",
        help=_advise(str(kind), fields, rename),
        fix=fix,
        severity=severity,
        unsafe=unsafe,
    )


def _advise(kind: str, fields: Sequence[Path], rename: KeyRename | None) -> str:
    """Return where the store goes."""
    if fields:
        names = " and ".join(f"'{'.'.join(map(str, field))}'" for field in fields)
        return f"{kind} keeps its store under {names}"
    if rename is not None:
        return f"write the store itself under '{rename.new}'"
    return f"remove it: {kind} keeps nothing in a backend"


def _fix_field(
    inspection: Inspection,
    error: ModelError,
    field: str,
) -> str | None:
    """Return the only free store field as the fix, unless the key is a field of
    another release with another meaning.
    """
    name = str(error.path[-1])
    rename = find_key_rename(error.model, name, inspection.version)
    if rename is not None:
        fits = rename.new == field and not rename.setting.differs
        return field if fits else None
    if spans_of_key(error.model, name):
        return None
    return field


RULE = Rule("store-field", ERROR, __doc__, claims=claims, report=report)
