"""A provider setting that is refused while a variable is not set.

`${env.NAME:=}` is null while NAME is unset. If the provider needs a value, the
server only starts once the variable is set.
"""

from __future__ import annotations

from stackcfg.validation.model_check import ModelError
from stackcfg.validation.queries.wording import describe_problem
from stackcfg.validation.rule import WARNING, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, value_of


def claims(inspection: Inspection, error: ModelError) -> bool:
    """Claim provider settings that are accepted once their variable is set."""
    return error.path in inspection.unset


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    problem, _ = describe_problem(error, inspection)
    return RuleFinding(
        value_of(*error.path),
        f"{problem}; "
        f"{inspection.release} refuses this provider while its variable is unset",
        help="set the variable, or write a default",
    )


RULE = Rule("unset-variable", WARNING, __doc__, claims=claims, describe=describe)
