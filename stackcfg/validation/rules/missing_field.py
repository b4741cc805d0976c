"""A required field that is missing.

The server refuses the file with "Field required", for the config as a whole or for
the config class of a provider.
"""

from __future__ import annotations

from stackcfg.validation.model_check import MISSING
from stackcfg.validation.queries.wording import describe_entry
from stackcfg.validation.rule import ERROR, Errors, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def report(inspection: Inspection, errors: Errors) -> Findings:
    for error in errors:
        *holder, name = error.path
        where = ""
        if holder:
            where = f" in {describe_entry(error.path[:-1], inspection)}"
        yield RuleFinding(
            key_of(*holder),
            f"'{name}' is missing{where}; {inspection.release} refuses the file",
            help=f"add '{name}': {error.expected}",
        )


RULE = Rule("missing-field", ERROR, __doc__, kinds=(MISSING,), report=report)
