"""Values that 0.5 reads in another way than releases before, written out.

0.4 writes them already where the file is older for certain: a file for
0.4 does not show any more what it relied on.
"""

from __future__ import annotations

from stackcfg.migration.changes import Changes
from stackcfg.migration.context import StepContext
from stackcfg.migration.editing.provider_settings import write_default
from stackcfg.migration.planning.layouts import CONSOLIDATE
from stackcfg.paths import value_at
from stackcfg.releases.changes import CATALOG_SINCE
from stackcfg.stores.store_map import is_reference

VERTEXAI = "remote::vertexai"
LOCATION = "us-central1"
"""What remote::vertexai called before 0.5.0 by default; now it is `global`
(#4674).
"""

AGENTS = "inline::meta-reference"
RESPONSES = ("config", "persistence", "responses")
TABLE = "openai_responses"
"""Where responses were stored before 0.5.0, whatever `table_name` said
(#4764).
"""


def write_vertexai_location(context: StepContext) -> Changes:
    """Write the location of remote::vertexai where its config leaves it out."""
    yield from write_default(context, "inference", VERTEXAI, "location", LOCATION)


def name_responses_table(context: StepContext) -> Changes:
    """Name the table that has the responses, or report where they are.

    It is named in the layout in which every store keeps its place. In
    the other one a name does not help: 0.5.0 and later refuse responses
    without the field `store`, which no release before 0.5.0 wrote; a
    copy of the rows adds it.
    """
    age = context.release.age
    for path, provider in context.providers_of("agents", AGENTS):
        reference = value_at(provider, RESPONSES)
        if not is_reference(reference) or reference.get("table_name") in (None, TABLE):
            continue
        name_path = (*path, *RESPONSES, "table_name")
        if context.layout != CONSOLIDATE:
            yield from context.text.set(name_path, TABLE)
        elif not (age.written_here or age.certainly_before(CATALOG_SINCE)):
            name = reference["table_name"]
            message = (
                f"stored responses are in table '{TABLE}', but 0.5 reads "
                f"'{name}' and refuses rows without 'store'; "
                "'stackcfg data copy' copies and completes them"
            )
            yield context.check(message, name_path)
