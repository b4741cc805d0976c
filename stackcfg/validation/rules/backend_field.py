"""A field that this type of backend does not have.

The server drops it without a word, so the setting has no effect (0.3.0). Which fields a type has changes with the
release: `ssl_mode` on `sql_postgres` for example counts only from ogx 1.4.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackcfg.paths import value_at
from stackcfg.releases.versions import format_release
from stackcfg.spelling import nearest_word
from stackcfg.validation.findings import WARNING
from stackcfg.validation.inspection import Inspection
from stackcfg.validation.model_check import (
    DROPPED,
    ModelError,
)
from stackcfg.validation.queries.history import since_words
from stackcfg.validation.queries.wording import written
from stackcfg.validation.rule import Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def report(
    inspection: Inspection, errors: Sequence[ModelError]
) -> Iterator[RuleFinding]:
    """One finding for each field that is dropped."""
    for each in errors:
        name, kind = (
            written(each.path, inspection),
            value_at(inspection.data, (*each.path[:3], "type")),
        )
        absent = [
            choice
            for choice in each.choices
            if value_at(inspection.data, (*each.path[:3], choice)) is None
        ]
        meant = nearest_word(name, absent)
        later = since_words(each.model, name, inspection.version)
        yield RuleFinding(
            key_of(*each.path),
            f"{kind} has no field '{name}'{later}; {format_release(inspection.version)} drops it",
            help=f"did you mean '{meant}'?"
            if meant
            else f"fields of {kind} are {', '.join(each.choices)}",
            rewrite=((key_of(*each.path), meant),) if meant else (),
        )


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim unknown keys of backends."""
    in_backend = error.path[:2] == ("storage", "backends") and len(error.path) == 4
    return in_backend and error.kind == DROPPED


RULE: Final = Rule("backend-field", WARNING, __doc__, claims=claims, report=report)
