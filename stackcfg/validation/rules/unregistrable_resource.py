"""A resource that the release fails to register, whatever is in it.

0.4.0 and 0.4.1 call `register_dataset` and `register_benchmark` in a way that
those no longer understand: with an entry in one of the two lists the server
ends at its start. Until 0.4.7 `register_scoring_function` takes no `metadata`,
which every scoring function has. Source: `register_resources` of 0.4.1, 0.4.2
and 0.4.7, and starts of 0.2.23, 0.4.1 and 0.4.5.

    registered_resources:
      datasets: [...]   # 0.4.0 and 0.4.1 do not start with it
"""

from __future__ import annotations

from stackcfg.paths import as_mapping
from stackcfg.releases.changes import DISABLED_PROVIDERS_SINCE
from stackcfg.releases.resources import DATASETS, unregistrable_until
from stackcfg.releases.versions import format_release
from stackcfg.runconfig.providers import is_disabled
from stackcfg.validation.queries.registered import Resource, registered_resources
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    failing: set[str] = set()
    for resource in registered_resources(inspection):
        last = unregistrable_until(resource.kind, inspection.version)
        if last is None or resource.kind in failing:
            continue
        if not _is_registered(inspection, resource):
            continue
        failing.add(resource.kind)
        yield RuleFinding(
            key_of(*resource.path[:-1]),
            f"{inspection.release} fails to register '{resource.kind}'; "
            "it refuses to start",
            help=f"use a release after {format_release(last)}, or remove the list",
        )


def _is_registered(inspection: Inspection, resource: Resource) -> bool:
    """Return whether the release registers an entry in any reading."""
    # the source of a dataset decides on its provider
    if resource.kind == DATASETS or inspection.version < DISABLED_PROVIDERS_SINCE:
        return True
    entries = inspection.values_at(resource.path)
    return not all(is_disabled(as_mapping(entry)) for entry in entries)


RULE = Rule("unregistrable-resource", ERROR, __doc__, check)
