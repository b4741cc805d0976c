"""Lists of resources that a release does not read.

The run configs that upstream shipped with 0.3 to 0.7 have an empty
`registered_resources.vector_dbs`, which these releases drop. Nothing is
lost with an empty list, so an editor only marks it as deprecated. A
list with entries is refused.
"""

from __future__ import annotations

from typing import Any, Final

from stackcfg.releases.resources import resource_lists
from stackcfg.releases.versions import Release, format_release

Schema = dict[str, Any]

MODEL: Final = "RegisteredResources"


def allow_empty_lists(schema: Schema, model: str, release: Release) -> None:
    """Allow an empty list of each kind of resource that any release has."""
    if model != MODEL:
        return
    properties = schema["properties"]
    for resource in resource_lists():
        for name in (resource.old, resource.new):
            properties.setdefault(name, _empty_list(release))


def _empty_list(release: Release) -> Schema:
    return {
        "deprecated": True,
        "description": f"{format_release(release)} does not read this list.",
        "enum": [[], None],
    }
