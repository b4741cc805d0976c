"""A value of the right type that the release refuses.

Upstream's models have limits and checks: a port must be between 1024 and 65535,
an access rule must permit or forbid, credentials are not accepted with every
origin.
"""

from __future__ import annotations

from stackcfg.paths import value_at
from stackcfg.validation.model_check import INVALID, ModelError
from stackcfg.validation.queries.wording import describe_problem, describe_refusal
from stackcfg.validation.rule import ERROR, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of, value_of


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    problem, advice = describe_problem(error, inspection)
    place = value_of(*error.path)
    if isinstance(value_at(inspection.data, error.path), dict | list):
        place = key_of(*error.path)
    return RuleFinding(
        place,
        f"{problem}; {describe_refusal(inspection, error.path)}",
        help=advice,
    )


RULE = Rule("invalid-value", ERROR, __doc__, kinds=(INVALID,), describe=describe)
