"""A backend without a type, or of a type that the release does not have.

The types are `kv_sqlite`, `kv_redis`, `kv_postgres`, `kv_mongodb`, `sql_sqlite` and `sql_postgres` (0.3.0, upstream
#3697). The names of 0.2 (`sqlite`, `postgres`, …) do not say the family and are refused.

    kv_default:
      type: sqlite          # write kv_sqlite
      db_path: /data/kv.db
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import ERROR
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    MISSING,
    ModelError,
)
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each backend whose type tells nothing."""
    for each in errors:
        name = str(each.path[2])
        types = ", ".join(each.choices)
        if each.kind == MISSING:
            yield RuleFinding(
                key_of(*each.path[:3]),
                f"backend '{name}' has no type; {format_release(inspection.version)} refuses the file",
                help=f"add 'type', one of {types}",
            )
            continue
        meant = _meant(inspection, name, str(each.value), each.choices)
        place = value_of(*each.path)
        shown = f"'{each.value}'" if isinstance(each.value, str) else "this"
        yield RuleFinding(
            place,
            f"{shown} is not a type of backend; {format_release(inspection.version)} refuses the file",
            help=f"did you mean '{meant}'?" if meant else f"types are {types}",
            rewrite=((place, meant),)
            if meant and each.value == value_at(inspection.data, each.path)
            else (),
        )


def _meant(
    inspection: Inspection, backend: str, written: str, types: tuple[str, ...]
) -> str:
    """The type that was probably meant: an engine's bare name gets the family of those who use the backend."""
    families = {
        use.family
        for use in inspection.references
        if use.reference and use.reference.backend == backend
    }
    families = families or {
        family for family in ("kv", "sql") if backend.startswith(family)
    }
    if len(families) == 1 and f"{min(families)}_{written.lower()}" in types:
        return f"{min(families)}_{written.lower()}"
    return nearest_word(written, types)


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim every error at the type of a backend."""
    in_backend = error.path[:2] == ("storage", "backends") and len(error.path) == 4
    return in_backend and error.path[3] == "type"


RULE: Final = Rule("backend-type", ERROR, __doc__, claims=claims, report=report)
