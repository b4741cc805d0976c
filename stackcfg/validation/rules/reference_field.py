"""A reference with a missing or an extra field.

A reference is exactly `{backend, namespace}` for a KV store and `{backend,
table_name}` for a SQL store. References that are written through a queue
(inference, responses) also have `max_write_queue_size` and `num_writers`. A
missing field is refused, an extra one is silently dropped (0.3.0, upstream
#3697).

    metadata: {backend: kv_default, table_name: registry}   # a KV store has a namespace
"""

from __future__ import annotations

from collections.abc import Sequence

from stackcfg.light_typing import Final
from stackcfg.paths import mapping_at
from stackcfg.spelling import nearest_word
from stackcfg.validation.descriptions import quote_names
from stackcfg.validation.model_check import DROPPED, MISSING, ModelError
from stackcfg.validation.queries.history import spans_of_key
from stackcfg.validation.queries.suggestions import did_you_mean, fix_slip
from stackcfg.validation.queries.wording import describe_refusal, raw_key
from stackcfg.validation.rule import ERROR, WARNING, Errors, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of

REFERENCE_MODELS: Final = frozenset(
    {
        "KVStoreReference",
        "SqlStoreReference",
        "InferenceStoreReference",
        "ResponsesStoreReference",
    }
)
NAME_FIELDS: Final = {"namespace": "table_name", "table_name": "namespace"}
"""The field that names a store's rows in one family, and that of the other
family.
"""


def claims(_: Inspection, error: ModelError) -> bool:
    return error.model in REFERENCE_MODELS and error.kind in (MISSING, DROPPED)


def report(inspection: Inspection, errors: Errors) -> Findings:
    """Report each missing and each extra field; a misspelled one is only
    missing.
    """
    extra = [error for error in errors if error.kind == DROPPED]
    for error in errors:
        if error.kind == MISSING:
            misspelled = _find_misspelled(error, extra)
            if misspelled:
                extra.remove(misspelled)
            yield _describe_missing(inspection, error, misspelled)
    for error in extra:
        yield _describe_extra(inspection, error)


def _find_misspelled(
    missing: ModelError, extra: Sequence[ModelError]
) -> ModelError | None:
    """Return the extra field that was probably meant to be the missing one."""
    name = str(missing.path[-1])
    beside = [error for error in extra if error.path[:-1] == missing.path[:-1]]
    for error in beside:
        if error.path[-1] == NAME_FIELDS.get(name):
            return error
    for error in beside:
        if nearest_word(str(error.path[-1]), [name]):
            return error
    return None


def _describe_missing(
    inspection: Inspection, error: ModelError, misspelled: ModelError | None
) -> RuleFinding:
    *reference, name = error.path
    place, help_text = key_of(*reference), f"add '{name}'"
    fix = None
    if misspelled:
        stray = str(misspelled.path[-1])
        fix = _fix_name(stray, str(name))
        place = key_of(*reference, stray)
        help_text = f"write '{name}' instead of '{stray}'"
    return RuleFinding(
        place,
        f"the reference '{reference[-1]}' has no '{name}'; "
        f"{describe_refusal(inspection, error)}",
        help=help_text,
        fix=fix,
    )


def _fix_name(stray: str, name: str) -> str | None:
    """Return the name of a field as the fix of another family's field or of a
    slip.
    """
    if stray == NAME_FIELDS.get(name):
        return name
    return fix_slip(stray, name, [name])


def _describe_extra(inspection: Inspection, error: ModelError) -> RuleFinding:
    name = raw_key(error.path, inspection)
    reference = mapping_at(inspection.data, error.path[:-1])
    absent = [choice for choice in error.choices if choice not in reference]
    meant = ""
    if not spans_of_key(error.model, name):
        meant = nearest_word(name, absent)
    return RuleFinding(
        key_of(*error.path),
        f"a reference has no field '{name}'; {inspection.release} drops it",
        help=did_you_mean(
            meant, f"fields of this reference: {quote_names(error.choices)}"
        ),
        fix=fix_slip(name, meant, error.choices),
        guess=meant,
        severity=WARNING,
    )


RULE = Rule("reference-field", ERROR, __doc__, claims=claims, report=report)
