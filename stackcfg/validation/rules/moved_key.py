"""A list of resources at the top level, where the release does not read it.

From 0.3.0 on `models`, `shields`, `datasets`, `scoring_fns`, `benchmarks` and
`tool_groups` are under `registered_resources`, and `vector_dbs` is there as
`vector_stores` (upstream #3861). At the top level they are dropped: the server
starts and registers nothing.
"""

from __future__ import annotations

from stackcfg.releases.resources import resource_lists
from stackcfg.validation.model_check import DROPPED, ModelError
from stackcfg.validation.rule import ERROR, INFO, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def claims(_: Inspection, error: ModelError) -> bool:
    """Claim unknown top-level keys that are lists of resources up to 0.2."""
    if error.kind != DROPPED or len(error.path) != 1:
        return False
    return error.path[0] in {resource.old for resource in resource_lists()}


def describe(inspection: Inspection, error: ModelError) -> RuleFinding:
    new_names = {resource.old: resource.new for resource in resource_lists()}
    name = str(error.path[0])
    value = inspection.data[name]
    place = f"registered_resources.{new_names[name]}"
    help_text = f"write a list under {place}"
    if isinstance(value, list) or not value:
        help_text = f"run 'stackcfg migrate', or move it to {place}"
    return RuleFinding(
        key_of(name),
        f"{inspection.release} does not read '{name}' at the top level; it registers "
        "none of its entries",
        help=help_text,
        severity="" if value else INFO,
    )


RULE = Rule("moved-key", ERROR, __doc__, claims=claims, describe=describe)
