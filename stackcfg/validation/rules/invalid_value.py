"""A value of the right type that the release refuses.

Upstream's models have limits and checks: a port must be between 1024 and 65535,
an access rule must permit or forbid, credentials are not accepted with every
origin.
"""

from __future__ import annotations

from stackcfg.paths import value_at
from stackcfg.runconfig.sections import BACKENDS_PATH
from stackcfg.validation.model_check import INVALID, ModelError
from stackcfg.validation.queries.unused_backends import unused_backends
from stackcfg.validation.queries.wording import describe_problem, describe_refusal
from stackcfg.validation.rule import ERROR, Errors, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def report(inspection: Inspection, errors: Errors) -> Findings:
    """Report the values that are refused; a server opens no backend without a
    store.
    """
    for error in errors:
        if not _is_never_opened(inspection, error):
            yield _describe(inspection, error)


def _is_never_opened(inspection: Inspection, error: ModelError) -> bool:
    if not error.at_start or error.path[:2] != BACKENDS_PATH:
        return False
    return error.path[2] in unused_backends(inspection)


def _describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    problem, advice = describe_problem(error, inspection)
    place = value_of(*error.path)
    if isinstance(value_at(inspection.data, error.path), dict | list):
        place = key_of(*error.path)
    return RuleFinding(
        place,
        f"{problem}; {describe_refusal(inspection, error)}",
        help=advice,
    )


RULE = Rule("invalid-value", ERROR, __doc__, kinds=(INVALID,), report=report)
