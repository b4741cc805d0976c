"""A backend without a type, or of a type that the release does not have.

The types are `kv_sqlite`, `kv_redis`, `kv_postgres`, `kv_mongodb`, `sql_sqlite`
and `sql_postgres` (0.3.0, upstream #3697). The names of 0.2 (`sqlite`,
`postgres`, …) do not say the family and are refused.

    kv_default:
      type: sqlite          # write kv_sqlite
      db_path: /data/kv.db
"""

from __future__ import annotations

from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.spelling import nearest_word
from stackcfg.validation.model_check import MISSING, ModelError
from stackcfg.validation.queries.suggestions import (
    did_you_mean,
    fix_literal,
    fix_misspelled_value,
    guess_value,
)
from stackcfg.validation.rule import ERROR, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def claims(_: Inspection, error: ModelError) -> bool:
    in_backend = error.path[:2] == BACKENDS_PATH and len(error.path) == 4
    return in_backend and error.path[3] == "type"


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    if error.kind != MISSING:
        return _describe_unknown(inspection, error)
    return RuleFinding(
        key_of(*error.path[:3]),
        f"backend '{error.path[2]}' has no type; {inspection.release} refuses the file",
        help=f"add 'type': one of {', '.join(error.choices)}",
    )


def _describe_unknown(inspection: Inspection, error: ModelError) -> RuleFinding:
    meant = _probable_type(inspection, error)
    shown = "this value"
    if isinstance(error.value, str):
        shown = f"'{error.value}'"
    return RuleFinding(
        value_of(*error.path),
        f"{shown} is not a backend type; {inspection.release} refuses the file",
        help=did_you_mean(meant, f"backend types: {', '.join(error.choices)}"),
        fix=_fix_type(inspection, error, meant),
        guess=guess_value(inspection, error.path, error.value, meant),
    )


def _fix_type(
    inspection: Inspection,
    error: ModelError,
    meant: str,
) -> str | None:
    if meant == _type_of_engine(inspection, error):
        return fix_literal(
            inspection,
            error.path,
            error.value,
            meant,
        )
    return fix_misspelled_value(
        inspection, error.path, error.value, meant, error.choices
    )


def _probable_type(inspection: Inspection, error: ModelError) -> str:
    """Return the type for an engine's name in 0.2, else the nearest type."""
    named = _type_of_engine(inspection, error)
    return named or nearest_word(str(error.value), error.choices)


def _type_of_engine(inspection: Inspection, error: ModelError) -> str:
    """Return the type for an engine's name in 0.2; empty for other words."""
    written = str(error.value)
    families = _families_of(inspection, str(error.path[2]))
    if len(families) == 1:
        kind = f"{families.pop()}_{written.lower()}"
        if kind in error.choices:
            return kind
    return ""


def _families_of(inspection: Inspection, backend: str) -> set[str]:
    """Return the families of a backend's stores, or that of its name."""
    found = set()
    for store in inspection.references:
        if store.reference and store.reference.backend == backend:
            found.add(store.family)
    return found or {each for each in ("kv", "sql") if backend.startswith(each)}


RULE = Rule("backend-type", ERROR, __doc__, claims=claims, describe=describe)
