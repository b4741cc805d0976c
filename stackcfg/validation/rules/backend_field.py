"""A field that this type of backend does not have.

The server silently drops it, so the setting has no effect (0.3.0). The fields
of a type change with the release: `ssl_mode` of `sql_postgres`, for example, is
read from ogx 1.4.0.
"""

from __future__ import annotations

from stackcfg.paths import mapping_at
from stackcfg.runconfig.placeholders import has_placeholder
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.runconfig.values import as_string
from stackcfg.spelling import nearest_word
from stackcfg.validation.model_check import DROPPED, ModelError
from stackcfg.validation.queries.history import field_history
from stackcfg.validation.queries.suggestions import did_you_mean, fix_slip
from stackcfg.validation.queries.wording import raw_key
from stackcfg.validation.rule import INFO, WARNING, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def claims(_: Inspection, error: ModelError) -> bool:
    in_backend = error.path[:2] == BACKENDS_PATH and len(error.path) == 4
    return in_backend and error.kind == DROPPED


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    name = raw_key(error.path, inspection)
    backend = mapping_at(inspection.data, error.path[:3])
    kind = backend.get("type")
    absent = [each for each in error.choices if backend.get(each) is None]
    history = field_history(error.model, name, inspection.version)
    meant = ""
    if not history:
        meant = nearest_word(name, absent)
    severity, when = "", ""
    if not meant and has_placeholder(as_string(kind)):
        # the field may be one of the type that the variable names
        severity, when = INFO, " while the variable is not set"
    return RuleFinding(
        key_of(*error.path),
        f"{kind} has no field '{name}'{history}{when}; {inspection.release} drops it",
        help=did_you_mean(meant, f"fields of {kind}: {', '.join(error.choices)}"),
        fix=fix_slip(name, meant, error.choices),
        guess=meant,
        severity=severity,
    )


RULE = Rule("backend-field", WARNING, __doc__, claims=claims, describe=describe)
