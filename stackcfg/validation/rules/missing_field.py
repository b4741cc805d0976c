"""A required field that is missing.

The server refuses the file with "Field required", for the config as a whole or
for the config class of a provider.
"""

from __future__ import annotations

from stackcfg.validation.model_check import MISSING
from stackcfg.validation.queries.wording import describe_missing_field
from stackcfg.validation.rule import ERROR, Rule

RULE = Rule(
    "missing-field", ERROR, __doc__, kinds=(MISSING,), describe=describe_missing_field
)
