"""A resource that the release fails to register, whatever is in it.

0.4.0 and 0.4.1 call `register_dataset` and `register_benchmark` in a way that
those no longer understand: with an entry in one of the two lists the server
ends at its start. Source: `register_resources` of 0.4.1 and 0.4.2, and 0.4.1
itself.

    registered_resources:
      datasets: [...]   # 0.4.0 and 0.4.1 do not start with it
"""

from __future__ import annotations

from stackcfg.releases.resources import unregistrable_until
from stackcfg.releases.versions import format_release
from stackcfg.validation.queries.registered import registered_resources
from stackcfg.validation.rule import ERROR, Findings, Inspection, Rule
from stackcfg.validation.rule_finding import RuleFinding, key_of


def check(inspection: Inspection) -> Findings:
    failing: set[str] = set()
    for resource in registered_resources(inspection):
        last = unregistrable_until(resource.kind, inspection.version)
        if last is None or resource.kind in failing:
            continue
        failing.add(resource.kind)
        yield RuleFinding(
            key_of(*resource.path[:-1]),
            f"{inspection.release} fails to register '{resource.kind}'; "
            "it refuses to start",
            help=f"use a release after {format_release(last)}, or remove the list",
        )


RULE = Rule("unregistrable-resource", ERROR, __doc__, check)
