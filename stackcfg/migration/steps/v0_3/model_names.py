"""0.2 → 0.3: a registered model is served as
`provider_id/provider_model_id` (0.3.0).

Before, it is served by its `model_id`. Since 0.2.16 that is so where
the two ids differ, and it can be asked for by the provider's name for
it as well. Source: `register_model` and `lookup_model` of 0.2.15,
0.2.23 and 0.3.0.

What names a model gets the name that the last release of the migration
serves. The step of access rules does that for them.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.model_names import (
    find_models,
    rename_references,
    report_names,
)
from stackcfg.releases.stores import LAST_INLINE


def run(context: StepContext) -> Changes:
    """Report the new names, and write them where a model is named."""
    age, final = context.release.age, context.release.final
    if not age.possibly_before(context.release.since):
        return
    before = (age.oldest, min(age.newest, LAST_INLINE))
    models = list(find_models(context, before, final))
    change = "is called '<new>' now; change the clients that name it"
    yield from report_names(context, models, change)
    yield from rename_references(context, models)
