"""Within 0.2: lists in the `params` of a scoring function are no longer null (0.2.6).

`aggregation_functions`, `judge_score_regexes` and `parsing_regexes` may be left out, which means the same; null is
refused. Source: the config models of the released wheels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stackcfg.migration.changes import Change
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.fields import removed
from stackcfg.paths import value_at

LISTS: Final = ("aggregation_functions", "judge_score_regexes", "parsing_regexes")


def run(context: StepContext) -> Iterator[Change]:
    """Take out those that are null."""
    functions = value_at(context.data, ("scoring_fns",))
    for index, function in enumerate(functions if isinstance(functions, list) else ()):
        params = value_at(function, ("params",))
        for name in LISTS:
            if isinstance(params, dict) and name in params and params[name] is None:
                yield from removed(context, ("scoring_fns", index, "params", name))
