"""Within 0.2: lists in the `params` of a scoring function must not be
null (0.2.6).

`aggregation_functions`, `judge_score_regexes` and `parsing_regexes` may
be left out, which means the same. Source: the config models of the
released wheels.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.paths import list_at, mapping_at

FUNCTIONS = ("scoring_fns",)
LISTS = ("aggregation_functions", "judge_score_regexes", "parsing_regexes")


def run(context: StepContext) -> Changes:
    """Remove the lists that are null."""
    for index, function in enumerate(list_at(context.data, FUNCTIONS)):
        params = mapping_at(function, ("params",))
        nulls = [name for name in LISTS if params.get(name, "") is None]
        if nulls:
            yield from context.text.remove_all((*FUNCTIONS, index, "params"), nulls)
