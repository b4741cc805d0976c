"""0.2 → 0.3: the rules of an access policy name resources in another way (0.3.0).

The type `vector_db` is `vector_store`, and models have other names, as
the step of model names says. A rule with the old type or name matches
nothing: what it forbade is open to everyone, what it permitted is
denied. Source: `ResourceType` and `matches_resource` of 0.2.24, 0.3.0
and ogx 1.5.0.
"""

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.access_rules import rename_resources, report_old_types
from stackcfg.migration.editing.model_names import find_models
from stackcfg.releases.resources import RENAMED_TYPES
from stackcfg.releases.stores import LAST_INLINE


def run(context: StepContext) -> Changes:
    """Write the names of the target, and repeat rules for models;
    report rules that already match nothing.
    """
    age, final = context.release.age, context.release.final
    if not age.possibly_before(context.release.since):
        yield from report_old_types(context, RENAMED_TYPES)
        return
    before = (age.oldest, min(age.newest, LAST_INLINE))
    yield from rename_resources(
        context, list(find_models(context, before, final)), RENAMED_TYPES
    )
