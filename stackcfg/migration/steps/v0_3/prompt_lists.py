"""0.3: prompts are not listed on PostgreSQL, Redis and MongoDB.

0.3 keeps them with the metadata, under a namespace that no key changes;
0.2 kept them in a sqlite file of its own. From 0.4.0 on
`storage.stores.prompts` has the namespace, and
`every_family.unlisted_rows` reports it. The hop to 0.3.0 writes the
catalog; so this step comes after. Source: `PromptServiceImpl` of
0.2.24, 0.3.5 and 0.4.2.
"""

from __future__ import annotations

from stackcfg.light_typing import Final
from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.releases.stores import loss_under_namespace

PROMPTS: Final = "prompts"
METADATA: Final = "metadata"


def run(context: StepContext) -> Changes:
    """Report that the new server does not list prompts."""
    release = context.release
    if context.version != release.final:
        return
    # a server of 0.3 listed none before, either
    if not release.age.certainly_before(CATALOG_SINCE):
        return
    for store in context.written.stores:
        if store.fact.use != METADATA or store.location is None:
            continue
        loss = loss_under_namespace(PROMPTS, store.location.engine, context.version)
        if loss:
            message = (
                f"prompts are kept with the metadata, and there the new server {loss}; "
                "migrate to 0.4 or later if clients use prompts"
            )
            yield context.check(message, store.path)
